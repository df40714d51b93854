"""Events of requests. Delivered through the outbox."""

from dataclasses import dataclass

from unificx.core.events import DomainEvent


@dataclass(frozen=True, slots=True)
class BreachNoticeDue(DomainEvent):
    """A notice of a breach is to be sent to the people who have not got it yet. Its text is that of the step."""

    request_id: str
    step_id: str
