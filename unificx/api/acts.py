"""Declares a request to the audit log: administrative changes, sign-ins of administrators, playbacks of others' calls.

An authorized request that may change more than what belongs to its user is recorded under the name of its route, unless
it is listed in `NOT_RECORDED`. So a new route is recorded without being mentioned here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from unificx.identity import Action, Identity, Principal, Role
from unificx.privacy import Act, AuditParty, NewAuditEntry, current_act, new_act

_SCOPE: ContextVar[Mapping[str, Any] | None] = ContextVar("scope of the request", default=None)
_EVERYONE = frozenset({Action.OWN, Action.DIRECTORY, Action.CONTACTS, Action.TENANT_READ})
"""Actions that are not administrative."""
_CHECKS = "changes nothing: a check of settings or a preview"
_OWN = "changes only how the user's own list shows it"
NOT_RECORDED: Mapping[str, str] = {
    "try_trunk": _CHECKS,
    "try_route": _CHECKS,
    "preview_number_range": _CHECKS,
    "check_sync": "asks a telephone to fetch its settings",
    "send_webhook_test": _CHECKS,
    "mark_voicemail": _OWN,
    "hide_voicemail": _OWN,
    "restore_voicemail": _OWN,
    "hide_recording": _OWN,
    "restore_recording": _OWN,
    "remove_history": _OWN,
    "restore_history": _OWN,
}
"""Changing routes that are not recorded, each with the reason."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_administrative(action: Action) -> bool:
    """Return whether an action concerns more than what belongs to the user and what everyone may see."""
    return action not in _EVERYONE


def request_scope() -> Mapping[str, Any]:
    """Return the ASGI scope of the current request; empty without a request."""
    return _SCOPE.get() or {}


def is_reading(scope: Mapping[str, Any]) -> bool:
    """Return whether a request changes nothing, by its method (RFC 9110 section 9.2.1)."""
    return scope.get("method") in _SAFE_METHODS


@contextmanager
def request_act(scope: Mapping[str, Any]) -> Iterator[Act]:
    """Begin the act of a request; it is empty until it is declared."""
    token = _SCOPE.set(scope)
    try:
        with new_act() as act:
            yield act
    finally:
        _SCOPE.reset(token)


def declare_change(identity: Identity, principal: Principal, tenant_id: str, action: Action) -> None:
    """Declare the current request, which was authorized for `action` in the tenant, if it is to be recorded."""
    scope = _SCOPE.get()
    route = getattr((scope or {}).get("route"), "name", "")
    if scope is None or not is_administrative(action) or route in NOT_RECORDED or is_reading(scope):
        return
    parameters: dict[str, str] = scope.get("path_params", {})
    about, target = _objects(identity, tenant_id, parameters)
    if action is Action.INSTALLATION:  # the entry outlives the tenant
        tenant_id, target = principal.tenant_id, f"tenant:{tenant_id}" if "tenant" in parameters else ""
    _declare(NewAuditEntry(tenant_id, route, target, actor_of(identity, principal), about))


def declare_person(identity: Identity, tenant_id: str, person_id: str) -> None:
    """Name the person of the declared change, if the path does not."""
    act, subject = current_act(), identity.directory.person_subject(person_id)
    if act is not None and act.entry is not None and subject is not None:
        act.entry = replace(act.entry, about=AuditParty(tenant_id, subject, person_id))


def declare_tenant(tenant_id: str) -> None:
    """Name the tenant that the declared change concerns, if it is not that of the user: its log shows the entry."""
    act = current_act()
    if act is not None and act.entry is not None:
        act.entry = replace(act.entry, tenant_id=tenant_id)


def declare_playback(identity: Identity, principal: Principal, tenant_id: str, recording_id: str) -> None:
    """Declare that a recording of others is played. It is recorded once for all range requests of a player."""
    actor = actor_of(identity, principal)
    _declare(NewAuditEntry(tenant_id, "hear_recording", f"recording:{recording_id}", actor), is_reading=True)


def declare_sign_in(identity: Identity, principal: Principal) -> None:
    """Declare a successful sign-in, which is recorded for administrators and holders of a custom role."""
    if principal.role is not Role.USER or principal.granted:
        _declare(NewAuditEntry(principal.tenant_id, "sign_in", "", actor_of(identity, principal)))


def actor_of(identity: Identity, principal: Principal) -> AuditParty | None:
    """Return the person behind a principal; None for the control socket."""
    person_id = principal.person_id or principal.maker_id
    subject = identity.directory.person_subject(person_id) if person_id else None
    if subject is None:
        return None
    return AuditParty(principal.tenant_id, subject, person_id, principal.role.value, principal.key_id)


def _declare(entry: NewAuditEntry, *, is_reading: bool = False) -> None:
    act = current_act()
    if act is not None and act.entry is None:
        act.entry, act.is_reading = entry, is_reading


def _objects(identity: Identity, tenant_id: str, parameters: Mapping[str, str]) -> tuple[AuditParty | None, str]:
    """Return the person in the path, and the other objects in it. An extension is named by its id: its number
    belongs to a person."""
    about: AuditParty | None = None
    names: list[str] = []
    for name, value in parameters.items():
        if name == "person_id":
            subject = identity.directory.person_subject(value)
            about = AuditParty(tenant_id, subject, value) if subject is not None else None
        elif name in ("extension", "agent"):
            extension = identity.directory.find_extension(tenant_id, value)
            if extension is not None:
                about = AuditParty(tenant_id, extension.subject, extension.person_id or "")
                names.append(f"extension:{extension.id}")
        elif name != "tenant":
            names.append(f"{name.removesuffix('_id')}:{value}")
    return about, " ".join(names)
