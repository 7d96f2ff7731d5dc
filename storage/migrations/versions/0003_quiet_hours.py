"""Quiet hours."""

import sqlalchemy as sa
from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'


def upgrade() -> None:
    op.create_table('quiet_hours',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('report', sa.String(length=24), nullable=False),
    sa.Column('hours', sa.String(length=11), nullable=False),
    sa.Column('set_by', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quiet_hours')),
    sa.UniqueConstraint('chat', 'report', name=op.f('uq_quiet_hours_chat_report'))
    )


def downgrade() -> None:
    op.drop_table('quiet_hours')
