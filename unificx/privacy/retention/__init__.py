"""Retention: how long data of each class is stored, and the sweep that removes it then."""

from unificx.privacy.retention.expiry import Expiry
from unificx.privacy.retention.periods import Period
from unificx.privacy.retention.repository import ended
from unificx.privacy.retention.schemas import ClassPeriod, SweepStatus
from unificx.privacy.retention.service import Deadlines, Retention
from unificx.privacy.retention.tenant_periods import TenantPeriods

__all__ = ["ClassPeriod", "Deadlines", "Expiry", "Period", "Retention", "SweepStatus", "TenantPeriods", "ended"]
