"""First schema."""

import sqlalchemy as sa
from alembic import op

revision: str = '0001'
down_revision: str | None = None


def upgrade() -> None:
    op.create_table('accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('opening_minor', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('name', name=op.f('uq_accounts_name'))
    )
    op.create_table('aliases',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('target_id', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=120), nullable=False),
    sa.CheckConstraint("kind IN ('shop', 'product', 'sku', 'warehouse', 'staff', 'category')", name=op.f('ck_aliases_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_aliases')),
    sa.UniqueConstraint('kind', 'target_id', 'text', name=op.f('uq_aliases_kind_target_id_text'))
    )
    with op.batch_alter_table('aliases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_aliases_text'), ['text'], unique=False)

    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('role', sa.String(length=24), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('event', sa.String(length=24), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('arguments', sa.Text(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('confirmation_id', sa.BigInteger(), nullable=True),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'manager', 'finance', 'warehouse', 'service')", name=op.f('ck_audit_entries_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries')),
    sa.UniqueConstraint('previous_hash', name=op.f('uq_audit_entries_previous_hash'))
    )
    op.create_table('chat_buttons',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token', sa.String(length=24), nullable=False),
    sa.Column('keyboard', sa.String(length=24), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_by', sa.String(length=200), nullable=True),
    sa.CheckConstraint("kind IN ('ask', 'decide')", name=op.f('ck_chat_buttons_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_buttons')),
    sa.UniqueConstraint('token', name=op.f('uq_chat_buttons_token'))
    )
    with op.batch_alter_table('chat_buttons', schema=None) as batch_op:
        batch_op.create_index('ix_chat_buttons_keyboard', ['keyboard'], unique=False)

    op.create_table('chat_files',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('person', sa.String(length=80), nullable=False),
    sa.Column('file_id', sa.String(length=300), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_by', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chat_files'))
    )
    with op.batch_alter_table('chat_files', schema=None) as batch_op:
        batch_op.create_index('ix_chat_files_code', ['code'], unique=False)

    op.create_table('chats',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('is_group', sa.Boolean(), nullable=False),
    sa.Column('clearance', sa.String(length=24), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('active', 'paused', 'left')", name=op.f('ck_chats_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_chats')),
    sa.UniqueConstraint('key', name=op.f('uq_chats_key'))
    )
    op.create_table('confirmations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('code', sa.String(length=8), nullable=False),
    sa.Column('action', sa.String(length=40), nullable=False),
    sa.Column('arguments', sa.Text(), nullable=False),
    sa.Column('actor', sa.String(length=60), nullable=False),
    sa.Column('role', sa.String(length=24), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('decided_by', sa.String(length=60), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changes', sa.Text(), nullable=True),
    sa.Column('undone_by', sa.String(length=60), nullable=True),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("role IN ('owner', 'manager', 'finance', 'warehouse', 'service')", name=op.f('ck_confirmations_role')),
    sa.CheckConstraint("state IN ('open', 'confirmed', 'cancelled', 'expired', 'superseded')", name=op.f('ck_confirmations_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmations'))
    )
    with op.batch_alter_table('confirmations', schema=None) as batch_op:
        batch_op.create_index('ix_confirmations_chat', ['chat', 'id'], unique=False)
        batch_op.create_index('uq_confirmations_open_code', ['chat', 'code'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))

    op.create_table('customers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('province', sa.String(length=40), nullable=True),
    sa.Column('level', sa.String(length=40), nullable=True),
    sa.Column('tags', sa.String(length=300), nullable=True),
    sa.Column('first_paid_on', sa.Date(), nullable=True),
    sa.Column('segment', sa.String(length=24), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("segment IN ('champions', 'loyal', 'potential', 'new', 'promising', 'need_attention', 'about_to_sleep', 'at_risk', 'cant_lose', 'hibernating')", name=op.f('ck_customers_segment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customers'))
    )
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customers_first_paid_on'), ['first_paid_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_customers_phone_index'), ['phone_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_customers_segment'), ['segment'], unique=False)

    op.create_table('exceptions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('subject', sa.String(length=400), nullable=False),
    sa.Column('label', sa.String(length=300), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', sa.String(length=60), nullable=True),
    sa.Column('how', sa.String(length=24), nullable=True),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exceptions'))
    )
    with op.batch_alter_table('exceptions', schema=None) as batch_op:
        batch_op.create_index('uq_exceptions_live', ['kind', 'subject'], unique=True, sqlite_where=sa.text('gone_at IS NULL'), postgresql_where=sa.text('gone_at IS NULL'))

    op.create_table('fx_rates',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('rate', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.CheckConstraint('rate > 0', name=op.f('ck_fx_rates_rate')),
    sa.PrimaryKeyConstraint('day', 'currency', name=op.f('pk_fx_rates'))
    )
    op.create_table('inbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('dedupe_key', sa.String(length=200), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.CheckConstraint("state IN ('received', 'done', 'failed')", name=op.f('ck_inbox_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_inbox')),
    sa.UniqueConstraint('channel', 'dedupe_key', name=op.f('uq_inbox_channel_dedupe_key'))
    )
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.create_index('ix_inbox_waiting', ['chat', 'id'], unique=False, sqlite_where=sa.text("state = 'received'"), postgresql_where=sa.text("state = 'received'"))

    op.create_table('job_runs',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('job', sa.String(length=40), nullable=False),
    sa.Column('part', sa.String(length=80), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('is_by_hand', sa.Boolean(), nullable=False),
    sa.Column('is_alone', sa.Boolean(), nullable=False),
    sa.Column('token', sa.String(length=40), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('messages', sa.Integer(), nullable=False),
    sa.Column('said', sa.Text(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.CheckConstraint("state IN ('running', 'done', 'failed', 'given_up', 'missed')", name=op.f('ck_job_runs_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_runs')),
    sa.UniqueConstraint('job', 'part', 'due_at', name=op.f('uq_job_runs_job_part_due_at'))
    )
    with op.batch_alter_table('job_runs', schema=None) as batch_op:
        batch_op.create_index('ix_job_runs_open', ['leased_until'], unique=False, sqlite_where=sa.text("state IN ('running', 'failed')"), postgresql_where=sa.text("state IN ('running', 'failed')"))
        batch_op.create_index('uq_job_runs_alone', ['job', 'part'], unique=True, sqlite_where=sa.text("state IN ('running', 'failed') AND is_alone"), postgresql_where=sa.text("state IN ('running', 'failed') AND is_alone"))

    op.create_table('leases',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('holder', sa.String(length=60), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_leases'))
    )
    op.create_table('model_use',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person', sa.String(length=60), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('tokens', sa.BigInteger(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_model_use')),
    sa.UniqueConstraint('person', 'day', name=op.f('uq_model_use_person_day'))
    )
    op.create_table('names_version',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('id = 1', name='one_row'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('unique_key', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=24), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('repeats', sa.Integer(), nullable=False),
    sa.Column('parts_sent', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('channel_message_id', sa.String(length=80), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'sent', 'dead', 'expired')", name=op.f('ck_outbox_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('unique_key', name=op.f('uq_outbox_unique_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_chat', ['chat', 'id'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.create_index('ix_outbox_waiting', ['not_before'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))

    op.create_table('paces',
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_paces'))
    )
    op.create_table('products',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('category', sa.String(length=80), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('goods', 'service')", name=op.f('ck_products_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_products'))
    )
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_products_name'), ['name'], unique=False)

    op.create_table('shop_settings',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_shop_settings'))
    )
    op.create_table('shops',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('platform', sa.String(length=24), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('gateway', sa.String(length=300), nullable=True),
    sa.Column('merchant_id', sa.String(length=80), nullable=True),
    sa.Column('app_key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('app_secret_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('token_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('fresh_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("platform IN ('taobao', 'jd', 'pdd', 'douyin', 'xhs', 'shopify', 'woocommerce', 'other')", name=op.f('ck_shops_platform')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shops')),
    sa.UniqueConstraint('name', name=op.f('uq_shops_name'))
    )
    op.create_table('staff',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('role', sa.String(length=24), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'manager', 'finance', 'warehouse', 'service')", name=op.f('ck_staff_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('name', name=op.f('uq_staff_name'))
    )
    op.create_table('subscriptions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chat', sa.String(length=120), nullable=False),
    sa.Column('report', sa.String(length=24), nullable=False),
    sa.Column('at', sa.String(length=5), nullable=True),
    sa.Column('subscribed_by', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("report IN ('daily_profit', 'low_stock', 'weekly_review', 'to_ship')", name=op.f('ck_subscriptions_report')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriptions')),
    sa.UniqueConstraint('chat', 'report', name=op.f('uq_subscriptions_chat_report'))
    )
    op.create_table('unanswered',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text_index', sa.LargeBinary(), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('role', sa.String(length=24), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('owner', 'manager', 'finance', 'warehouse', 'service')", name=op.f('ck_unanswered_role')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unanswered')),
    sa.UniqueConstraint('text_index', name=op.f('uq_unanswered_text_index'))
    )
    with op.batch_alter_table('unanswered', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unanswered_last_at'), ['last_at'], unique=False)

    op.create_table('warehouses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('city', sa.String(length=60), nullable=True),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_warehouses')),
    sa.UniqueConstraint('name', name=op.f('uq_warehouses_name'))
    )
    op.create_table('ad_spend',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('campaign', sa.String(length=120), nullable=False),
    sa.Column('impressions', sa.BigInteger(), nullable=False),
    sa.Column('clicks', sa.BigInteger(), nullable=False),
    sa.Column('spend_minor', sa.BigInteger(), nullable=False),
    sa.Column('spend_base', sa.BigInteger(), nullable=False),
    sa.Column('attributed_base', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.CheckConstraint('spend_minor >= 0', name=op.f('ck_ad_spend_spend_minor')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_ad_spend_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ad_spend')),
    sa.UniqueConstraint('day', 'shop_id', 'campaign', name=op.f('uq_ad_spend_day_shop_id_campaign'))
    )
    op.create_table('bind_codes',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_bind_codes_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bind_codes')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_bind_codes_code_hash'))
    )
    with op.batch_alter_table('bind_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bind_codes_staff_id'), ['staff_id'], unique=False)

    op.create_table('cash_moves',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_base', sa.BigInteger(), nullable=False),
    sa.Column('counterparty', sa.String(length=120), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_cash_moves_amount_minor')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_cash_moves_account_id_accounts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cash_moves')),
    sa.UniqueConstraint('account_id', 'reference', name=op.f('uq_cash_moves_account_id_reference'))
    )
    with op.batch_alter_table('cash_moves', schema=None) as batch_op:
        batch_op.create_index('ix_cash_moves_occurred_on', ['occurred_on'], unique=False)

    op.create_table('customer_accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=False),
    sa.Column('platform', sa.String(length=24), nullable=False),
    sa.Column('buyer_id', sa.String(length=120), nullable=False),
    sa.CheckConstraint("platform IN ('taobao', 'jd', 'pdd', 'douyin', 'xhs', 'shopify', 'woocommerce', 'other')", name=op.f('ck_customer_accounts_platform')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_customer_accounts_customer_id_customers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_accounts')),
    sa.UniqueConstraint('platform', 'buyer_id', name=op.f('uq_customer_accounts_platform_buyer_id'))
    )
    with op.batch_alter_table('customer_accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_accounts_customer_id'), ['customer_id'], unique=False)

    op.create_table('expenses',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('category', sa.String(length=60), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_base', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.Column('content_hash', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_expenses_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expenses')),
    sa.UniqueConstraint('content_hash', name=op.f('uq_expenses_content_hash'))
    )
    with op.batch_alter_table('expenses', schema=None) as batch_op:
        batch_op.create_index('ix_expenses_day', ['day'], unique=False)

    op.create_table('orders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.String(length=64), nullable=False),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('payment', sa.String(length=24), nullable=False),
    sa.Column('fulfilment', sa.String(length=24), nullable=False),
    sa.Column('after_sale', sa.String(length=24), nullable=False),
    sa.Column('hold', sa.String(length=24), nullable=False),
    sa.Column('status', sa.String(length=24), nullable=False),
    sa.Column('raw_status', sa.String(length=80), nullable=False),
    sa.Column('excluded', sa.String(length=24), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('paid_hour', sa.Integer(), nullable=True),
    sa.Column('ship_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fx_rate', sa.BigInteger(), nullable=False),
    sa.Column('discount_minor', sa.BigInteger(), nullable=False),
    sa.Column('freight_minor', sa.BigInteger(), nullable=False),
    sa.Column('paid_minor', sa.BigInteger(), nullable=False),
    sa.Column('discount_base', sa.BigInteger(), nullable=False),
    sa.Column('freight_base', sa.BigInteger(), nullable=False),
    sa.Column('paid_base', sa.BigInteger(), nullable=False),
    sa.Column('province', sa.String(length=40), nullable=True),
    sa.Column('city', sa.String(length=60), nullable=True),
    sa.Column('receiver_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(), nullable=True),
    sa.Column('address_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('remark', sa.String(length=1000), nullable=True),
    sa.Column('receiver_changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('content_hash', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("after_sale IN ('none', 'open', 'done')", name=op.f('ck_orders_after_sale')),
    sa.CheckConstraint("fulfilment IN ('unshipped', 'partly_shipped', 'shipped', 'signed', 'completed')", name=op.f('ck_orders_fulfilment')),
    sa.CheckConstraint("hold IN ('none', 'platform', 'risk', 'group', 'presale', 'manual', 'unknown_status')", name=op.f('ck_orders_hold')),
    sa.CheckConstraint("payment IN ('unpaid', 'paid', 'refunded', 'closed')", name=op.f('ck_orders_payment')),
    sa.CheckConstraint("status IN ('to_pay', 'to_ship', 'partly_shipped', 'shipped', 'signed', 'completed', 'cancelled', 'after_sale', 'held')", name=op.f('ck_orders_status')),
    sa.CheckConstraint('(paid_at IS NULL) = (paid_on IS NULL)', name=op.f('ck_orders_paid_on')),
    sa.CheckConstraint('freight_minor >= 0', name=op.f('ck_orders_freight_minor')),
    sa.CheckConstraint('paid_minor >= 0', name=op.f('ck_orders_paid_minor')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_orders_customer_id_customers')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_orders_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('shop_id', 'external_id', name=op.f('uq_orders_shop_id_external_id'))
    )
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_index('ix_orders_customer_id', ['customer_id', 'paid_on'], unique=False)
        batch_op.create_index('ix_orders_excluded', ['paid_on'], unique=False, sqlite_where=sa.text('excluded IS NOT NULL'), postgresql_where=sa.text('excluded IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_orders_external_id'), ['external_id'], unique=False)
        batch_op.create_index('ix_orders_paid_on', ['paid_on', 'shop_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_orders_phone_index'), ['phone_index'], unique=False)
        batch_op.create_index('ix_orders_status', ['status', 'ship_by'], unique=False)

    op.create_table('purchase_orders',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.String(length=24), nullable=False),
    sa.Column('ordered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("status IN ('open', 'cancelled')", name=op.f('ck_purchase_orders_status')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_purchase_orders_staff_id_staff')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_purchase_orders_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_orders')),
    sa.UniqueConstraint('number', name=op.f('uq_purchase_orders_number'))
    )
    op.create_table('sales_days',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('orders', sa.BigInteger(), nullable=False),
    sa.Column('revenue_base', sa.BigInteger(), nullable=False),
    sa.Column('discount_base', sa.BigInteger(), nullable=False),
    sa.Column('units', sa.BigInteger(), nullable=False),
    sa.Column('cost_base', sa.BigInteger(), nullable=True),
    sa.Column('lines_without_cost', sa.BigInteger(), nullable=False),
    sa.Column('amount_without_cost', sa.BigInteger(), nullable=False),
    sa.Column('refund_orders', sa.BigInteger(), nullable=False),
    sa.Column('refund_base', sa.BigInteger(), nullable=False),
    sa.Column('cost_returned_base', sa.BigInteger(), nullable=False),
    sa.Column('charges', sa.BigInteger(), nullable=False),
    sa.Column('platform_fees_base', sa.BigInteger(), nullable=False),
    sa.Column('shipping_cost_base', sa.BigInteger(), nullable=False),
    sa.Column('estimated_charges', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_sales_days_shop_id_shops')),
    sa.PrimaryKeyConstraint('day', 'shop_id', 'currency', name=op.f('pk_sales_days')),
    sqlite_with_rowid=False
    )
    op.create_table('sku_days',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('sale_lines', sa.BigInteger(), nullable=False),
    sa.Column('revenue_base', sa.BigInteger(), nullable=False),
    sa.Column('discount_base', sa.BigInteger(), nullable=False),
    sa.Column('units', sa.BigInteger(), nullable=False),
    sa.Column('cost_base', sa.BigInteger(), nullable=True),
    sa.Column('lines_without_cost', sa.BigInteger(), nullable=False),
    sa.Column('amount_without_cost', sa.BigInteger(), nullable=False),
    sa.Column('refund_lines', sa.BigInteger(), nullable=False),
    sa.Column('refund_base', sa.BigInteger(), nullable=False),
    sa.Column('cost_returned_base', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_sku_days_shop_id_shops')),
    sa.PrimaryKeyConstraint('day', 'shop_id', 'sku_id', 'currency', name=op.f('pk_sku_days')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('sku_days', schema=None) as batch_op:
        batch_op.create_index('ix_sku_days_sku_id', ['sku_id', 'day'], unique=False)

    op.create_table('skus',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=80), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('variant', sa.String(length=120), nullable=False),
    sa.Column('barcode', sa.String(length=40), nullable=True),
    sa.Column('unit_cost_e4', sa.BigInteger(), nullable=True),
    sa.Column('cost_remainder_e4', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('reorder_point', sa.Integer(), nullable=True),
    sa.Column('allows_backorder', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('price_minor >= 0', name=op.f('ck_skus_price')),
    sa.CheckConstraint('reorder_point >= 0', name=op.f('ck_skus_reorder_point')),
    sa.CheckConstraint('unit_cost_e4 >= 0', name=op.f('ck_skus_unit_cost')),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_skus_product_id_products')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skus')),
    sa.UniqueConstraint('code', name=op.f('uq_skus_code'))
    )
    with op.batch_alter_table('skus', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_skus_barcode'), ['barcode'], unique=False)
        batch_op.create_index(batch_op.f('ix_skus_product_id'), ['product_id'], unique=False)

    op.create_table('staff_identities',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('external_id', sa.String(length=80), nullable=False),
    sa.Column('bound_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unbound_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_identities_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_identities'))
    )
    with op.batch_alter_table('staff_identities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_identities_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index('uq_staff_identities_bound', ['channel', 'external_id'], unique=True, sqlite_where=sa.text('unbound_at IS NULL'), postgresql_where=sa.text('unbound_at IS NULL'))

    op.create_table('traffic',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('visitors', sa.BigInteger(), nullable=False),
    sa.Column('page_views', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_traffic_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_traffic')),
    sa.UniqueConstraint('day', 'shop_id', name=op.f('uq_traffic_day_shop_id'))
    )
    op.create_table('allocations',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('parcel_no', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.CheckConstraint("reason IN ('only_warehouse', 'first_of_full', 'fewest_parcels', 'stated')", name=op.f('ck_allocations_reason')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_allocations_quantity')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_allocations_order_id_orders')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_allocations_sku_id_skus')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_allocations_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('order_id', 'line_no', 'sku_id', 'warehouse_id', 'parcel_no', name=op.f('pk_allocations')),
    sqlite_with_rowid=False
    )
    with op.batch_alter_table('allocations', schema=None) as batch_op:
        batch_op.create_index('ix_allocations_sku_id', ['sku_id', 'warehouse_id'], unique=False)

    op.create_table('charges',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('certainty', sa.String(length=24), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_base', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('settled_on', sa.Date(), nullable=True),
    sa.Column('reference', sa.String(length=80), nullable=False),
    sa.CheckConstraint("certainty IN ('estimated', 'actual')", name=op.f('ck_charges_certainty')),
    sa.CheckConstraint("kind IN ('platform_fee', 'shipping')", name=op.f('ck_charges_kind')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_charges_order_id_orders')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_charges_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charges')),
    sa.UniqueConstraint('shop_id', 'kind', 'reference', name=op.f('uq_charges_shop_id_kind_reference'))
    )
    with op.batch_alter_table('charges', schema=None) as batch_op:
        batch_op.create_index('ix_charges_occurred_on', ['occurred_on', 'kind'], unique=False)
        batch_op.create_index(batch_op.f('ix_charges_order_id'), ['order_id'], unique=False)

    op.create_table('cost_layers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pieces_left', sa.BigInteger(), nullable=False),
    sa.Column('value_left_e4', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('pieces_left >= 0', name=op.f('ck_cost_layers_pieces_left')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_cost_layers_sku_id_skus')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_layers'))
    )
    with op.batch_alter_table('cost_layers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cost_layers_sku_id'), ['sku_id'], unique=False)

    op.create_table('cost_pools',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('method', sa.String(length=24), nullable=False),
    sa.Column('pieces', sa.BigInteger(), nullable=False),
    sa.Column('value_e4', sa.BigInteger(), nullable=False),
    sa.Column('settled_to', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("method IN ('average', 'fifo')", name=op.f('ck_cost_pools_method')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_cost_pools_sku_id_skus')),
    sa.PrimaryKeyConstraint('sku_id', name=op.f('pk_cost_pools'))
    )
    op.create_table('listings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('platform_sku', sa.String(length=80), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_listings_quantity')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_listings_shop_id_shops')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_listings_sku_id_skus')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listings')),
    sa.UniqueConstraint('shop_id', 'platform_sku', 'sku_id', name=op.f('uq_listings_shop_id_platform_sku_sku_id'))
    )
    with op.batch_alter_table('listings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_listings_sku_id'), ['sku_id'], unique=False)

    op.create_table('merged_orders',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('lead_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['lead_id'], ['orders.id'], name=op.f('fk_merged_orders_lead_id_orders')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_merged_orders_order_id_orders')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_merged_orders'))
    )
    with op.batch_alter_table('merged_orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_merged_orders_lead_id'), ['lead_id'], unique=False)

    op.create_table('order_lines',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('external_id', sa.String(length=64), nullable=True),
    sa.Column('sku_id', sa.BigInteger(), nullable=True),
    sa.Column('sku_code', sa.String(length=80), nullable=True),
    sa.Column('title', sa.String(length=300), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_price_e4', sa.BigInteger(), nullable=False),
    sa.Column('discount_minor', sa.BigInteger(), nullable=False),
    sa.Column('paid_minor', sa.BigInteger(), nullable=False),
    sa.Column('paid_base', sa.BigInteger(), nullable=False),
    sa.Column('cost_base', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('paid_minor >= 0', name=op.f('ck_order_lines_paid_minor')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_order_lines_quantity')),
    sa.CheckConstraint('unit_price_e4 >= 0', name=op.f('ck_order_lines_unit_price')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_lines_order_id_orders')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_order_lines_sku_id_skus')),
    sa.PrimaryKeyConstraint('order_id', 'line_no', name=op.f('pk_order_lines')),
    sqlite_with_rowid=False
    )
    op.create_table('order_marks',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('excluded', sa.String(length=24), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_marks_order_id_orders')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_order_marks'))
    )
    op.create_table('parcel_lines',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('parcel_no', sa.Integer(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_parcel_lines_quantity')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_parcel_lines_order_id_orders')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_parcel_lines_sku_id_skus')),
    sa.PrimaryKeyConstraint('order_id', 'parcel_no', 'line_no', 'sku_id', name=op.f('pk_parcel_lines')),
    sqlite_with_rowid=False
    )
    op.create_table('purchase_lines',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('purchase_order_id', sa.BigInteger(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_purchase_lines_quantity')),
    sa.CheckConstraint('received >= 0 AND received <= quantity', name=op.f('ck_purchase_lines_received')),
    sa.ForeignKeyConstraint(['purchase_order_id'], ['purchase_orders.id'], name=op.f('fk_purchase_lines_purchase_order_id_purchase_orders')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_purchase_lines_sku_id_skus')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_lines')),
    sa.UniqueConstraint('purchase_order_id', 'sku_id', name=op.f('uq_purchase_lines_purchase_order_id_sku_id'))
    )
    with op.batch_alter_table('purchase_lines', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_purchase_lines_sku_id'), ['sku_id'], unique=False)

    op.create_table('refund_totals',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('paid_minor', sa.BigInteger(), nullable=False),
    sa.Column('refunded_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('refunded_minor >= 0 AND refunded_minor <= paid_minor', name=op.f('ck_refund_totals_refunded_minor')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_refund_totals_order_id_orders')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_refund_totals'))
    )
    op.create_table('refunds',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shop_id', sa.BigInteger(), nullable=False),
    sa.Column('external_id', sa.String(length=80), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('customer_id', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.String(length=24), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_base', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refunded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refunded_on', sa.Date(), nullable=True),
    sa.Column('refunded_hour', sa.Integer(), nullable=True),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('content_hash', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("status IN ('asked', 'succeeded', 'refused', 'withdrawn')", name=op.f('ck_refunds_status')),
    sa.CheckConstraint('(refunded_at IS NULL) = (refunded_on IS NULL)', name=op.f('ck_refunds_refunded_on')),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_refunds_amount_minor')),
    sa.ForeignKeyConstraint(['customer_id'], ['customers.id'], name=op.f('fk_refunds_customer_id_customers')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_refunds_order_id_orders')),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_refunds_shop_id_shops')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('shop_id', 'external_id', name=op.f('uq_refunds_shop_id_external_id'))
    )
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refunds_order_id'), ['order_id'], unique=False)
        batch_op.create_index('ix_refunds_refunded_on', ['refunded_on', 'shop_id'], unique=False)

    op.create_table('returned_pieces',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('condition', sa.String(length=24), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("condition IN ('sellable', 'defective')", name=op.f('ck_returned_pieces_condition')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_returned_pieces_quantity')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_returned_pieces_order_id_orders')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_returned_pieces_sku_id_skus')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_returned_pieces_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_returned_pieces'))
    )
    with op.batch_alter_table('returned_pieces', schema=None) as batch_op:
        batch_op.create_index('ix_returned_pieces_order_id', ['order_id'], unique=False)

    op.create_table('shipments',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('parcel_no', sa.Integer(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('carrier', sa.String(length=30), nullable=True),
    sa.Column('waybill_no', sa.String(length=60), nullable=True),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('shipped_on', sa.Date(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_shipments_order_id_orders')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_shipments_staff_id_staff')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_shipments_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipments')),
    sa.UniqueConstraint('order_id', 'parcel_no', name=op.f('uq_shipments_order_id_parcel_no'))
    )
    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.create_index('ix_shipments_shipped_on', ['shipped_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_shipments_signed_on'), ['signed_on'], unique=False)
        batch_op.create_index('ix_shipments_waybill_no', ['waybill_no'], unique=False)

    op.create_table('stock_balances',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('on_hand', sa.Integer(), nullable=False),
    sa.Column('reserved', sa.Integer(), nullable=False),
    sa.Column('incoming', sa.Integer(), nullable=False),
    sa.CheckConstraint('incoming >= 0', name=op.f('ck_stock_balances_incoming')),
    sa.CheckConstraint('reserved >= 0', name=op.f('ck_stock_balances_reserved')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_stock_balances_sku_id_skus')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_stock_balances_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('sku_id', 'warehouse_id', name=op.f('pk_stock_balances'))
    )
    op.create_table('stock_moves',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=24), nullable=False),
    sa.Column('reference_kind', sa.String(length=24), nullable=False),
    sa.Column('reference_id', sa.String(length=80), nullable=False),
    sa.Column('reference_line', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_cost_e4', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=True),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("reason IN ('opening', 'received', 'shipped', 'returned', 'transfer_out', 'transfer_in', 'counted', 'adjusted')", name=op.f('ck_stock_moves_reason')),
    sa.CheckConstraint('quantity <> 0', name=op.f('ck_stock_moves_quantity')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_stock_moves_order_id_orders')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_stock_moves_sku_id_skus')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_stock_moves_staff_id_staff')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_stock_moves_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_moves')),
    sa.UniqueConstraint('reference_kind', 'reference_id', 'reference_line', 'reason', 'warehouse_id', name=op.f('uq_stock_moves_reference_kind_reference_id_reference_line_reason_warehouse_id'))
    )
    with op.batch_alter_table('stock_moves', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stock_moves_moved_at'), ['moved_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_moves_order_id'), ['order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stock_moves_sku_id'), ['sku_id'], unique=False)

    op.create_table('stock_warnings',
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('warehouse_id', sa.BigInteger(), nullable=False),
    sa.Column('level', sa.String(length=24), nullable=False),
    sa.Column('available', sa.Integer(), nullable=False),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('snoozed_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("level IN ('low', 'out')", name=op.f('ck_stock_warnings_level')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_stock_warnings_sku_id_skus')),
    sa.ForeignKeyConstraint(['warehouse_id'], ['warehouses.id'], name=op.f('fk_stock_warnings_warehouse_id_warehouses')),
    sa.PrimaryKeyConstraint('sku_id', 'warehouse_id', name=op.f('pk_stock_warnings'))
    )
    op.create_table('cost_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sku_id', sa.BigInteger(), nullable=False),
    sa.Column('move_id', sa.BigInteger(), nullable=True),
    sa.Column('layer_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=24), nullable=False),
    sa.Column('pieces', sa.BigInteger(), nullable=False),
    sa.Column('value_e4', sa.BigInteger(), nullable=False),
    sa.Column('reference', sa.String(length=80), nullable=True),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('opened', 'moved', 'revalued', 'turned')", name=op.f('ck_cost_entries_kind')),
    sa.ForeignKeyConstraint(['layer_id'], ['cost_layers.id'], name=op.f('fk_cost_entries_layer_id_cost_layers')),
    sa.ForeignKeyConstraint(['move_id'], ['stock_moves.id'], name=op.f('fk_cost_entries_move_id_stock_moves')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_cost_entries_sku_id_skus')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cost_entries'))
    )
    with op.batch_alter_table('cost_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cost_entries_layer_id'), ['layer_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cost_entries_move_id'), ['move_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_cost_entries_sku_id'), ['sku_id'], unique=False)

    op.create_table('refund_lines',
    sa.Column('refund_id', sa.BigInteger(), nullable=False),
    sa.Column('line_no', sa.Integer(), nullable=False),
    sa.Column('order_line_no', sa.Integer(), nullable=True),
    sa.Column('sku_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('amount_base', sa.BigInteger(), nullable=False),
    sa.Column('cost_base', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount_minor >= 0', name=op.f('ck_refund_lines_amount_minor')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_refund_lines_quantity')),
    sa.ForeignKeyConstraint(['refund_id'], ['refunds.id'], name=op.f('fk_refund_lines_refund_id_refunds')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_refund_lines_sku_id_skus')),
    sa.PrimaryKeyConstraint('refund_id', 'line_no', name=op.f('pk_refund_lines')),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('refund_lines')
    with op.batch_alter_table('cost_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cost_entries_sku_id'))
        batch_op.drop_index(batch_op.f('ix_cost_entries_move_id'))
        batch_op.drop_index(batch_op.f('ix_cost_entries_layer_id'))

    op.drop_table('cost_entries')
    op.drop_table('stock_warnings')
    with op.batch_alter_table('stock_moves', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stock_moves_sku_id'))
        batch_op.drop_index(batch_op.f('ix_stock_moves_order_id'))
        batch_op.drop_index(batch_op.f('ix_stock_moves_moved_at'))

    op.drop_table('stock_moves')
    op.drop_table('stock_balances')
    with op.batch_alter_table('shipments', schema=None) as batch_op:
        batch_op.drop_index('ix_shipments_waybill_no')
        batch_op.drop_index(batch_op.f('ix_shipments_signed_on'))
        batch_op.drop_index('ix_shipments_shipped_on')

    op.drop_table('shipments')
    with op.batch_alter_table('returned_pieces', schema=None) as batch_op:
        batch_op.drop_index('ix_returned_pieces_order_id')

    op.drop_table('returned_pieces')
    with op.batch_alter_table('refunds', schema=None) as batch_op:
        batch_op.drop_index('ix_refunds_refunded_on')
        batch_op.drop_index(batch_op.f('ix_refunds_order_id'))

    op.drop_table('refunds')
    op.drop_table('refund_totals')
    with op.batch_alter_table('purchase_lines', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_purchase_lines_sku_id'))

    op.drop_table('purchase_lines')
    op.drop_table('parcel_lines')
    op.drop_table('order_marks')
    op.drop_table('order_lines')
    with op.batch_alter_table('merged_orders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_merged_orders_lead_id'))

    op.drop_table('merged_orders')
    with op.batch_alter_table('listings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_listings_sku_id'))

    op.drop_table('listings')
    op.drop_table('cost_pools')
    with op.batch_alter_table('cost_layers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cost_layers_sku_id'))

    op.drop_table('cost_layers')
    with op.batch_alter_table('charges', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_charges_order_id'))
        batch_op.drop_index('ix_charges_occurred_on')

    op.drop_table('charges')
    with op.batch_alter_table('allocations', schema=None) as batch_op:
        batch_op.drop_index('ix_allocations_sku_id')

    op.drop_table('allocations')
    op.drop_table('traffic')
    with op.batch_alter_table('staff_identities', schema=None) as batch_op:
        batch_op.drop_index('uq_staff_identities_bound', sqlite_where=sa.text('unbound_at IS NULL'), postgresql_where=sa.text('unbound_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_staff_identities_staff_id'))

    op.drop_table('staff_identities')
    with op.batch_alter_table('skus', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_skus_product_id'))
        batch_op.drop_index(batch_op.f('ix_skus_barcode'))

    op.drop_table('skus')
    with op.batch_alter_table('sku_days', schema=None) as batch_op:
        batch_op.drop_index('ix_sku_days_sku_id')

    op.drop_table('sku_days')
    op.drop_table('sales_days')
    op.drop_table('purchase_orders')
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_index('ix_orders_status')
        batch_op.drop_index(batch_op.f('ix_orders_phone_index'))
        batch_op.drop_index('ix_orders_paid_on')
        batch_op.drop_index(batch_op.f('ix_orders_external_id'))
        batch_op.drop_index('ix_orders_excluded', sqlite_where=sa.text('excluded IS NOT NULL'), postgresql_where=sa.text('excluded IS NOT NULL'))
        batch_op.drop_index('ix_orders_customer_id')

    op.drop_table('orders')
    with op.batch_alter_table('expenses', schema=None) as batch_op:
        batch_op.drop_index('ix_expenses_day')

    op.drop_table('expenses')
    with op.batch_alter_table('customer_accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customer_accounts_customer_id'))

    op.drop_table('customer_accounts')
    with op.batch_alter_table('cash_moves', schema=None) as batch_op:
        batch_op.drop_index('ix_cash_moves_occurred_on')

    op.drop_table('cash_moves')
    with op.batch_alter_table('bind_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bind_codes_staff_id'))

    op.drop_table('bind_codes')
    op.drop_table('ad_spend')
    op.drop_table('warehouses')
    with op.batch_alter_table('unanswered', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unanswered_last_at'))

    op.drop_table('unanswered')
    op.drop_table('subscriptions')
    op.drop_table('staff')
    op.drop_table('shops')
    op.drop_table('shop_settings')
    with op.batch_alter_table('products', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_products_name'))

    op.drop_table('products')
    op.drop_table('paces')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_waiting', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index('ix_outbox_chat', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))

    op.drop_table('outbox')
    op.drop_table('names_version')
    op.drop_table('model_use')
    op.drop_table('leases')
    with op.batch_alter_table('job_runs', schema=None) as batch_op:
        batch_op.drop_index('uq_job_runs_alone', sqlite_where=sa.text("state IN ('running', 'failed') AND is_alone"), postgresql_where=sa.text("state IN ('running', 'failed') AND is_alone"))
        batch_op.drop_index('ix_job_runs_open', sqlite_where=sa.text("state IN ('running', 'failed')"), postgresql_where=sa.text("state IN ('running', 'failed')"))

    op.drop_table('job_runs')
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_index('ix_inbox_waiting', sqlite_where=sa.text("state = 'received'"), postgresql_where=sa.text("state = 'received'"))

    op.drop_table('inbox')
    op.drop_table('fx_rates')
    with op.batch_alter_table('exceptions', schema=None) as batch_op:
        batch_op.drop_index('uq_exceptions_live', sqlite_where=sa.text('gone_at IS NULL'), postgresql_where=sa.text('gone_at IS NULL'))

    op.drop_table('exceptions')
    with op.batch_alter_table('customers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customers_segment'))
        batch_op.drop_index(batch_op.f('ix_customers_phone_index'))
        batch_op.drop_index(batch_op.f('ix_customers_first_paid_on'))

    op.drop_table('customers')
    with op.batch_alter_table('confirmations', schema=None) as batch_op:
        batch_op.drop_index('uq_confirmations_open_code', sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
        batch_op.drop_index('ix_confirmations_chat')

    op.drop_table('confirmations')
    op.drop_table('chats')
    with op.batch_alter_table('chat_files', schema=None) as batch_op:
        batch_op.drop_index('ix_chat_files_code')

    op.drop_table('chat_files')
    with op.batch_alter_table('chat_buttons', schema=None) as batch_op:
        batch_op.drop_index('ix_chat_buttons_keyboard')

    op.drop_table('chat_buttons')
    op.drop_table('audit_entries')
    with op.batch_alter_table('aliases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_aliases_text'))

    op.drop_table('aliases')
    op.drop_table('accounts')
