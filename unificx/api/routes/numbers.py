"""Public numbers: the numbers of a tenant in the public network and where they lead."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, status
from starlette.responses import Response

from unificx import routing
from unificx.api.access import CurrentUserDep, Cursor, Limit, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import outbound as models
from unificx.api.services import Services
from unificx.identity import Action
from unificx.routing import display

router = Router(
    prefix="/api/v1/numbers", tags=["numbers"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)

CSV_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "CSV in UTF-8, UTF-16 or Windows-1252, at most 256 KiB and 2000 rows, with comma, semicolon"
        " or tab. The first row has the titles `number`, `trunk`, `destination`, `description`, `shown_for` (numbers of"
        " extensions, and groups and queues such as `queue:6500`, separated by spaces) and `reject_anonymous` (yes or"
        " no); all but the first may be missing for numbers that exist. An empty cell leaves a value as it is.",
        "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}},
    }
}
CSV_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The numbers as CSV.", "content": {"text/csv": {"schema": {"type": "string"}}}}
}
NumberReference = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9+-]+$")]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_numbers(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> core.Page[models.PublicNumber]:
    """List the public numbers of a tenant."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    page = services.outbound.numbers.list(scope.tenant_id, cursor, limit)
    return core.Page(items=[_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_number(
    services: ServicesDep, user: CurrentUserDep, new: models.NewPublicNumber, tenant: TenantQuery = None
) -> models.PublicNumber:
    """Add a public number and say where it leads."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    wanted = _wanted(new, new.number)
    return _schema(services, await services.outbound.numbers.create(scope.tenant_id, wanted))


@router.post(
    "/range/preview",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def preview_number_range(
    services: ServicesDep, user: CurrentUserDep, wanted: models.RangePreview, tenant: TenantQuery = None
) -> models.NumberRange:
    """Say which numbers a range has, where they lead, and which of them the tenant has already. Nothing is added."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    numbers = services.outbound.numbers
    return models.NumberRange.of(numbers.preview_range(scope.tenant_id, wanted.numbers, wanted.extensions))


@router.post(
    "/range",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_number_range(
    services: ServicesDep, user: CurrentUserDep, new: models.NewNumberRange, tenant: TenantQuery = None
) -> models.NumberRange:
    """Add all numbers of a range, or none if one of them exists already."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    wanted = replace(_wanted(new, new.numbers), extensions=new.extensions)
    return models.NumberRange.of(await services.outbound.numbers.create_range(scope.tenant_id, wanted))


@router.post(
    "/import",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
    openapi_extra=CSV_BODY,
)
async def import_numbers(
    request: Request,
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    dry_run: Annotated[bool, Query(description="Preview: report what would be done, store nothing.")] = False,
    skip_faulty: Annotated[bool, Query(description="Import the rows without faults, and skip the others.")] = False,
    tenant: TenantQuery = None,
) -> models.NumberImportReport:
    """Add and change public numbers by CSV, in one transaction. A number is recognized by itself, so importing a file
    twice changes nothing."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    files, data = services.outbound.number_files, await request.body()
    if dry_run:
        return models.NumberImportReport.of(files.preview(scope.tenant_id, data))
    return models.NumberImportReport.of(await files.run(scope.tenant_id, data, skip_faulty=skip_faulty))


@router.get("/export", response_class=Response, responses=CSV_RESPONSE | problem_responses(401, 403, 404))
async def export_numbers(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> Response:
    """Export all public numbers as CSV, as an import reads it. Cells that a spreadsheet would take for a formula begin
    with an apostrophe."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    headers = {"Content-Disposition": 'attachment; filename="numbers.csv"'}
    return Response(services.outbound.number_files.export(scope.tenant_id), 200, headers, "text/csv; charset=utf-8")


@router.get("/{number}", responses=problem_responses(401, 403, 404))
async def show_number(
    services: ServicesDep, user: CurrentUserDep, number: NumberReference, tenant: TenantQuery = None
) -> models.PublicNumber:
    """Show a public number, by id or number."""
    scope = await require_access(services, user, tenant, Action.DIRECTORY)
    return _schema(services, services.outbound.numbers.find(scope.tenant_id, number))


@router.patch("/{number}", responses=problem_responses(401, 403, 404, 409, 412))
async def update_number(
    services: ServicesDep,
    user: CurrentUserDep,
    number: NumberReference,
    change: models.PublicNumberChange,
    *,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.PublicNumber:
    """Change where a public number leads."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    known = services.outbound.numbers.find(scope.tenant_id, number)
    wanted = routing.NumberChange(
        trunk=change.trunk,
        destination=change.destination,
        callers=None if change.callers is None else _pairs(change.callers),
        shown_for=None if change.shown_for is None else tuple(change.shown_for),
        reject_anonymous=change.reject_anonymous,
        description=change.description,
    )
    schema = partial(_schema, services)
    return schema(await services.outbound.numbers.update(known, wanted, unchanged(if_match, schema)))


@router.delete(
    "/{number}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409, 412)
)
async def delete_number(
    services: ServicesDep,
    user: CurrentUserDep,
    number: NumberReference,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> None:
    """Remove a public number. Calls to it are then refused."""
    scope = await require_access(services, user, tenant, Action.ROUTING_CHANGE)
    condition = unchanged(if_match, partial(_schema, services))
    await services.outbound.numbers.delete(services.outbound.numbers.find(scope.tenant_id, number), condition)


def _wanted(new: models.NewNumberValues, number: str) -> routing.NewNumber:
    return routing.NewNumber(
        number=number,
        trunk=new.trunk,
        destination=new.destination,
        callers=_pairs(new.callers),
        shown_for=tuple(new.shown_for),
        reject_anonymous=new.reject_anonymous,
        description=new.description,
    )


def _pairs(rules: list[models.NewCallerRule]) -> tuple[tuple[str, str], ...]:
    return tuple((one.pattern, one.destination) for one in rules)


def _schema(services: Services, number: routing.InboundNumber) -> models.PublicNumber:
    trunk = services.trunks.directory.trunk(number.trunk_id)
    tenant = services.identity.directory.tenant(number.tenant_id)
    return models.PublicNumber(
        id=number.id,
        tenant_id=number.tenant_id,
        number=number.number,
        display=display(number.number, tenant.country if tenant is not None else ""),
        trunk=trunk.name if trunk is not None else "",
        destination=str(number.destination),
        callers=[models.CallerRule(pattern=one.pattern, destination=str(one.destination)) for one in number.callers],
        shown_for=list(services.outbound.numbers.shown_for(number)),
        reject_anonymous=number.reject_anonymous,
        description=number.description,
        created=number.created,
    )
