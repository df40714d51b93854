"""HTTP adapter: the API under /api/v1, health checks, metrics, the start page and the built client."""

from unificx.web.app import build
from unificx.web.hub import Hub
from unificx.web.idempotency import StoredAnswers
from unificx.web.ports import (
    IceServer,
    LiveCall,
    LiveCalls,
    LiveRecordings,
    Parts,
    PartState,
    SipProof,
    Studio,
    Telephony,
)
from unificx.web.services import PublicAddress, Services
from unificx.web.shell import as_operator

__all__ = [
    "Hub",
    "IceServer",
    "LiveCall",
    "LiveCalls",
    "LiveRecordings",
    "PartState",
    "Parts",
    "PublicAddress",
    "Services",
    "SipProof",
    "StoredAnswers",
    "Studio",
    "Telephony",
    "as_operator",
    "build",
]
