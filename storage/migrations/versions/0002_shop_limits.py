"""Shops that people and groups are limited to."""

import sqlalchemy as sa
from alembic import op

revision: str = '0002'
down_revision: str | None = '0001'


def upgrade() -> None:
    op.add_column('staff', sa.Column('shops', sa.Text(), nullable=True))
    op.add_column('chats', sa.Column('shops', sa.Text(), nullable=True))


def downgrade() -> None:
    for table in ('chats', 'staff'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('shops')
