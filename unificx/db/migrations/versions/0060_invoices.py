"""Invoices, billing details, and sales that are on no invoice as an account of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "billing_details",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("payment_days", sa.Integer(), nullable=False),
        sa.Column("number_prefix", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_billing_details")),
    )
    op.create_table(
        "invoice_number",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "year", name=op.f("pk_invoice_number")),
    )
    op.create_table(
        "invoice",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("cancels", sa.String(), nullable=False),
        sa.Column("issued", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("net", "tax", "total", "calls", "moved")),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "customer_id", "month", "currency", "position", name=op.f("pk_invoice")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_invoice_tenant_id_number")),
    )
    op.create_index(op.f("ix_invoice_tenant_id_issued"), "invoice", ["tenant_id", "issued"])
    op.add_column("ledger_entry", sa.Column("invoice", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("ledger_entry") as table:
        table.alter_column("invoice", server_default=None)
    op.execute(
        "UPDATE ledger_entry SET account = 'unbilled' WHERE account = 'customer' AND kind IN ('call', 'correction')"
    )
