"""Disclosures about callers without an account"""

import sqlalchemy as sa
from alembic import op

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disclosure", sa.Column("about_subject", sa.String(), nullable=True))
    op.add_column("disclosure", sa.Column("about_sealed", sa.LargeBinary(), nullable=True))
    op.create_index(op.f("ix_disclosure_tenant_id_about_subject"), "disclosure", ["tenant_id", "about_subject"])
