"""Reviews of suspensions. Suspended persons cannot sign in: a reference proves that they tried to with the right
password."""

from fastapi import status

from unificx.api.access import ServicesDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import suspensions as models
from unificx.identity import SuspendedAccount

router = Router(prefix="/api/v1/suspensions", tags=["signing in"], dependencies=[purpose("administration")])


@router.post("/look", responses=problem_responses(410))
async def look_at_suspension(services: ServicesDep, body: models.SuspensionReference) -> models.SuspensionNotice:
    """Show why one's own account is suspended, with the reference of a refused sign-in."""
    return _notice(await services.identity.suspensions.references.resolve(body.reference))


@router.post(
    "/review",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(403, 409, 410),
)
async def request_review(services: ServicesDep, body: models.ReviewRequest) -> models.Review:
    """Ask for a review of one's own suspension, or as an administrator for that of the tenant.

    Another person than the one who suspended decides, and the answer is sent by e-mail."""
    account = await services.identity.suspensions.references.resolve(body.reference)
    return models.Review.model_validate(await services.rights.requests.reviews.ask(account, body.text))


@router.post("/reopen", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(403, 409, 410))
async def reopen_own_tenant(services: ServicesDep, body: models.SuspensionReference) -> None:
    """Take the closing of one's own organisation back, as one of its administrators."""
    await services.identity.closings.reopen_own(body.reference)


def _notice(account: SuspendedAccount) -> models.SuspensionNotice:
    found = account.suspension
    shown = found if account.is_administrator or not account.whole_tenant else None
    return models.SuspensionNotice(
        whole_tenant=account.whole_tenant,
        reason=shown.reason if shown is not None else None,
        text=shown.text if shown is not None else "",
        since=shown.since if shown is not None else None,
        until=found.until if found is not None else None,
        review=found.review if found is not None else "none",
        may_ask=account.may_ask,
        erases=found.erases if found is not None else None,
        may_reopen=account.may_reopen,
    )
