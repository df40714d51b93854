"""Custom greetings of extension and group mailboxes: upload, speech synthesis, playback, removal."""

from typing import Annotated

from fastapi import Query, Request, status
from starlette.responses import Response

from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access_or_own
from unificx.api.audio_responses import AUDIO_RESPONSES, Format, audio_response
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core, voicemail
from unificx.api.schemas.times import Time
from unificx.api.scoped_lookup import mailbox_in_scope
from unificx.api.services import Services
from unificx.api.uploads import UPLOAD_BODY
from unificx.core.errors import Invalid, NotFound
from unificx.identity import Action
from unificx.media.sounds import Sound
from unificx.voicemail import STATE_GREETINGS, GreetingKind, Mailbox, SharedMailbox

router = Router(prefix="/api/v1/mailboxes/{mailbox}/greetings", tags=["voicemail"], dependencies=[purpose("telephony")])
MAX_SECONDS = 120.0
"""Maximum duration of a greeting in seconds."""
Until = Annotated[Time | None, Query(description="When a temporary greeting expires; default: when it is removed.")]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_greetings(
    services: ServicesDep, user: CurrentUserDep, mailbox: Id, tenant: TenantQuery = None
) -> core.Page[voicemail.Greeting]:
    """List the custom greetings of a mailbox. Callers hear the standard one if there is none."""
    box = await _mailbox_in_scope(services, user, mailbox, tenant)
    return core.Page(items=await _greetings(services, box), next=None)


@router.put("/{kind}", responses=problem_responses(401, 403, 404, 408, 410, 429, 507), openapi_extra=UPLOAD_BODY)
async def put_greeting(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    mailbox: Id,
    kind: GreetingKind,
    until: Until = None,
    tenant: TenantQuery = None,
) -> voicemail.Greeting:
    """Upload a greeting. It may last two minutes and is normalized to the loudness of the prompts."""
    box = await _mailbox_in_scope(services, user, mailbox, tenant)
    return await _store_greeting(
        services, box, await services.sound_converter.sound(request.stream(), MAX_SECONDS), kind, until
    )


@router.put("/{kind}/text", responses=problem_responses(401, 403, 404, 409, 410, 429, 507))
async def put_greeting_text(  # noqa: PLR0917 - the request's own parts
    services: ServicesDep,
    user: CurrentUserDep,
    mailbox: Id,
    kind: GreetingKind,
    text: voicemail.SpokenText,
    until: Until = None,
    tenant: TenantQuery = None,
) -> voicemail.Greeting:
    """Synthesize a greeting from text. Fails with `no-speech-engine` if no voice is installed."""
    box = await _mailbox_in_scope(services, user, mailbox, tenant)
    return await _store_greeting(
        services, box, await services.sound_converter.spoken(text.text, text.language), kind, until
    )


@router.get(
    "/{kind}/audio",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **AUDIO_RESPONSES},
)
async def hear_greeting(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    mailbox: Id,
    kind: GreetingKind,
    tenant: TenantQuery = None,
    format: Format = None,
) -> Response:
    """Play a greeting."""
    box = await _mailbox_in_scope(services, user, mailbox, tenant)
    return await audio_response(services.mailboxes.greetings.open(box.tenant_id, box.id, kind), request, format)


@router.delete("/{kind}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_greeting(
    services: ServicesDep, user: CurrentUserDep, mailbox: Id, kind: GreetingKind, tenant: TenantQuery = None
) -> None:
    """Delete a greeting permanently. Callers hear the standard one again."""
    box = await _mailbox_in_scope(services, user, mailbox, tenant)
    if kind not in services.mailboxes.mailbox_settings(box.id).greetings:
        raise NotFound("There is no such greeting.")
    await services.mailboxes.greetings.remove(box, kind)


async def _mailbox_in_scope(services: Services, user: CurrentUserDep, mailbox: str, tenant: str | None) -> Mailbox:
    """Return a mailbox in scope: the user's own, of their groups, or any for administrators. Greetings are not
    confidential."""
    return await mailbox_in_scope(
        services, await require_access_or_own(services, user, tenant, Action.RECORDINGS_CHANGE), mailbox
    )


async def _store_greeting(
    services: Services, box: Mailbox, sound: Sound, kind: GreetingKind, until: Time | None
) -> voicemail.Greeting:
    if until is not None and (kind != "temporary" or until <= services.clock.now()):
        raise Invalid("`until` must be in the future and is only valid for a temporary greeting.", field="until")
    if kind in STATE_GREETINGS and isinstance(box, SharedMailbox):
        raise Invalid("A shared mailbox has no presence.", field="kind", hint="Use no_answer, busy or temporary.")
    await services.mailboxes.greetings.store(box, sound, kind, until)
    return next(one for one in await _greetings(services, box) if one.kind == kind)


async def _greetings(services: Services, box: Mailbox) -> list[voicemail.Greeting]:
    return [voicemail.Greeting.model_validate(one) for one in await services.mailboxes.greetings.all(box)]
