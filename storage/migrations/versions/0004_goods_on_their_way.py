"""Goods on their way: transfers that take time, reorder points of single warehouses, suppliers."""

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | None = '0003'


def upgrade() -> None:
    op.create_table('transfers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('from_warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('to_warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('sent', sa.Integer(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('lost', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('received >= 0 AND lost >= 0 AND received + lost <= sent', name=op.f('ck_transfers_sent')),
    sa.CheckConstraint('from_warehouse_id <> to_warehouse_id', name=op.f('ck_transfers_places')),
    sa.ForeignKeyConstraint(['from_warehouse_id'], ['warehouses.id'], name=op.f('fk_transfers_from_warehouse_id_warehouses')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_transfers_sku_id_skus')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_transfers_staff_id_staff')),
    sa.ForeignKeyConstraint(['to_warehouse_id'], ['warehouses.id'], name=op.f('fk_transfers_to_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('number', name=op.f('uq_transfers_number'))
    )
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transfers_sku_id'), ['sku_id'], unique=False)

    op.create_table('transfer_steps',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('transfer_id', sa.BigInteger(), nullable=False),
    sa.Column('reference_kind', sa.String(length=24), nullable=False),
    sa.Column('reference_id', sa.String(length=80), nullable=False),
    sa.Column('sent', sa.Integer(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('lost', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('sent <> 0 OR received <> 0 OR lost <> 0', name=op.f('ck_transfer_steps_pieces')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_transfer_steps_staff_id_staff')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_transfer_steps_transfer_id_transfers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer_steps')),
    sa.UniqueConstraint('reference_kind', 'reference_id', name=op.f('uq_transfer_steps_reference_kind_reference_id'))
    )
    with op.batch_alter_table('transfer_steps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transfer_steps_transfer_id'), ['transfer_id'], unique=False)
    op.create_table('reorder_points',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_reorder_points_quantity')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_reorder_points_sku_id_skus')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_reorder_points_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('sku_id', 'warehouse_id', name=op.f('pk_reorder_points'))
    )
    op.create_table('suppliers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('contact_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('lead_days', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('lead_days >= 0', name=op.f('ck_suppliers_lead_days')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_suppliers')),
    sa.UniqueConstraint('name', name=op.f('uq_suppliers_name'))
    )
    op.create_table('supplier_prices',
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('unit_cost_e4', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('unit_cost_e4 >= 0', name=op.f('ck_supplier_prices_unit_cost')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_supplier_prices_sku_id_skus')),
    sa.ForeignKeyConstraint(['supplier_id'], ['suppliers.id'], name=op.f('fk_supplier_prices_supplier_id_suppliers')),
    sa.PrimaryKeyConstraint('supplier_id', 'sku_id', name=op.f('pk_supplier_prices'))
    )
    with op.batch_alter_table('purchase_orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('supplier_id', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('expected_on', sa.Date(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_purchase_orders_supplier_id_suppliers'), 'suppliers', ['supplier_id'], ['id'])

    with op.batch_alter_table('purchase_lines', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unit_cost_e4', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('purchase_lines', schema=None) as batch_op:
        batch_op.drop_column('unit_cost_e4')

    with op.batch_alter_table('purchase_orders', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_purchase_orders_supplier_id_suppliers'), type_='foreignkey')
        batch_op.drop_column('expected_on')
        batch_op.drop_column('supplier_id')

    op.drop_table('supplier_prices')
    op.drop_table('suppliers')
    op.drop_table('reorder_points')
    with op.batch_alter_table('transfer_steps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transfer_steps_transfer_id'))

    op.drop_table('transfer_steps')
    with op.batch_alter_table('transfers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_transfers_sku_id'))

    op.drop_table('transfers')
