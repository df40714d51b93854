"""What the HTTP face is built from; `app.wiring` makes each once."""

from dataclasses import dataclass

from fastapi import Request
from prometheus_client import CollectorRegistry

from unificx.desk import Desk
from unificx.history import History
from unificx.kernel.clock import Clock
from unificx.people import People
from unificx.web.idempotency import StoredAnswers
from unificx.web.ports import LiveCalls, Parts


@dataclass(frozen=True, slots=True)
class Services:
    """The rooms and ports behind the routes."""

    people: People
    history: History
    desk: Desk
    live: LiveCalls
    parts: Parts
    answers: StoredAnswers
    clock: Clock
    metrics: CollectorRegistry


def services_of(request: Request) -> Services:
    """The services the app of this request was built with."""
    return request.app.state.services
