"""Support: diagnostics reports that users send to administrators."""

from unificx.support.service import Desk

__all__ = [
    "Desk",
]
