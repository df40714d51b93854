"""Shared mailboxes"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "group_mailbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("lamp", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_mailbox")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_group_mailbox_tenant_id_number")),
    )
    op.create_table(
        "group_mailbox_member",
        sa.Column("mailbox_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_id", "extension_id", name=op.f("pk_group_mailbox_member")),
    )
    op.create_index(op.f("ix_group_mailbox_member_tenant_id"), "group_mailbox_member", ["tenant_id"])
