"""Reports by e-mail: their recipients and times."""

from unificx.notifications.reports.periods import Every
from unificx.notifications.reports.sending import ReportEmails, describe_period, may_receive
from unificx.notifications.reports.service import of_reference

__all__ = [
    "Every",
    "ReportEmails",
    "describe_period",
    "may_receive",
    "of_reference",
]
