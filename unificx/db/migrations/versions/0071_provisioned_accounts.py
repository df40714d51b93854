"""Accounts of identity providers"""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provisioned_account",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_provisioned_account_person_id")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=op.f("fk_provisioned_account_tenant_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_provisioned_account")),
    )
    op.create_index(op.f("ix_provisioned_account_tenant_id"), "provisioned_account", ["tenant_id"])
