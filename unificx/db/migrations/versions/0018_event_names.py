"""Stored event names follow the renamed areas

An event that waits in the outbox is stored under the name of its area and class. A version before this one stored the
former names; without this revision no handler would receive these events. Which handlers have already processed an
event is stored by the former handler names, so they may process it once more: handlers are idempotent.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

AREAS = {"people": "identity", "meetings": "conferencing"}
"""Former to present area."""
EVENTS = {
    "recordings.MessageLeft": "voicemail.MessageLeft",
    "recordings.MailboxChanged": "voicemail.MailboxChanged",
    "recordings.ConversationKept": "recording.CallRecordingStored",
    "recordings.ConversationsChanged": "recording.CallRecordingsChanged",
}
"""Former to present name, for events whose area was divided."""


def upgrade() -> None:
    outbox = sa.table("outbox", sa.column("name", sa.String()))
    for former, present in EVENTS.items():
        op.execute(outbox.update().where(outbox.c.name == former).values(name=present))
    for former, present in AREAS.items():
        start = len(former) + 1
        op.execute(
            outbox.update()
            .where(outbox.c.name.startswith(f"{former}.", autoescape=True))
            .values(name=sa.literal(present) + sa.func.substr(outbox.c.name, start))
        )
