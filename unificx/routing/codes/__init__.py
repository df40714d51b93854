"""The feature codes of each tenant."""

from unificx.routing.codes.schemas import TenantCode
from unificx.routing.codes.service import FeatureCodes
from unificx.routing.codes.table import DEFAULT_CODES, CodeKind, CodeTable, CodeTables, CodeUse

__all__ = ["DEFAULT_CODES", "CodeKind", "CodeTable", "CodeTables", "CodeUse", "FeatureCodes", "TenantCode"]
