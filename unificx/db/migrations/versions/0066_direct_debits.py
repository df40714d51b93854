"""Files of direct debits, and invoices that were sent by e-mail"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "direct_debit",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "file_id", "number", name=op.f("pk_direct_debit")),
    )
    op.create_index(op.f("ix_direct_debit_tenant_id_number"), "direct_debit", ["tenant_id", "number"])
    op.create_index(op.f("ix_direct_debit_tenant_id_created"), "direct_debit", ["tenant_id", "created"])
    op.create_table(
        "invoice_notice",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", "level", name=op.f("pk_invoice_notice")),
    )
