"""Pinned messages, and members who have muted a conversation"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chat_message", sa.Column("pinned", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation_member", sa.Column("muted", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("conversation_member") as table:
        table.alter_column("muted", server_default=None)
