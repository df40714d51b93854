"""Consent of a tenant to each look of the operator's staff at data that names its people, and the record of it."""

from typing import Any

from fastapi import Depends, Request

from unificx.api.acts import actor_of, is_reading, request_scope
from unificx.api.services import Services
from unificx.identity import Action, Principal
from unificx.privacy import NewAuditEntry
from unificx.support import needs_consent

_NAMES_PEOPLE = "unificx.names_people"
"""Key in the ASGI scope of requests for data that names people."""


class _NamesPeople:
    """Marks a router or route; the instance is the mark in the description of the routes."""

    async def __call__(self, request: Request) -> None:
        request.scope[_NAMES_PEOPLE] = True


names_people: Any = Depends(_NamesPeople())
"""Dependency of a router or route whose data names people, though its action is one on settings or costs: for staff of
the operator it needs the consent of the tenant."""


async def require_consent(services: Services, principal: Principal, tenant_id: str, action: Action) -> None:
    """Raise SupportAccessNeeded for staff of the operator without the consent that the current request needs. With it,
    the look is in the audit log of the tenant before anything is opened; the same one once in an hour."""
    scope = request_scope()
    if not needs_consent(principal, tenant_id, action, names_people=_NAMES_PEOPLE in scope):
        return
    await services.support_access.require(tenant_id)
    look = (tenant_id, principal.person_id or principal.maker_id, getattr(scope.get("route"), "name", ""))
    if not is_reading(scope) or services.support_access.is_recorded(look):
        return
    actor = actor_of(services.identity, principal)
    await services.audit.record_at_once(NewAuditEntry(tenant_id, "read_by_support", f"operation:{look[2]}", actor))
    services.support_access.mark_recorded(look)
