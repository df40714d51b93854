"""Prices of storage in plans, bytes of tenants by day, and sizes of audio files"""

import sqlalchemy as sa
from alembic import op

revision = "0108"
down_revision = "0107"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measured_storage",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "day", name=op.f("pk_measured_storage")),
    )
    op.create_index(op.f("ix_measured_storage_day"), "measured_storage", ["day"])
    op.add_column("audio", sa.Column("size", sa.BigInteger(), nullable=True))
    op.add_column("plan_terms", sa.Column("storage_price", sa.BigInteger(), nullable=False, server_default="0"))
    for name in ("storage_gb", "extension_storage_gb"):
        op.add_column("plan_terms", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
