"""Reports by e-mail: their recipients and times."""

from unificx.notifications.reports.periods import Every, Period
from unificx.notifications.reports.sending import ReportEmails, describe_period, may_receive
from unificx.notifications.reports.service import ReportSchedule, of_reference

__all__ = [
    "Every",
    "Period",
    "ReportEmails",
    "ReportSchedule",
    "describe_period",
    "may_receive",
    "of_reference",
]
