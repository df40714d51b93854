"""Resellers, their host names and tenants"""

import sqlalchemy as sa
from alembic import op

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reseller",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("accent", sa.String(), nullable=False),
        sa.Column("support_email", sa.String(), nullable=False),
        sa.Column("plans", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint("tenant_id", name="uq_reseller_tenant_id"),
    )
    op.create_table(
        "reseller_host",
        sa.Column("host", sa.String(), primary_key=True),
        sa.Column("reseller_id", sa.String(), sa.ForeignKey("reseller.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_reseller_host_reseller_id", "reseller_host", ["reseller_id"])
    op.create_table(
        "reseller_tenant",
        sa.Column("tenant_id", sa.String(), primary_key=True),
        sa.Column("reseller_id", sa.String(), sa.ForeignKey("reseller.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_reseller_tenant_reseller_id", "reseller_tenant", ["reseller_id"])
