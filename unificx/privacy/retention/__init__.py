"""Retention: how long data of each class is stored, and the sweep that removes it then."""

from unificx.privacy.retention.expiry import Expiry
from unificx.privacy.retention.periods import Period
from unificx.privacy.retention.schemas import ClassPeriod, SweepStatus
from unificx.privacy.retention.service import Retention

__all__ = ["ClassPeriod", "Expiry", "Period", "Retention", "SweepStatus"]
