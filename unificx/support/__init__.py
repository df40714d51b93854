"""Support: diagnostics reports that users send to administrators."""

from unificx.support.service import SupportService

__all__ = [
    "SupportService",
]
