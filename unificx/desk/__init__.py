"""The desk: what people send to those who look after the installation."""

from unificx.desk.contracts import Report
from unificx.desk.service import Desk

__all__ = ["Desk", "Report"]
