"""Runs of invoices, and the day on which they begin"""

import sqlalchemy as sa
from alembic import op

revision = "0095"
down_revision = "0094"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("billing_details", sa.Column("issue_day", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "invoice_run",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "month", "dry_run", name=op.f("pk_invoice_run")),
    )
    op.create_table(
        "invoice_run_outcome",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("customer_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("issues", sa.String(), nullable=False),
        sa.Column("invoices", sa.Integer(), nullable=False),
        sa.Column("unrated", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "month", "dry_run", "customer_id", name=op.f("pk_invoice_run_outcome")),
    )
    op.create_index(op.f("ix_invoice_run_outcome_tenant_id_state"), "invoice_run_outcome", ["tenant_id", "state"])
