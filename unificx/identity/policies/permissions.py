"""Role-based permissions, used by the API, the CLI and SIP."""

from enum import StrEnum

from unificx.identity.schemas import Principal, Role


class Action(StrEnum):
    """Permission within a tenant."""

    OWN = "own"
    """Read and change one's own data: name, password, devices, sessions, calls."""
    DIRECTORY = "directory"
    """Read the names and numbers of colleagues."""
    TENANT_READ = "tenant_read"
    PEOPLE_READ = "people_read"
    """Read every user, extension and device of the tenant with all details."""
    PEOPLE_CHANGE = "people_change"
    TENANT_CHANGE = "tenant_change"
    CALLS_READ = "calls_read"
    """Read the active calls."""
    CALLS_CONTROL = "calls_control"
    HISTORY_READ = "history_read"
    """Read all call records of the tenant."""
    INSTALLATION = "installation"
    """Create, suspend and delete tenants; read the system status."""


_USER = frozenset({Action.OWN, Action.DIRECTORY, Action.TENANT_READ})
_TENANT_ADMIN = frozenset(Action) - {Action.INSTALLATION}

_PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.USER: _USER,
    Role.TENANT_ADMIN: _TENANT_ADMIN,
    Role.OPERATOR: frozenset(Action),
}
_RANK = {Role.USER: 0, Role.TENANT_ADMIN: 1, Role.OPERATOR: 2}


def may(principal: Principal, action: Action, tenant_id: str) -> bool:
    """Whether `principal` may perform `action` in the tenant. Only operators may act in other tenants."""
    if principal.role is not Role.OPERATOR and principal.tenant_id != tenant_id:
        return False
    return action in _PERMISSIONS[principal.role]


def may_grant(principal: Principal, role: Role) -> bool:
    """Whether `principal` may grant or revoke `role`: at most their own; users none."""
    return principal.role is not Role.USER and _RANK[role] <= _RANK[principal.role]
