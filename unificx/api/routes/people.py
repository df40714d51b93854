"""People and phones: one list of persons with their extensions, import and export."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Query, Request, status
from pydantic import Field
from starlette.responses import Response

from unificx.api.access import (
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
)
from unificx.api.extension_state import device_schema, extension_schema, online_devices
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.managing import require_manageable
from unificx.api.people_list import as_csv
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import people as models
from unificx.api.scoped_lookup import destinations_of
from unificx.api.services import Services
from unificx.identity import (
    Action,
    Extension,
    ImportReport,
    ListedState,
    PeopleEntry,
    PeopleFilter,
    PeopleSort,
    Role,
    Transaction,
    UndoReport,
    may_grant,
    searchable,
)

router = Router(
    prefix="/api/v1/people", tags=["persons"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)

CSV_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV in UTF-8 or Windows-1252, at most 8 MiB, with comma, semicolon or tab. At most 500 rows,"
        " and 50,000 for a preview. The first row has the titles `name`, `email`, `number`, `role`, `language` and"
        " `department`; all but the first two may be missing. The number `next` stands for the next free one.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}
CSV_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The list as CSV.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}


@dataclass(frozen=True, slots=True)
class ListQuery:
    """Filters and order of a request."""

    filter: PeopleFilter
    sort: PeopleSort


async def _list_query(
    *,
    search: Annotated[str, Query(max_length=200, description="Words of name, e-mail address or number.")] = "",
    role: Annotated[list[Role] | None, Query(max_length=3, description="Only these roles.")] = None,
    state: Annotated[list[ListedState] | None, Query(max_length=3, description="Only these states.")] = None,
    has_phone: Annotated[bool | None, Query(description="With or without an enabled device.")] = None,
    department: Annotated[
        list[Annotated[str, Field(max_length=60)]] | None,
        Query(max_length=20, description="Only these departments; empty: without one."),
    ] = None,
    never_signed_in: Annotated[bool, Query(description="Only persons who have never signed in.")] = False,
    sort: Annotated[PeopleSort, Query(description="Order; with a hyphen descending.")] = "name",
) -> ListQuery:
    return ListQuery(PeopleFilter(search, role or (), state or (), has_phone, never_signed_in, department or ()), sort)


ListQueryDep = Annotated[ListQuery, Depends(_list_query)]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_people(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    query: ListQueryDep,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> models.PeoplePage:
    """List persons with their extensions, and shared phones."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    page = await services.identity.people.page(scope.tenant_id, query.filter, query.sort, cursor, limit)
    return models.PeoplePage(items=[_entry(services, one) for one in page.items], next=page.next, total=page.total)


@router.get("/export", response_class=Response, responses={**problem_responses(401, 403, 404), **CSV_RESPONSE})
async def export_people(
    services: ServicesDep, user: CurrentUserDep, query: ListQueryDep, tenant: TenantQuery = None
) -> Response:
    """Export the list as CSV. Cells that a spreadsheet would take for a formula begin with an apostrophe."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    found = await services.identity.people.all(scope.tenant_id, query.filter, query.sort)
    headers = {"Content-Disposition": 'attachment; filename="people.csv"'}
    return Response(as_csv(_entry(services, one) for one in found), 200, headers, "text/csv; charset=utf-8")


@router.get("/next-number", responses=problem_responses(401, 403, 404))
async def propose_number(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> models.NextNumber:
    """Propose the number of a new extension: the next free one."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    return models.NextNumber(number=await services.identity.people.next_number(scope.tenant_id))


@router.get("/departments", responses=problem_responses(401, 403, 404))
async def list_departments(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.Department]:
    """List the departments that persons and shared phones belong to. One exists as long as it has a member."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    found = await services.identity.people.all(scope.tenant_id)
    counts = Counter(name for one in found if (name := (one.person or one.extensions[0]).department))
    items = [models.Department(name=name, members=counts[name]) for name in sorted(counts, key=searchable)]
    return core.Page(items=items, next=None)


@router.post(
    "/import",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
    openapi_extra=CSV_BODY,
)
async def import_people(
    request: Request,
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    dry_run: Annotated[bool, Query(description="Preview: report what would be done, store nothing.")] = False,
    skip_faulty: Annotated[bool, Query(description="Import the rows without faults, and skip the others.")] = False,
    tenant: TenantQuery = None,
) -> models.ImportReport:
    """Import persons from CSV in one transaction. Persons are recognized by their e-mail address, so importing a file
    twice changes nothing."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    imports, data, grantable = services.identity.imports, await request.body(), partial(may_grant, user.principal)
    if dry_run:
        return _report_schema(await imports.preview(scope.tenant_id, data, grantable))
    return _report_schema(await imports.run(scope.tenant_id, data, grantable, skip_faulty=skip_faulty))


@router.get("/imports", responses=problem_responses(401, 403, 404))
async def list_people_imports(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.PeopleImport]:
    """List the imports of the last 30 days, newest first."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    found = await services.identity.imports.recent(scope.tenant_id)
    return core.Page(items=[models.PeopleImport.model_validate(each) for each in found], next=None)


@router.get("/imports/{import_id}/undo", responses=problem_responses(401, 403, 404, 409))
async def preview_undo_of_people_import(
    services: ServicesDep, user: CurrentUserDep, import_id: Id, tenant: TenantQuery = None
) -> models.UndoReport:
    """Show what undoing an import would do, row by row."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    grantable, used = partial(may_grant, user.principal), _used_extensions(services, scope.tenant_id)
    return _undo_schema(await services.identity.imports.preview_undo(scope.tenant_id, import_id, grantable, used))


@router.post(
    "/imports/{import_id}/undo",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def undo_people_import(
    services: ServicesDep, user: CurrentUserDep, import_id: Id, tenant: TenantQuery = None
) -> models.UndoReport:
    """Undo an import: accounts and extensions that it created are deleted, and values that it changed are restored.
    Accounts that are in use or were changed since are kept. This cannot be reversed."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    grantable, used = partial(may_grant, user.principal), partial(_find_used, services, scope.tenant_id)
    return _undo_schema(await services.identity.imports.undo(scope.tenant_id, import_id, grantable, used))


@router.get("/{person_id}", responses=problem_responses(401, 403, 404))
async def show_person_details(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> models.PersonDetails:
    """Show a person with extensions and devices."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_READ)
    found = await services.identity.people.get(scope.tenant_id, person_id)
    return models.PersonDetails(
        **core.Person.model_validate(found.person).model_dump(),
        signed_in=found.signed_in,
        last_seen=found.last_used,
        extensions=[
            models.PersonExtension(
                **core.Extension.model_validate(one).model_dump(),
                voicemail=_has_voicemail(services, one),
                devices=[device_schema(services, each) for each in found.devices if each.extension_id == one.id],
            )
            for one in found.extensions
        ],
        email_state=models.EmailState.model_validate(
            await services.notifications.advertising.address_state(found.person)
        ),
    )


@router.post(
    "/{person_id}/extensions",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def add_person_extension(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, new: models.NewPersonNumber, tenant: TenantQuery = None
) -> core.ExtensionNow:
    """Give a person an extension. It has no device yet."""
    scope = await require_access(services, user, tenant, Action.PEOPLE_CHANGE)
    person = await services.identity.users.get(scope.tenant_id, person_id)
    require_manageable(user, person.role, person.granted)
    made = await services.identity.people.add_extension(scope.tenant_id, person.id, new.number)
    return extension_schema(services, made)


def _entry(services: Services, one: PeopleEntry) -> models.PeopleEntry:
    # Not validated: the values come from the services.
    person = one.person
    shown = person or one.extensions[0]
    return models.PeopleEntry.model_construct(
        id=shown.id,
        kind="person" if person is not None else "shared_phone",
        name=shown.name,
        email=person.email if person is not None else "",
        role=person.role if person is not None else None,
        state=person.state if person is not None else "active",
        language=person.language if person is not None else None,
        department=shown.department,
        extensions=[_entry_extension(services, each) for each in one.extensions],
        signed_in=one.signed_in,
        last_seen=one.last_used,
    )


def _entry_extension(services: Services, extension: Extension) -> models.EntryExtension:
    devices = online_devices(services, extension)
    return models.EntryExtension.model_construct(
        id=extension.id,
        number=extension.number,
        devices=devices.enabled,
        online=devices.online,
        voicemail=_has_voicemail(services, extension),
    )


def _has_voicemail(services: Services, extension: Extension) -> bool:
    boxes = services.mailboxes
    return boxes.tenant_settings(extension.tenant_id).enabled and boxes.mailbox_settings(extension.id).enabled


def _report_schema(report: ImportReport) -> models.ImportReport:
    return models.ImportReport(
        applied=report.applied,
        import_id=report.import_id or None,
        created=report.counts.get("create", 0),
        updated=report.counts.get("update", 0),
        unchanged=report.counts.get("unchanged", 0),
        refused=report.counts.get("refused", 0),
        omitted=report.omitted,
        encoding=report.file.encoding,
        delimiter=report.file.delimiter,
        ignored_columns=list(report.file.ignored),
        rows=[models.ImportedRow.model_validate(row) for row in report.rows],
    )


async def _find_used(services: Services, tenant_id: str, tx: Transaction) -> set[str]:
    """Return the ids of extensions that another destination leads to, until the end of a transaction."""
    await services.destinations.lock(tx.uow, tenant_id)
    return _used_extensions(services, tenant_id)


def _used_extensions(services: Services, tenant_id: str) -> set[str]:
    """Return the ids of extensions that another destination leads to."""
    users = services.destinations.users(tenant_id)
    found = set[str]()
    for each in services.identity.directory.extensions(tenant_id):
        own = destinations_of(each)
        if any(user not in own for ref in own for user in users.get(ref, ())):
            found.add(each.id)
    return found


def _undo_schema(report: UndoReport) -> models.UndoReport:
    return models.UndoReport(
        applied=report.applied,
        deleted=report.count("delete"),
        restored=report.count("restore"),
        skipped=report.count("keep"),
        rows=[models.UndoneRow.model_validate(row) for row in report.rows],
    )
