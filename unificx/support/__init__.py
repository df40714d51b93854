"""Support: diagnostics reports that users send to administrators, and support access of the operator.

Requests about personal data: `support.rights`.
"""

from unificx.support.access import MAX_HOURS, SupportAccess, is_console, needs_consent
from unificx.support.privacy import report_holding
from unificx.support.service import SupportService

__all__ = [
    "MAX_HOURS",
    "SupportAccess",
    "SupportService",
    "is_console",
    "needs_consent",
    "report_holding",
]
