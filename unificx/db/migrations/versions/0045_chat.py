"""Conversations, their members, messages and reactions"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("pair", sa.String(), nullable=True),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("newest", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=True),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("tenant_id", "pair", name=op.f("uq_conversation_tenant_id_pair")),
    )
    op.create_index("ix_conversation_tenant_id_changed", "conversation", ["tenant_id", "changed"])
    op.create_table(
        "conversation_member",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("joined", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_seq", sa.Integer(), nullable=False),
        sa.Column("read_seq", sa.Integer(), nullable=False),
        sa.Column("delivered_seq", sa.Integer(), nullable=False),
        sa.Column("shares_marks", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_conversation_member")),
    )
    for column in ("person_id", "subject_id"):
        op.create_index(f"ix_conversation_member_tenant_id_{column}", "conversation_member", ["tenant_id", column])
    op.create_table(
        "chat_message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_message")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_chat_message_conversation_id_seq")),
        sa.UniqueConstraint(
            "conversation_id",
            "person_id",
            "client_id",
            name=op.f("uq_chat_message_conversation_id_person_id_client_id"),
        ),
    )
    op.create_index(
        "ix_chat_message_tenant_id_conversation_id_revision",
        "chat_message",
        ["tenant_id", "conversation_id", "revision"],
    )
    for column in ("subject_id", "created", "expires"):
        op.create_index(f"ix_chat_message_tenant_id_{column}", "chat_message", ["tenant_id", column])
    op.create_table(
        "chat_reaction",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "person_id", name=op.f("pk_chat_reaction")),
    )
    for column in ("conversation_id", "subject_id"):
        op.create_index(f"ix_chat_reaction_tenant_id_{column}", "chat_reaction", ["tenant_id", column])
