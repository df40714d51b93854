"""Index of messages awaiting transcription"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_voicemail_transcript_state"), "voicemail", ["transcript", "state"])
