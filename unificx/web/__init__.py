"""The HTTP face: the API under /api/v1, health, metrics and the start page."""

from unificx.web.app import build
from unificx.web.idempotency import StoredAnswers
from unificx.web.ports import LiveCall, LiveCalls, Parts, PartState
from unificx.web.services import PublicAddress, Services
from unificx.web.shell import as_operator

__all__ = [
    "LiveCall",
    "LiveCalls",
    "PartState",
    "Parts",
    "PublicAddress",
    "Services",
    "StoredAnswers",
    "as_operator",
    "build",
]
