"""Write backs."""

import sqlalchemy as sa
from alembic import op

revision: str = '0005'
down_revision: str | None = '0004'


def upgrade() -> None:
    op.create_table('write_backs',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('parcel_no', sa.Integer(), nullable=False),
    sa.Column('carrier', sa.String(length=30), nullable=False),
    sa.Column('waybill_no', sa.String(length=60), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('may_be_known', sa.Boolean(), nullable=False),
    sa.Column('staff', sa.String(length=60), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('why', sa.String(length=24), nullable=True),
    sa.Column('error', sa.String(length=300), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'told', 'failed', 'withdrawn')", name=op.f('ck_write_backs_state')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_write_backs_order_id_orders')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_write_backs_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_write_backs'))
    )
    with op.batch_alter_table('write_backs', schema=None) as batch_op:
        batch_op.create_index('ix_write_backs_failed', ['order_id'], unique=False, sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'"))
        batch_op.create_index('ix_write_backs_order_id', ['order_id', 'parcel_no'], unique=False)
        batch_op.create_index('ix_write_backs_waiting', ['shop_id', 'not_before'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.create_index('uq_write_backs_parcel', ['shop_id', 'order_id', 'parcel_no'], unique=True, sqlite_where=sa.text("state <> 'withdrawn'"), postgresql_where=sa.text("state <> 'withdrawn'"))



def downgrade() -> None:
    with op.batch_alter_table('write_backs', schema=None) as batch_op:
        batch_op.drop_index('uq_write_backs_parcel', sqlite_where=sa.text("state <> 'withdrawn'"), postgresql_where=sa.text("state <> 'withdrawn'"))
        batch_op.drop_index('ix_write_backs_waiting', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index('ix_write_backs_order_id')
        batch_op.drop_index('ix_write_backs_failed', sqlite_where=sa.text("state = 'failed'"), postgresql_where=sa.text("state = 'failed'"))

    op.drop_table('write_backs')
