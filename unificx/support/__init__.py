"""Support: diagnostics reports that users send to administrators. Requests about personal data: `support.rights`."""

from unificx.support.privacy import report_holding
from unificx.support.service import SupportService

__all__ = [
    "SupportService",
    "report_holding",
]
