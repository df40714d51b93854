"""Rate decks, rated calls and the ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_deck",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rates", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("loading_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate_deck")),
    )
    op.create_index(op.f("ix_rate_deck_tenant_id_in_force"), "rate_deck", ["tenant_id", "in_force"])
    op.create_table(
        "rate",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("set_id", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.Column("connection", sa.BigInteger(), nullable=False),
        sa.Column("minimum", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Integer(), nullable=False),
        sa.Column("valid_until", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "set_id", "prefix", "line", name=op.f("pk_rate")),
    )
    _create_rated_call()
    op.create_table(
        "ledger_entry",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "reference", "account", name=op.f("pk_ledger_entry")),
    )
    op.create_index(
        op.f("ix_ledger_entry_tenant_id_currency_account"), "ledger_entry", ["tenant_id", "currency", "account"]
    )
    op.create_index(op.f("ix_ledger_entry_tenant_id_at"), "ledger_entry", ["tenant_id", "at"])


def _create_rated_call() -> None:
    op.create_table(
        "rated_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("trunk_id", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("answered", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("billed_seconds", sa.Integer(), nullable=False),
        sa.Column("covered_seconds", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rated_call")),
    )
    op.create_index(op.f("ix_rated_call_tenant_id_answered_id"), "rated_call", ["tenant_id", "answered", "id"])
    op.create_index(
        op.f("ix_rated_call_tenant_id_extension_id_answered"), "rated_call", ["tenant_id", "extension_id", "answered"]
    )
    op.create_index(op.f("ix_rated_call_tenant_id_call_id"), "rated_call", ["tenant_id", "call_id"])
