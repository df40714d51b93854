"""HTTP adapter: the API under /api/v1, health checks, metrics, the start page and the built client."""

from unificx.api.app import build
from unificx.api.event_hub import Hub
from unificx.api.idempotency import StoredAnswers
from unificx.api.middleware import as_operator
from unificx.api.ports import (
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
from unificx.api.services import PublicAddress, Services

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
