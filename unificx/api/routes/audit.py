"""The audit log: entries of a tenant, signed heads, proofs, and verification of the whole log by operators."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, Path, Query

from unificx.api.access import (
    CurrentUserDep,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_operator,
)
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import audit as models
from unificx.api.schemas import core
from unificx.api.schemas.times import Time
from unificx.api.services import Services
from unificx.db import Erased
from unificx.identity import Action
from unificx.privacy import AuditEntry, AuditFilter, AuditParty

router = Router(prefix="/api/v1/audit", tags=["privacy"], dependencies=[purpose("administration")])

Position = Annotated[int, Path(ge=0, le=2**53)]
Cursor = Annotated[int | None, Query(ge=0, le=2**53, description="`next` of the previous page.")]
EXPORTED = 1000


class AuditFilters:
    """Filters of the list of entries."""

    def __init__(
        self,
        action: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_]+$", description="Only this act.")] = None,
        person: Annotated[
            str | None, Query(max_length=64, pattern=core.REFERENCE, description="Only entries that name this person.")
        ] = None,
        since: Time | None = None,
        until: Time | None = None,
    ) -> None:
        self.action = action
        self.person = person
        self.since = since
        self.until = until


@router.get("/entries", responses=problem_responses(401, 403, 404))
async def list_audit_entries(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    filters: Annotated[AuditFilters, Depends(AuditFilters)],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.AuditEntry]:
    """List the administrative and privacy acts in a tenant, newest first."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    positions = None
    if filters.person is not None:
        subject = services.identity.directory.person_subject(filters.person)
        positions = [] if subject is None else await services.audit.positions_of(scope.tenant_id, subject)
    wanted = AuditFilter(cursor, filters.action, filters.since, filters.until, positions)
    page = await services.audit.page(scope.tenant_id, wanted, limit)
    found = [party for each in page.items for party in (each.actor, each.about) if isinstance(party, AuditParty)]
    names = await person_names(services, {(each.tenant_id, each.person_id) for each in found if each.person_id})
    return core.Page(items=[_entry(one, names) for one in page.items], next=page.next)


@router.get("/entries/{position}/proof", responses=problem_responses(401, 403, 404))
async def prove_audit_entry(
    services: ServicesDep, user: CurrentUserDep, position: Position, tenant: TenantQuery = None
) -> models.AuditProof:
    """Prove that a signed head of the log includes an entry."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    return models.AuditProof.model_validate(await services.audit.tree.prove(scope.tenant_id, position))


@router.get("/head", responses=problem_responses(401, 403))
async def show_audit_head(services: ServicesDep, user: CurrentUserDep) -> models.AuditHead:
    """Sign the log as it is now. Keep the head elsewhere: what it includes cannot be changed unnoticed any more."""
    await require_access(services, user, user.principal.tenant_id, Action.PEOPLE_READ)
    return models.AuditHead.model_validate(await services.audit.tree.sign_head())


@router.get("/verification", responses=problem_responses(401, 403))
async def verify_audit_log(services: ServicesDep, user: CurrentUserDep) -> models.AuditReport:
    """Compute all hashes again, open all commitments and check all signed heads. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    return models.AuditReport.model_validate(await services.audit.tree.verify())


@router.get("/export", responses=problem_responses(401, 403))
async def export_audit_log(
    services: ServicesDep, user: CurrentUserDep, first: Annotated[int, Query(ge=0, le=2**53)] = 0
) -> models.AuditExport:
    """Export the log for verification without the server: leaves and commitments, no person. For operators."""
    await require_operator(services, user, Action.INSTALLATION)
    heads = await services.audit.tree.heads() if first == 0 else []
    entries = await services.audit.tree.export(first, EXPORTED)
    return models.AuditExport(
        heads=[models.AuditHead.model_validate(each) for each in heads],
        entries=[
            models.ExportedEntry.model_validate({"position": each.position, "leaf": each.leaf, "entry": each.content})
            for each in entries
        ],
        next=entries[-1].position + 1 if len(entries) == EXPORTED else None,
    )


async def person_names(services: Services, persons: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the names of these persons, given by tenant and id; without those whose account is closed."""
    by_tenant: dict[str, list[str]] = {}
    for tenant_id, person_id in persons:
        by_tenant.setdefault(tenant_id, []).append(person_id)
    names: dict[str, str] = {}
    for tenant_id, person_ids in by_tenant.items():
        names |= await services.identity.users.names(tenant_id, person_ids)
    return names


def _entry(entry: AuditEntry, names: dict[str, str]) -> models.AuditEntry:
    return models.AuditEntry(
        position=entry.position,
        time=entry.time,
        action=entry.action,
        object=entry.object,
        result=entry.result,  # pyright: ignore[reportArgumentType] - as stored
        leaf=entry.leaf,
        actor=_person(entry.actor, names),
        about=_person(entry.about, names),
    )


def _person(party: AuditParty | Erased | None, names: dict[str, str]) -> models.AuditPerson | None:
    if party is None:
        return None
    if isinstance(party, Erased):
        return models.AuditPerson(erased=True, person_id="", name="", role="", key_id="", by="")
    name = names.get(party.person_id, "")
    return models.AuditPerson(
        erased=False, person_id=party.person_id, name=name, role=party.role, key_id=party.key_id, by=party.by
    )
