"""Retention: how long data is stored, what ends next, and the confirmation of a clock that jumped."""

from collections.abc import Sequence
from functools import partial

from unificx.api.access import CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.preconditions import IfMatch, unchanged
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import retention as models
from unificx.identity import Action
from unificx.privacy import ClassPeriod, Retention, SweepStatus

router = Router(prefix="/api/v1/retention", tags=["privacy"], dependencies=[purpose("administration")])


@router.get("", responses=problem_responses(401, 403, 404))
async def show_retention(services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None) -> models.Retention:
    """Show how long data of each class is stored, and whether the sweeps run."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    return _schema(services.retention, services.retention.periods.classes(scope.tenant_id))


@router.put("", responses=problem_responses(401, 403, 404, 412))
async def change_retention(
    services: ServicesDep,
    user: CurrentUserDep,
    change: models.RetentionChange,
    tenant: TenantQuery = None,
    if_match: IfMatch = None,
) -> models.Retention:
    """Replace the periods that the tenant sets. A shorter one takes effect at the next sweep, within the hour."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    periods, schema = services.retention.periods, partial(_schema, services.retention)
    return schema(await periods.change(scope.tenant_id, change.periods, unchanged(if_match, schema)))


@router.get("/preview", responses=problem_responses(401, 403, 404))
async def preview_retention(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> list[models.RetentionPreview]:
    """Count what ends now, and within 1, 7 and 30 days, by kind."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    return [
        models.RetentionPreview(
            retention=each.retention,
            kind=each.kind,
            counts=[models.EndingRows(before=before, count=count) for before, count in each.counts],
        )
        for each in await services.retention.preview(scope.tenant_id)
    ]


@router.put("/clock", responses=problem_responses(401, 403))
async def confirm_clock(services: ServicesDep, user: CurrentUserDep) -> models.RetentionSweeps:
    """Accept the time of the server, after it jumped by more than a day. Only for operators, after a recent proof of
    identity: with a wrong time, data would be deleted too early."""
    await require_access(services, user, user.principal.tenant_id, Action.INSTALLATION)
    await services.identity.step_up.require(user.principal)
    return _sweeps(await services.retention.confirm())


def _schema(retention: Retention, classes: Sequence[ClassPeriod]) -> models.Retention:
    return models.Retention(classes=[_class(each) for each in classes], sweeps=_sweeps(retention.status))


def _class(each: ClassPeriod) -> models.RetentionClass:
    limits, rule = each.limits, each.rule
    shown = models.RetentionLimits(shortest=str(limits.shortest), longest=str(limits.longest), law=limits.law)
    return models.RetentionClass(
        name=rule.name,
        anchor=rule.anchor,
        action=rule.action,
        period=None if each.period is None else str(each.period),
        default=None if each.default is None else str(each.default),
        changed=each.changed,
        limits=None if each.period is None else shown,
        text=each.text,
    )


def _sweeps(status: SweepStatus) -> models.RetentionSweeps:
    return models.RetentionSweeps(
        last_run=status.last_run,
        waiting_since=status.waiting_since,
        overdue=status.overdue,
        stalled=list(status.stalled),
    )
