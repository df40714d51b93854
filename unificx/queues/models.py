"""Models of queues: settings, agents with their sign-in state, the visits of callers, and the events of agents."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from unificx.core.personal import in_history
from unificx.db import Base, plain, sealed_column
from unificx.routing import sealed_destination


@dataclass(frozen=True, slots=True)
class OtherwisePart:
    """Destination of callers that no agent answers; it may be the number of a person outside."""

    destination: str = sealed_destination()


@dataclass(frozen=True, slots=True)
class CallerPart:
    """Number and name of a caller in a queue."""

    number: str = in_history("user.contact.phone_number", rectifiable=False)
    name: str = in_history("user.name", rectifiable=True)


class QueueRow(Base):
    """A queue."""

    __tablename__ = "queue"
    __table_args__ = (UniqueConstraint("tenant_id", "number"),)

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant")
    number: Mapped[str] = plain("the tenant's own number")
    name: Mapped[str] = plain("text of the tenant that names a queue, not a person")
    created: Mapped[datetime] = plain("creation time")
    strategy: Mapped[str] = plain("how agents are chosen")
    ring_seconds: Mapped[int] = plain("seconds an agent is rung")
    retry: Mapped[int] = plain("seconds an agent rests after a missed call")
    wrap_up: Mapped[int] = plain("seconds between the calls of an agent")
    max_wait: Mapped[int] = plain("maximum seconds of waiting, 0 for no limit")
    max_length: Mapped[int] = plain("maximum number of waiting callers")
    max_missed: Mapped[int] = plain("missed calls after which an agent is paused, 0 for never")
    when_no_agents: Mapped[str] = plain("rule for callers while no agent is signed in")
    when_all_paused: Mapped[str] = plain("rule for callers while all agents are paused")
    announce_every: Mapped[int] = plain("seconds between announcements, 0 for none")
    announce_position: Mapped[bool] = plain("whether the position is announced")
    announce_wait: Mapped[bool] = plain("whether the expected wait is announced")
    prompt_every: Mapped[int] = plain("seconds between periodic prompts, 0 for none")
    callback_after: Mapped[int] = plain("seconds until a callback is offered, 0 for never")
    answer_within: Mapped[int] = plain("target of the service level in seconds")
    recorded: Mapped[bool] = plain("whether calls of agents are recorded")
    subject_id: Mapped[str] = plain("random subject id of the queue, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(OtherwisePart, subject="subject_id")


class QueueAgentRow(Base):
    """An agent of a queue and their sign-in state."""

    __tablename__ = "queue_agent"
    __table_args__ = (Index(None, "tenant_id", "extension_id"),)

    queue_id: Mapped[str] = plain("the queue", primary_key=True)
    extension_id: Mapped[str] = plain(
        "the extension; no foreign key, because it is deleted after the extension", primary_key=True
    )
    tenant_id: Mapped[str] = plain("the tenant")
    place: Mapped[int] = plain("position in the list of agents")
    penalty: Mapped[int] = plain("rank of the agent, lower ones are rung first")
    static: Mapped[bool] = plain("whether the agent is signed in from the start")
    signed_in: Mapped[bool] = plain("whether the agent is signed in")
    paused: Mapped[bool] = plain("whether the agent is paused")
    reason: Mapped[str | None] = plain("reason of the pause, from a fixed list")
    since: Mapped[datetime] = plain("time of the last change of the sign-in state")


class QueueVisitRow(Base):
    """The visit of one caller to a queue."""

    __tablename__ = "queue_visit"
    __table_args__ = (
        Index(None, "tenant_id", "queue_id", "arrived", "id"),
        Index(None, "tenant_id", "agent_id"),
        Index(None, "tenant_id", "subject_id"),
    )

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant; no foreign key, because a visit may outlast it in the spool")
    queue_id: Mapped[str] = plain("the queue")
    call_id: Mapped[str] = plain("the call, under its own random id")
    arrived: Mapped[datetime] = plain("time of entry")
    outcome: Mapped[str] = plain("how the visit ended")
    waited: Mapped[float] = plain("seconds in the queue")
    talked: Mapped[float] = plain("seconds of the call with the agent")
    agent_id: Mapped[str | None] = plain("the extension of the agent; empty once it is deleted")
    subject_id: Mapped[str] = plain("random id of the caller's subject, whose key seals the part below")
    sealed: Mapped[bytes | None] = sealed_column(CallerPart, subject="subject_id")


class QueueAgentEventRow(Base):
    """A change of an agent's state, for the history of agents. Deleted with the extension."""

    __tablename__ = "queue_agent_event"
    __table_args__ = (Index(None, "tenant_id", "queue_id", "at", "id"), Index(None, "tenant_id", "extension_id"))

    id: Mapped[str] = plain("our own random id", primary_key=True)
    tenant_id: Mapped[str] = plain("the tenant; no foreign key, because an event may outlast it in the spool")
    queue_id: Mapped[str] = plain("the queue")
    extension_id: Mapped[str] = plain("the extension of the agent")
    at: Mapped[datetime] = plain("time of the event")
    kind: Mapped[str] = plain("signed_in, signed_out, paused, resumed or missed")
    reason: Mapped[str | None] = plain("reason of a pause, from a fixed list")
