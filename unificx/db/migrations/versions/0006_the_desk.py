"""Diagnostics reports"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "diagnostics_report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_diagnostics_report")),
    )
    op.create_index(
        op.f("ix_diagnostics_report_tenant_id_created_id"), "diagnostics_report", ["tenant_id", "created", "id"]
    )
    op.create_index(op.f("ix_diagnostics_report_tenant_id_person_id"), "diagnostics_report", ["tenant_id", "person_id"])
