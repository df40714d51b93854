"""Role-based permissions, used by the API, the CLI and SIP."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Literal

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
    """Change the contacts of the tenant."""
    TENANT_READ = "tenant_read"
    PEOPLE_READ = "people_read"
    """Read every user, extension and device of the tenant with all details."""
    PEOPLE_CHANGE = "people_change"
    """Create, change, suspend and close accounts and extensions."""
    SIGN_IN_HELP = "sign_in_help"
    """Invite users, and reset their passwords and second factors."""
    PHONES_CHANGE = "phones_change"
    """Set up and reset phones, and change their keys."""
    ROLES_CHANGE = "roles_change"
    """Make roles and give them to people, within one's own permissions."""
    ROUTING_CHANGE = "routing_change"
    """Change numbers, ring groups, menus, opening hours, shared mailboxes and meeting rooms."""
    QUEUES_CHANGE = "queues_change"
    """Change queues, and sign their agents in and out."""
    TRUNKS_CHANGE = "trunks_change"
    """See and change trunks and outbound routes."""
    ANNOUNCEMENTS_CHANGE = "announcements_change"
    """Record and replace the announcements of the tenant."""
    RECORDINGS_CHANGE = "recordings_change"
    """Play and manage the recordings, voicemail and greetings of others."""
    PRIVACY_CHANGE = "privacy_change"
    """Handle privacy requests, breaches, copies, erasures and holds."""
    INVOICES_CHANGE = "invoices_change"
    """Pay invoices, and change the billing details."""
    EMAILS_READ = "emails_read"
    """Read the e-mails to users, some of which have links that sign in."""
    TENANT_CHANGE = "tenant_change"
    """Change the settings of the tenant."""
    TENANT_CONTROL = "tenant_control"
    """Close the tenant, connect its sign-in, allow support, revoke keys of others: more than a role may pass on."""
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
_OF_PEOPLE = frozenset(
    {
        Action.PEOPLE_CHANGE,
        Action.SIGN_IN_HELP,
        Action.PHONES_CHANGE,
        Action.COMPANY_CONTACTS,
        Action.ROUTING_CHANGE,
        Action.QUEUES_CHANGE,
        Action.TRUNKS_CHANGE,
        Action.RECORDINGS_CHANGE,
        Action.PRIVACY_CHANGE,
        Action.EMAILS_READ,
    }
)
_OF_TENANT = frozenset(
    {
        Action.TENANT_CHANGE,
        Action.TRUNKS_CHANGE,
        Action.ANNOUNCEMENTS_CHANGE,
        Action.PRIVACY_CHANGE,
        Action.INVOICES_CHANGE,
        Action.TENANT_CONTROL,
    }
)
_TENANT_ADMIN = frozenset(Action) - {Action.BILLING_CHANGE, Action.INSTALLATION}

_PERMISSIONS: dict[Role, frozenset[Action]] = {
    Role.USER: _USER,
    Role.TENANT_ADMIN: _TENANT_ADMIN,
    Role.OPERATOR: frozenset(Action),
}


PermissionArea = Literal["people", "calls", "routing", "billing", "organisation"]

ASSIGNABLE: Mapping[PermissionArea, Sequence[Action]] = {
    "people": (
        Action.PEOPLE_READ,
        Action.PEOPLE_CHANGE,
        Action.SIGN_IN_HELP,
        Action.PHONES_CHANGE,
        Action.COMPANY_CONTACTS,
        Action.ROLES_CHANGE,
    ),
    "calls": (
        Action.CALLS_READ,
        Action.CALLS_CONTROL,
        Action.CALLS_MONITOR,
        Action.HISTORY_READ,
        Action.RECORDINGS_CHANGE,
    ),
    "routing": (
        Action.ROUTING_CHANGE,
        Action.QUEUES_CHANGE,
        Action.ANNOUNCEMENTS_CHANGE,
        Action.TRUNKS_CHANGE,
    ),
    "billing": (Action.BILLING_READ, Action.INVOICES_CHANGE),
    "organisation": (Action.TENANT_CHANGE, Action.PRIVACY_CHANGE),
}
"""Permissions that a custom role may hold, by area. The others are those of every user, of the operator, of programs,
or would make an administrator of their holder."""

OFFERED = frozenset(action for actions in ASSIGNABLE.values() for action in actions)
"""The permissions of all areas."""

NEEDS: Mapping[Action, Action] = {
    Action.PEOPLE_CHANGE: Action.PEOPLE_READ,
    Action.SIGN_IN_HELP: Action.PEOPLE_READ,
    Action.PHONES_CHANGE: Action.PEOPLE_READ,
    Action.ROLES_CHANGE: Action.PEOPLE_READ,
    Action.PRIVACY_CHANGE: Action.PEOPLE_READ,
    Action.RECORDINGS_CHANGE: Action.PEOPLE_READ,
    Action.CALLS_CONTROL: Action.CALLS_READ,
    Action.CALLS_MONITOR: Action.CALLS_READ,
    Action.INVOICES_CHANGE: Action.BILLING_READ,
}
"""Permission without which the pages of another one show nothing: offered together, but not required."""


SINGLE_SCOPES = tuple(
    action.value
    for actions in ASSIGNABLE.values()
    for action in actions
    if action not in {Action.CALLS_MONITOR, Action.ROLES_CHANGE}
)
"""Scopes of one permission each, by its name: those of custom roles, without the two that no key may use."""

SCOPES: dict[str, frozenset[Action]] = {
    "own": frozenset({Action.OWN}),
    "directory:read": frozenset({Action.DIRECTORY, Action.TENANT_READ}),
    "contacts": frozenset({Action.CONTACTS}),
    "contacts:change": frozenset({Action.CONTACTS, Action.COMPANY_CONTACTS}),
    "people:read": frozenset({Action.PEOPLE_READ}),
    "people:change": frozenset({Action.PEOPLE_READ, *_OF_PEOPLE}),
    "settings:change": frozenset({Action.TENANT_READ, *_OF_TENANT}),
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
    **{name: frozenset({Action(name)}) for name in SINGLE_SCOPES},
}
"""Scopes of API keys, by name."""


NAMED_SCOPES = frozenset({"assistant", "assistant:act", *SINGLE_SCOPES})
"""Scopes that a key has only if they are named. The first two close everything but the tools for assistants; the others
are parts of other scopes."""


def is_assistant(principal: Principal) -> bool:
    """Whether `principal` is the key of an assistant, which opens nothing but its tools."""
    return principal.scopes is not None and Action.ASSISTANT in principal.scopes


def actions_of(scopes: Iterable[str]) -> frozenset[Action]:
    """Return the permissions of these scopes; none for an unknown one."""
    return frozenset[Action]().union(*(SCOPES.get(scope, frozenset[Action]()) for scope in scopes))


def scopes_of(role: Role, granted: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Return the scopes with all of their permissions in reach of a role with the permissions of custom roles."""
    return tuple(scope for scope, actions in SCOPES.items() if actions <= _PERMISSIONS[role] | granted)


def granted_by(stored: str | None) -> frozenset[Action]:
    """Return the permissions that custom roles grant, from their names separated by spaces as they are stored. Names of
    permissions that cannot be assigned, or not any more, grant nothing."""
    names = frozenset((stored or "").split())
    return frozenset(action for action in OFFERED if action in names)


def permissions_of(principal: Principal) -> frozenset[Action]:
    """Return what `principal` may do in their own tenant."""
    return frozenset(action for action in Action if may(principal, action, principal.tenant_id))


def reaches(principal: Principal, tenant_id: str) -> bool:
    """Whether `principal` may act in the tenant at all. Only operators may act in other tenants."""
    return principal.role is Role.OPERATOR or principal.tenant_id == tenant_id


def may(principal: Principal, action: Action, tenant_id: str) -> bool:
    """Whether `principal` may perform `action` in the tenant: by their role and custom roles, and with an API key also
    by its scopes.

    Operators may not monitor the calls of other tenants, and no key may monitor calls.
    """
    if not reaches(principal, tenant_id):
        return False
    if action is Action.CALLS_MONITOR and principal.tenant_id != tenant_id:
        return False
    if principal.scopes is not None and action not in principal.scopes:
        return False
    return action in _PERMISSIONS[principal.role] or action in principal.granted


def may_grant(principal: Principal, role: Role, granted: frozenset[str] = frozenset()) -> bool:
    """Whether `principal` may manage an account with a role and the permissions of custom roles, or grant these: at
    most their own. Users without a custom role manage none.

    With an API key only users without a custom role: a key must not create an account with more rights than its own.
    """
    if principal.key_id and (role is not Role.USER or granted):
        return False
    if principal.role is Role.USER and not principal.granted:
        return False
    return _PERMISSIONS[role] | granted <= _PERMISSIONS[principal.role] | principal.granted


def may_hold(principal: Principal, permissions: frozenset[Action]) -> bool:
    """Whether `principal` may make, change or give a custom role with these permissions: at most their own, in
    person."""
    return not principal.key_id and permissions <= _PERMISSIONS[principal.role] | principal.granted
