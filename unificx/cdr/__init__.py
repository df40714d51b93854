"""Call detail records (CDR)."""

from unificx.cdr.schemas import CallRecord, Filters, Identity, Party
from unificx.cdr.service import History

__all__ = [
    "CallRecord",
    "Filters",
    "History",
    "Identity",
    "Party",
]
