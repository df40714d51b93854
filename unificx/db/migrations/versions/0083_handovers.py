"""Scope of disclosures, files handed over to authorities, and holds of their requests"""

import sqlalchemy as sa
from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disclosure", sa.Column("categories", sa.String(), nullable=False, server_default=""))
    op.add_column("disclosure", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("disclosure", sa.Column("until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("disclosure", sa.Column("others", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("access_copy", sa.Column("disclosure_id", sa.String(), nullable=False, server_default=""))
    op.add_column("hold", sa.Column("request_id", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "handover",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("disclosure_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_person", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_tenant_id_request_id"), "handover", ["tenant_id", "request_id"])
    op.create_index(op.f("ix_handover_tenant_id_person_id"), "handover", ["tenant_id", "person_id"])
