"""Suggestions from the user's own calls: evaluated on request, only with the user's consent, and not stored."""

from unificx.api.access import AccessScope, CurrentUserDep, ServicesDep, purpose, require_access, require_own
from unificx.api.objections import is_counted, is_listed
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import suggestions as models
from unificx.api.services import Services
from unificx.cdr import FrequentParty
from unificx.identity import Action

router = Router(prefix="/api/v1/me/suggestions", tags=["history"], dependencies=[purpose("history")])


@router.get("", responses=problem_responses(401, 403))
async def list_suggestions(services: ServicesDep, user: CurrentUserDep) -> models.Suggestions:
    """List the parties that you called most in the last 90 days, with the hours in which they usually answer.

    Only while you agree to `analytics`; without, or after a withdrawal, the list is empty and `stopped`. At most 2,000
    calls are evaluated. Colleagues who object to `directory` are left out; of those who object to `statistics` no hours
    are given."""
    require_own(user.principal)
    directory = services.identity.directory
    own = directory.extension_ids_of(user.principal.person_id)
    subjects = {each.subject for one in own if (each := directory.extension_by_id(one)) is not None}
    if not all(services.consents.allows(subject, "analytics") for subject in subjects):
        return models.Suggestions(stopped=True, items=[])
    if not subjects:
        return models.Suggestions(stopped=False, items=[])
    scope = await require_access(services, user, None, Action.DIRECTORY)
    zone = directory.time_zone(scope.tenant_id)
    found = await services.history.frequent_parties(scope.tenant_id, own, zone)
    items = [one for each in found if (one := _suggestion(services, scope, each)) is not None]
    return models.Suggestions(stopped=False, items=items)


def _suggestion(services: Services, scope: AccessScope, party: FrequentParty) -> models.Suggestion | None:
    best = models.BestTime.model_validate(party.best_time) if party.best_time is not None else None
    if party.extension_id is None:
        return models.Suggestion(extension_id=None, number=party.number, name="", calls=party.calls, best_time=best)
    extension = services.identity.directory.extension_by_id(party.extension_id)
    if extension is None or extension.tenant_id != scope.tenant_id or not is_listed(services, scope, extension):
        return None
    return models.Suggestion(
        extension_id=extension.id,
        number=extension.number,
        name=extension.name,
        calls=party.calls,
        best_time=best if is_counted(services, scope, extension) else None,
    )
