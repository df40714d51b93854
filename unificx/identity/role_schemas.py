"""Schemas of custom roles."""

from dataclasses import dataclass
from datetime import datetime

from unificx.identity.policies.permissions import Action


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A role made by a tenant. `members`: how many accounts have it."""

    id: str
    tenant_id: str
    name: str
    permissions: frozenset[Action]
    created: datetime
    members: int = 0


@dataclass(frozen=True, slots=True)
class NewCustomRole:
    name: str
    permissions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class CustomRoleChange:
    """None leaves a value unchanged."""

    name: str | None = None
    permissions: frozenset[Action] | None = None
