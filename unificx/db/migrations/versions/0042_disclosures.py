"""Disclosures to authorities, and breaches"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("proposed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("decided", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("silent_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("decided_by <> proposed_by", name=op.f("ck_disclosure_two_people")),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_by IS NOT NULL", name=op.f("ck_disclosure_approved_by_a_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure")),
    )
    op.create_index(op.f("ix_disclosure_tenant_id_request_id"), "disclosure", ["tenant_id", "request_id"])
    op.create_index(op.f("ix_disclosure_tenant_id_person_id"), "disclosure", ["tenant_id", "person_id"])
    op.create_table(
        "breach",
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("categories", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("high_risk", sa.Boolean(), nullable=False),
        sa.Column("authority_informed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("people_informed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("informed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_breach")),
    )
    op.create_index(op.f("ix_breach_tenant_id"), "breach", ["tenant_id"])
