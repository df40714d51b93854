"""Call detail records (CDR)."""

from unificx.history.contracts import CallRecord, Filters, HistoryPage, Identity, Party
from unificx.history.service import History

__all__ = ["CallRecord", "Filters", "History", "HistoryPage", "Identity", "Party"]
