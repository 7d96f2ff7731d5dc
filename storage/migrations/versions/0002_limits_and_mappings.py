"""Shops that people and groups are limited to, and which headers of imported tables are which columns."""

import sqlalchemy as sa
from alembic import op

revision: str = '0002'
down_revision: str | None = '0001'


def upgrade() -> None:
    op.add_column('staff', sa.Column('shops', sa.Text(), nullable=True))
    op.add_column('chats', sa.Column('shops', sa.Text(), nullable=True))
    op.create_table('import_mappings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('headers_hash', sa.String(length=64), nullable=False),
    sa.Column('headers', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('mapping', sa.Text(), nullable=False),
    sa.Column('learned_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_mappings')),
    sa.UniqueConstraint('headers_hash', name=op.f('uq_import_mappings_headers_hash'))
    )


def downgrade() -> None:
    op.drop_table('import_mappings')
    for table in ('chats', 'staff'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('shops')
