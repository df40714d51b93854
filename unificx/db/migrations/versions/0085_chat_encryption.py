"""Conversations that are encrypted end to end"""

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("round", sa.Integer(), nullable=True))
    op.add_column("chat_message", sa.Column("round", sa.Integer(), nullable=True))
    op.create_table(
        "chat_device",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_device")),
        sa.UniqueConstraint("session_id", name=op.f("uq_chat_device_session_id")),
    )
    op.create_table(
        "chat_key_package",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("last_resort", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_key_package")),
    )
    op.create_table(
        "chat_group_change",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restart", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("welcome", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_group_change")),
        sa.UniqueConstraint("conversation_id", "round", name=op.f("uq_chat_group_change_conversation_id_round")),
    )
    op.create_table(
        "chat_group_device",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "device_id", name=op.f("pk_chat_group_device")),
    )
    for table, column in (
        ("chat_device", "person_id"),
        ("chat_device", "subject_id"),
        ("chat_key_package", "device_id"),
        ("chat_group_change", "created"),
        ("chat_group_device", "device_id"),
    ):
        op.create_index(f"ix_{table}_tenant_id_{column}", table, ["tenant_id", column])
