"""Retention: how long data of each class is stored, and the sweep that removes it then."""

from unificx.privacy.retention.classes import CLASSES, RetentionClass
from unificx.privacy.retention.expiry import Expiry
from unificx.privacy.retention.periods import Period
from unificx.privacy.retention.schemas import ClassPeriod, DueRows, SweepStatus
from unificx.privacy.retention.service import Retention, TenantOfCountry

__all__ = [
    "CLASSES",
    "ClassPeriod",
    "DueRows",
    "Expiry",
    "Period",
    "Retention",
    "RetentionClass",
    "SweepStatus",
    "TenantOfCountry",
]
