"""Cancelled orders, parcels that are fetched back, and parcels that were sent again."""

import sqlalchemy as sa
from alembic import op

revision: str = '0006'
down_revision: str | None = '0005'

# What was sent again before parcels said so is known by the moment at which that was confirmed.
_RESENT = """INSERT INTO resent_parcels (order_id, parcel_no) SELECT s.order_id, s.parcel_no FROM shipments s
JOIN orders o ON o.id = s.order_id WHERE EXISTS (SELECT 1 FROM confirmations c WHERE c.action = 'resend_goods'
  AND c.state = 'confirmed' AND c.undone_at IS NULL AND c.decided_at = s.shipped_at
  AND c.arguments LIKE '%"' || o.external_id || '"%')"""


def upgrade() -> None:
    op.create_table('cancellations',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_cancellations_order_id_orders')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_cancellations'))
    )
    op.create_table('resent_parcels',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('parcel_no', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_resent_parcels_order_id_orders')),
    sa.PrimaryKeyConstraint('order_id', 'parcel_no', name=op.f('pk_resent_parcels'))
    )
    op.add_column('shipments', sa.Column('intercepted_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(_RESENT)


def downgrade() -> None:
    op.drop_column('shipments', 'intercepted_at')
    op.drop_table('resent_parcels')
    op.drop_table('cancellations')
