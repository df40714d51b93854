"""Monitored calls: policies and log"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording_tenant", sa.Column("monitoring", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("recording_extension", sa.Column("monitoring", sa.String(), nullable=False, server_default="allowed"))
    op.create_table(
        "monitoring",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("caller_extension", sa.String(), nullable=False),
        sa.Column("callee_extension", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring")),
    )
    op.create_index(op.f("ix_monitoring_tenant_id_at"), "monitoring", ["tenant_id", "at"])
    op.create_index(op.f("ix_monitoring_tenant_id_subject_id"), "monitoring", ["tenant_id", "subject_id"])
