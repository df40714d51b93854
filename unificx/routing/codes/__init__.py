"""The feature codes of each tenant."""

from unificx.routing.codes.schemas import TenantCode
from unificx.routing.codes.service import FeatureCodes
from unificx.routing.codes.table import CodeKind, CodeTable, CodeTables, CodeUse

__all__ = ["CodeKind", "CodeTable", "CodeTables", "CodeUse", "FeatureCodes", "TenantCode"]
