"""Queues, their agents and their history"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NUMBERS = (
    "ring_seconds", "retry", "wrap_up", "max_wait", "max_length", "max_missed", "announce_every", "prompt_every",
    "callback_after", "answer_within",
)  # fmt: skip
_WORDS = ("strategy", "when_no_agents", "when_all_paused")
_FLAGS = ("announce_position", "announce_wait", "recorded")


def upgrade() -> None:
    op.create_table(
        "queue",
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue")),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _WORDS),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in _FLAGS),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_queue_tenant_id_number")),
    )
    op.create_table(
        "queue_agent",
        sa.PrimaryKeyConstraint("queue_id", "extension_id", name=op.f("pk_queue_agent")),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("penalty", sa.Integer(), nullable=False),
        sa.Column("static", sa.Boolean(), nullable=False),
        sa.Column("signed_in", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("since", _MOMENT, nullable=False),
    )
    _index("queue_agent", "tenant_id", "extension_id")
    op.create_table(
        "queue_visit",
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_visit")),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("arrived", _MOMENT, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("waited", sa.Double(), nullable=False),
        sa.Column("talked", sa.Double(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
    )
    op.create_table(
        "queue_agent_event",
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_agent_event")),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("extension_id", sa.String(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
    )
    for columns in (("queue_id", "arrived", "id"), ("agent_id",), ("subject_id",)):
        _index("queue_visit", "tenant_id", *columns)
    for columns in (("queue_id", "at", "id"), ("extension_id",)):
        _index("queue_agent_event", "tenant_id", *columns)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
