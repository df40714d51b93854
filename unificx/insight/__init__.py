"""Usage insight: how many people use which feature, by month, from people who agree to it."""

from unificx.insight.schemas import Band, Feature
from unificx.insight.service import InsightDependencies, UsageInsight

__all__ = ["Band", "Feature", "InsightDependencies", "UsageInsight"]
