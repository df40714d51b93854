"""Notices of breaches, one for each person"""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0093"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "breach_notice",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("step_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("queued", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("request_id", "step_id", "person_id", name=op.f("pk_breach_notice")),
    )
    op.create_index(op.f("ix_breach_notice_person_id"), "breach_notice", ["person_id"])
    op.create_index(op.f("ix_breach_notice_tenant_id"), "breach_notice", ["tenant_id"])
