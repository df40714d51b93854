"""Role-based permissions, used by the API, the CLI and SIP."""

from collections.abc import Iterable
from enum import StrEnum

from unificx.identity.schemas import Principal, Role


class Action(StrEnum):
    """Permission within a tenant."""

    OWN = "own"
    """Read and change one's own data: name, password, devices, sessions, calls."""
    DIRECTORY = "directory"
    """Read the names and numbers of colleagues."""
    CONTACTS = "contacts"
    """Read the address books that one may see, and change one's own, over CardDAV."""
    COMPANY_CONTACTS = "company_contacts"
    """Change the contacts of the tenant over CardDAV."""
    TENANT_READ = "tenant_read"
    PEOPLE_READ = "people_read"
    """Read every user, extension and device of the tenant with all details."""
    PEOPLE_CHANGE = "people_change"
    TENANT_CHANGE = "tenant_change"
    CALLS_READ = "calls_read"
    """Read the active calls."""
    CALLS_CONTROL = "calls_control"
    CALLS_MONITOR = "calls_monitor"
    """Listen to the active calls of one's own tenant, where it allows that."""
    HISTORY_READ = "history_read"
    """Read all call records of the tenant."""
    BILLING_READ = "billing_read"
    """Read rate decks and the cost of calls."""
    BILLING_CHANGE = "billing_change"
    """Change prices and rate calls again."""
    RESELL = "resell"
    """See and manage the tenants that belong to one's own organisation as their reseller, without their people."""
    SCIM = "scim"
    """Create, change, deactivate and close accounts as the identity provider of the tenant."""
    ASSISTANT = "assistant"
    """Use the tools for assistants that the other scopes of the key allow. Such a key opens nothing else."""
    ASSISTANT_ACTS = "assistant_acts"
    """Use the tools that change something, such as placing a call."""
    INSTALLATION = "installation"
    """Create, suspend and delete tenants; read the system status."""


_USER = frozenset(
    {Action.OWN, Action.DIRECTORY, Action.CONTACTS, Action.TENANT_READ, Action.ASSISTANT, Action.ASSISTANT_ACTS}
)
_TENANT_ADMIN = frozenset(Action) - {Action.BILLING_CHANGE, Action.INSTALLATION}

_PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.USER: _USER,
    Role.TENANT_ADMIN: _TENANT_ADMIN,
    Role.OPERATOR: frozenset(Action),
}
_RANK = {Role.USER: 0, Role.TENANT_ADMIN: 1, Role.OPERATOR: 2}


SCOPES: dict[str, frozenset[Action]] = {
    "own": frozenset({Action.OWN}),
    "directory:read": frozenset({Action.DIRECTORY, Action.TENANT_READ}),
    "contacts": frozenset({Action.CONTACTS}),
    "contacts:change": frozenset({Action.CONTACTS, Action.COMPANY_CONTACTS}),
    "people:read": frozenset({Action.PEOPLE_READ}),
    "people:change": frozenset({Action.PEOPLE_READ, Action.PEOPLE_CHANGE}),
    "settings:change": frozenset({Action.TENANT_READ, Action.TENANT_CHANGE}),
    "calls:read": frozenset({Action.CALLS_READ}),
    "calls:control": frozenset({Action.CALLS_READ, Action.CALLS_CONTROL}),
    "history:read": frozenset({Action.HISTORY_READ}),
    "billing:read": frozenset({Action.BILLING_READ}),
    "billing:change": frozenset({Action.BILLING_READ, Action.BILLING_CHANGE}),
    "resell": frozenset({Action.RESELL}),
    "scim": frozenset({Action.SCIM}),
    "assistant": frozenset({Action.ASSISTANT}),
    "assistant:act": frozenset({Action.ASSISTANT, Action.ASSISTANT_ACTS}),
    "installation": frozenset({Action.INSTALLATION}),
}
"""Scopes of API keys, by name."""


NAMED_SCOPES = frozenset({"assistant", "assistant:act"})
"""Scopes that a key has only if they are named: they close everything but the tools for assistants."""


def is_assistant(principal: Principal) -> bool:
    """Whether `principal` is the key of an assistant, which opens nothing but its tools."""
    return principal.scopes is not None and Action.ASSISTANT in principal.scopes


def actions_of(scopes: Iterable[str]) -> frozenset[Action]:
    """Return the permissions of these scopes; none for an unknown one."""
    return frozenset[Action]().union(*(SCOPES.get(scope, frozenset[Action]()) for scope in scopes))


def scopes_of(role: Role) -> tuple[str, ...]:
    """Return the scopes with all of their permissions in reach of a role."""
    return tuple(scope for scope, actions in SCOPES.items() if actions <= _PERMISSIONS[role])


def reaches(principal: Principal, tenant_id: str) -> bool:
    """Whether `principal` may act in the tenant at all. Only operators may act in other tenants."""
    return principal.role is Role.OPERATOR or principal.tenant_id == tenant_id


def may(principal: Principal, action: Action, tenant_id: str) -> bool:
    """Whether `principal` may perform `action` in the tenant: by role, and with an API key also by its scopes.

    Operators may not monitor the calls of other tenants, and no key may monitor calls.
    """
    if not reaches(principal, tenant_id):
        return False
    if action is Action.CALLS_MONITOR and principal.tenant_id != tenant_id:
        return False
    return action in _PERMISSIONS[principal.role] and (principal.scopes is None or action in principal.scopes)


def may_grant(principal: Principal, role: Role) -> bool:
    """Whether `principal` may grant or revoke `role`: at most their own; users none.

    With an API key only that of a user: a key must not create an account with more rights than its own.
    """
    if principal.key_id and role is not Role.USER:
        return False
    return principal.role is not Role.USER and _RANK[role] <= _RANK[principal.role]
