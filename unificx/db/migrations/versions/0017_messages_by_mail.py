"""Voicemail by e-mail"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("voicemail") as messages:
        messages.add_column(sa.Column("mailed", sa.DateTime(timezone=True), nullable=True))
    for table, default in (("voicemail_box", sa.false()), ("voicemail_tenant", sa.true())):
        with op.batch_alter_table(table) as settings:
            settings.add_column(sa.Column("mail_sound", sa.Boolean(), nullable=False, server_default=default))
    with op.batch_alter_table("letter") as letters:
        letters.add_column(sa.Column("message_id", sa.String(), nullable=True))
        letters.add_column(sa.Column("extension_id", sa.String(), nullable=True))
