"""Voicemail transcripts"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("voicemail") as messages:
        messages.add_column(sa.Column("transcript", sa.String(), nullable=False, server_default=""))
    for table in ("voicemail_box", "voicemail_tenant"):
        with op.batch_alter_table(table) as settings:
            settings.add_column(sa.Column("transcribe", sa.Boolean(), nullable=False, server_default=sa.false()))
