"""Schemas of custom roles."""

from dataclasses import dataclass
from datetime import datetime

from unificx.identity.policies.permissions import Action


@dataclass(frozen=True, slots=True)
class CustomRole:
    """A role made by a tenant. `members`: how many accounts were given it; `groups`: those groups of the identity
    provider whose members have it as well."""

    id: str
    tenant_id: str
    name: str
    permissions: frozenset[Action]
    created: datetime
    members: int = 0
    groups: tuple["ProvisionedGroup", ...] = ()


@dataclass(frozen=True, slots=True)
class ProvisionedGroup:
    """A group of the identity provider. `role_id`: the custom role that its members have; "" for none. `size`: how many
    members it has; lists for people have only this, and no `members`."""

    id: str
    tenant_id: str
    name: str
    external_id: str
    role_id: str
    created: datetime
    size: int = 0
    members: tuple[str, ...] = ()
    """Ids of persons, in order."""


@dataclass(frozen=True, slots=True)
class NewCustomRole:
    name: str
    permissions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class CustomRoleChange:
    """None leaves a value unchanged."""

    name: str | None = None
    permissions: frozenset[Action] | None = None
