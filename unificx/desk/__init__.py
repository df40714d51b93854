"""Support: diagnostics reports that users send to administrators."""

from unificx.desk.contracts import Report
from unificx.desk.service import Desk

__all__ = ["Desk", "Report"]
