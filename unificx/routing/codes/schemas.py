"""Schemas of the feature codes of a tenant."""

from dataclasses import dataclass

from unificx.routing.codes.table import CodeUse
from unificx.routing.feature_codes import Feature


@dataclass(frozen=True, slots=True)
class StoredCode:
    """A code that a tenant has changed; "" if it is switched off."""

    tenant_id: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class TenantCode:
    """A feature with its code in a tenant, "" if it is switched off.

    `collision`: another use of what is dialled, which is older than the feature; None without one.
    """

    feature: Feature
    code: str
    collision: CodeUse | None = None
