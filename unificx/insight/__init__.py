"""Usage insight: how many people use which feature, by month, from people who agree to it."""

from unificx.insight.schemas import Band, Cell, Feature, Month, OwnMonth, UsageReport
from unificx.insight.service import InsightDependencies, UsageInsight

__all__ = ["Band", "Cell", "Feature", "InsightDependencies", "Month", "OwnMonth", "UsageInsight", "UsageReport"]
