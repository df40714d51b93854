"""Who may do what. One table, one function; every face asks it."""

from enum import StrEnum

from unificx.people.contracts import Principal, Role


class Action(StrEnum):
    """Something a principal may want to do in a tenant."""

    OWN = "own"
    """Look at and change what is one's own: name, password, devices, sessions, calls."""
    DIRECTORY = "directory"
    """See the colleagues' names and numbers."""
    TENANT_READ = "tenant_read"
    PEOPLE_READ = "people_read"
    """See every person, extension and device of the tenant with all its details."""
    PEOPLE_CHANGE = "people_change"
    TENANT_CHANGE = "tenant_change"
    CALLS_READ = "calls_read"
    """See the calls running now."""
    CALLS_CONTROL = "calls_control"
    HISTORY_READ = "history_read"
    """See the call records of everybody in the tenant."""
    INSTALLATION = "installation"
    """Create, suspend and delete tenants; look at the machine."""


_USER = frozenset({Action.OWN, Action.DIRECTORY, Action.TENANT_READ})
_TENANT_ADMIN = frozenset(Action) - {Action.INSTALLATION}

_MAY: dict[Role, frozenset[Action]] = {
    Role.USER: _USER,
    Role.TENANT_ADMIN: _TENANT_ADMIN,
    Role.OPERATOR: frozenset(Action),
}
_RANK = {Role.USER: 0, Role.TENANT_ADMIN: 1, Role.OPERATOR: 2}


def may(principal: Principal, action: Action, tenant_id: str) -> bool:
    """Whether `principal` may do `action` in that tenant. Only operators reach beyond their own."""
    if principal.role is not Role.OPERATOR and principal.tenant_id != tenant_id:
        return False
    return action in _MAY[principal.role]


def may_grant(principal: Principal, role: Role) -> bool:
    """Whether `principal` may give or take `role`: nobody hands out more than they have, and users nothing."""
    return principal.role is not Role.USER and _RANK[role] <= _RANK[principal.role]
