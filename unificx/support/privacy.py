"""Data of a person in this area: diagnostics reports that they sent."""

from unificx.db import Database
from unificx.privacy import Holding, RowHolding
from unificx.support.models import ReportRow
from unificx.support.service import SupportService


def report_holding(database: Database, support: SupportService) -> Holding:
    return RowHolding(database, "support", {ReportRow: "diagnostics reports"}, support.erase)
