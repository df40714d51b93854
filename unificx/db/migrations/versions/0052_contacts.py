"""Contacts"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_book",
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "person_id", name=op.f("pk_contact_book")),
    )
    op.create_table(
        "contact",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_tenant_id_person_id"), "contact", ["tenant_id", "person_id"])
    op.create_index(op.f("ix_contact_tenant_id_subject_id"), "contact", ["tenant_id", "subject_id"])
    op.create_table(
        "contact_number",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "subject_id", name=op.f("pk_contact_number")),
    )
    op.create_index(op.f("ix_contact_number_tenant_id_subject_id"), "contact_number", ["tenant_id", "subject_id"])
