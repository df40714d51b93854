"""Recorded calls: of those who were in them. Administrators see that they are there, may erase them, and listen only
where the organisation allows it: they say what for, and those recorded can see it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, status
from starlette.responses import Response

from unificx import people
from unificx.kernel.errors import Forbidden, Invalid, NoRoom, NotFound
from unificx.people import Action
from unificx.recorder import LiveRecording
from unificx.recordings import Conversation, ExtensionRecordingChange, Listener, Purpose, TenantRecordingChange, Who
from unificx.web.access import AskerDep, Cursor, Id, Limit, Reach, ServicesDep, TenantQuery, reach, reach_or_own
from unificx.web.models import core
from unificx.web.models import recordings as models
from unificx.web.owned import extension_within
from unificx.web.problems import refusals
from unificx.web.repeatable import RepeatableRoute, declare_key
from unificx.web.services import Services
from unificx.web.sounds import CONTENT, Format, sound_response

router = APIRouter(prefix="/api/v1", tags=["recordings"], route_class=RepeatableRoute)

Extension = Annotated[
    str | None, Query(max_length=64, pattern=core.REFERENCE, description="With this one in it: its id or number.")
]
Call = Annotated[str | None, Query(max_length=64, pattern=core.REFERENCE, description="Of this call.")]
Hidden = Annotated[bool, Query(description="Those that were put away instead.")]
For = Annotated[Purpose, Query(description="What for; who was not in the call has to say.")]
_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": CONTENT, "description": "All of it: the caller left, the callee right."},
    206: {"content": CONTENT, "description": "The range."},
}
_CHANGES = refusals(401, 403, 404, 409, 410)


class Narrowed:
    """What a list of recordings is narrowed by."""

    def __init__(self, extension: Extension = None, call: Call = None, hidden: Hidden = False) -> None:
        self.extension = extension
        self.call = call
        self.hidden = hidden


@router.get("/recordings", responses=refusals(401, 403, 404))
async def list_recordings(
    *,
    services: ServicesDep,
    asker: AskerDep,
    by: Annotated[Narrowed, Depends()],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Recording]:
    """List the recordings of one's own calls, the newest first; an administrator lists everybody's, without who took
    part. Those of one call come all at once."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    own = await _own(services, within)
    wanted = None if not within.only_own and not by.hidden else sorted(own)
    if by.extension is not None:
        wanted = [(await extension_within(services, within, by.extension)).id]
    if by.call is not None:
        every = await services.archive.of_call(within.tenant_id, by.call)
        found = people.Page(tuple(one for one in every if wanted is None or one.of(frozenset(wanted))))
    else:
        found = await services.archive.list(within.tenant_id, wanted, hidden=by.hidden, cursor=cursor, limit=limit)
    return core.Page(items=[_shown(services, within, own, one) for one in found.items], next=found.next)


@router.get("/recordings/settings", responses=refusals(401, 403, 404))
async def show_recording_settings(
    services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None
) -> models.RecordingSettings:
    """Show how an organisation records calls."""
    within = await reach(services, asker, tenant, Action.TENANT_READ)
    return models.RecordingSettings.model_validate(services.archive.tenant(within.tenant_id))


@router.patch("/recordings/settings", responses=refusals(401, 403, 404))
async def change_recording_settings(
    services: ServicesDep, asker: AskerDep, change: models.RecordingSettingsChange, tenant: TenantQuery = None
) -> models.RecordingSettings:
    """Change it, or let nothing be recorded any more. What runs goes on as it began."""
    within = await reach(services, asker, tenant, Action.TENANT_CHANGE)
    changed = await services.archive.change_tenant(within.tenant_id, TenantRecordingChange(**change.model_dump()))
    return models.RecordingSettings.model_validate(changed)


@router.get("/recordings/{recording_id}", responses=refusals(401, 403, 404, 410))
async def show_recording(
    services: ServicesDep, asker: AskerDep, recording_id: Id, tenant: TenantQuery = None
) -> models.Recording:
    """Show a recording, with when each who is in it was told and agreed."""
    within, own, found = await _found(services, asker, recording_id, tenant)
    shown = _shown(services, within, own, found)
    waveform = list(await services.archive.waveform(found)) if shown.listen else []
    return shown.model_copy(update={"waveform": waveform})


@router.get(
    "/recordings/{recording_id}/audio",
    response_class=Response,
    responses={**refusals(401, 403, 404, 410, 416), **_SOUND},
)
async def hear_recording(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    asker: AskerDep,
    recording_id: Id,
    purpose: For = "own",
    tenant: TenantQuery = None,
    format: Format = None,
) -> Response:
    """What was said, in two channels: Opus in Ogg as it is kept, or WAV. That it was listened to is noted."""
    within, own, found = await _found(services, asker, recording_id, tenant)
    if not _may_listen(services, within, own, found):
        raise Forbidden("This call was somebody else's.", hint="It can be erased, not listened to.")
    if (purpose == "own") is not bool(found.of(own)):
        raise Invalid("Say what you listen for.", hint="`own` is for one's own calls alone.", field="purpose")
    listener = await _listener(services, within, purpose)
    return await sound_response(services.archive.listen(found, listener), request, format)


@router.get("/recordings/{recording_id}/listens", responses=refusals(401, 403, 404, 410))
async def list_listens(
    services: ServicesDep, asker: AskerDep, recording_id: Id, tenant: TenantQuery = None
) -> core.Page[models.Listened]:
    """List who listened to a recording."""
    _, _, found = await _found(services, asker, recording_id, tenant)
    listens = await services.archive.listens(found)
    shown = [
        models.Listened(moment=one.moment, purpose=one.purpose, who=one.who if isinstance(one.who, str) else None)
        for one in listens
    ]
    return core.Page(items=shown, next=None)


@router.delete("/recordings/{recording_id}", status_code=status.HTTP_204_NO_CONTENT, responses=_CHANGES)
async def hide_recording(services: ServicesDep, asker: AskerDep, recording_id: Id, tenant: TenantQuery = None) -> None:
    """Put it away for oneself. It can be brought back for as long as the organisation says; others in it keep it."""
    found, places = await _own_places(services, asker, recording_id, tenant)
    await services.archive.hide(found, places)


@router.post(
    "/recordings/{recording_id}/restore",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_key)],
    responses=_CHANGES,
)
async def restore_recording(
    services: ServicesDep, asker: AskerDep, recording_id: Id, tenant: TenantQuery = None
) -> None:
    """Bring it back."""
    found, places = await _own_places(services, asker, recording_id, tenant)
    await services.archive.restore(found, places)


@router.post(
    "/recordings/{recording_id}/erase",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_key)],
    responses=_CHANGES,
)
async def erase_recording(services: ServicesDep, asker: AskerDep, recording_id: Id, tenant: TenantQuery = None) -> None:
    """Erase it for good and for everybody: the sound, its key, who took part. Nothing brings it back."""
    _, _, found = await _found(services, asker, recording_id, tenant)
    await services.archive.erase(found)


# ---- how an extension's calls are recorded


@router.get("/extensions/{extension}/recording", responses=refusals(401, 403, 404))
async def show_extension_recording(
    services: ServicesDep, asker: AskerDep, extension: Id, tenant: TenantQuery = None
) -> models.ExtensionRecording:
    """Show how an extension's calls are recorded."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_READ)
    known = await extension_within(services, within, extension)
    found = services.archive.extension(known.id)
    return models.ExtensionRecording(extension_id=known.id, number=known.number, when=found.when, mode=found.mode)


@router.patch("/extensions/{extension}/recording", responses=refusals(401, 403, 404))
async def change_extension_recording(
    services: ServicesDep,
    asker: AskerDep,
    extension: Id,
    change: models.ExtensionRecordingChange,
    tenant: TenantQuery = None,
) -> models.ExtensionRecording:
    """Change it, as an administrator."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    known = await extension_within(services, within, extension)
    wanted = ExtensionRecordingChange(**change.model_dump())
    found = await services.archive.change_extension(within.tenant_id, known.id, wanted)
    return models.ExtensionRecording(extension_id=known.id, number=known.number, when=found.when, mode=found.mode)


# ---- live calls


@router.get("/calls/{call_id}/recording", responses=refusals(401, 403, 404))
async def show_call_recording(
    services: ServicesDep, asker: AskerDep, call_id: Id, tenant: TenantQuery = None
) -> models.CallRecording:
    """Show how it stands with the recording of a live call: to those in it, and to administrators."""
    within, own = await _live(services, asker, call_id, tenant)
    return _stands(services.recording.live(call_id), within, own)


@router.put("/calls/{call_id}/recording", responses=refusals(401, 403, 404, 409, 507))
async def change_call_recording(
    services: ServicesDep,
    asker: AskerDep,
    call_id: Id,
    change: models.CallRecordingChange,
    tenant: TenantQuery = None,
) -> models.CallRecording:
    """Have a live call recorded, pause that, go on, or end it. Only somebody in the call can begin; everybody in it is
    told first. Who has begun it pauses and ends it; what is recorded by itself anybody of the organisation in the call
    pauses. An administrator may do both."""
    within, own = await _live(services, asker, call_id, tenant)
    recording, by = services.recording, own if within.only_own else None
    now = recording.live(call_id)
    if change.state == "recording" and services.parts.full():
        raise NoRoom("There is no room to keep a recording.", hint="Tell whoever runs the installation to make room.")
    if change.state == "recording" and now.state in ("none", "ended"):
        found = recording.start(call_id, own)
    elif change.state == "recording":
        found = recording.resume(call_id, by) if now.state == "paused" else now
    elif change.state == "paused":
        found = recording.pause(call_id, by, card=change.for_card)
    else:
        found = recording.stop(call_id, by)
    return _stands(found, within, own)


# ---- whose is what


async def _own(services: Services, within: Reach) -> frozenset[str]:
    """The asker's own extensions, in this organisation."""
    principal = within.asker.principal
    if not principal.person_id or principal.tenant_id != within.tenant_id:
        return frozenset()
    return frozenset(one.id for one in await services.people.extensions_of(principal))


async def _found(
    services: Services, asker: AskerDep, recording_id: str, tenant: str | None
) -> tuple[Reach, frozenset[str], Conversation]:
    """A recording within reach. Raises NotFound for one out of it, as for one that does not exist; Over."""
    within = await reach_or_own(services, asker, tenant, Action.PEOPLE_CHANGE)
    own = await _own(services, within)
    found = await services.archive.get(within.tenant_id, recording_id, among=own if within.only_own else None)
    return within, own, found


async def _own_places(
    services: Services, asker: AskerDep, recording_id: str, tenant: str | None
) -> tuple[Conversation, list[int]]:
    _, own, found = await _found(services, asker, recording_id, tenant)
    places = [each.place for each in found.of(own)]
    if not places:
        raise Forbidden("This call was somebody else's.", hint="It can be erased, not put away.")
    return found, places


def _may_listen(services: Services, within: Reach, own: frozenset[str], found: Conversation) -> bool:
    if found.of(own):
        return True
    inside = within.asker.principal.tenant_id == within.tenant_id and bool(within.asker.principal.person_id)
    return inside and not within.only_own and services.archive.tenant(within.tenant_id).administrators_listen


async def _listener(services: Services, within: Reach, purpose: Purpose) -> Listener:
    person = await services.people.person(within.tenant_id, within.asker.principal.person_id)
    return Listener(person.subject, person.name, purpose)


async def _live(services: Services, asker: AskerDep, call_id: str, tenant: str | None) -> tuple[Reach, frozenset[str]]:
    """Raises NotFound for a call that is not the asker's to look at, as for one that does not exist."""
    if tenant is None and asker.is_operator:
        tenant = services.recording.live(call_id).tenant_id
    within = await reach_or_own(services, asker, tenant, Action.CALLS_CONTROL)
    own = await _own(services, within)
    live = services.recording.live(call_id)
    if live.tenant_id != within.tenant_id or (within.only_own and not own & set(live.extensions)):
        raise NotFound("There is no such call going on.", hint="Look at /api/v1/calls.")
    return within, own


def _stands(live: LiveRecording, within: Reach, own: frozenset[str]) -> models.CallRecording:
    return models.CallRecording(
        call_id=live.call_id,
        state=live.state,
        begun=live.begun,
        end=live.end,
        allowed=live.allowed,
        directs=not within.only_own or bool(own & set(live.directed_by)),
    )


def _shown(services: Services, within: Reach, own: frozenset[str], found: Conversation) -> models.Recording:
    mine = bool(found.of(own))
    parties = [
        models.RecordedParty(
            channel=each.place,
            extension_id=each.extension_id,
            number=each.who.number if mine and isinstance(each.who, Who) else None,
            name=each.who.name if mine and isinstance(each.who, Who) else None,
            erased=not isinstance(each.who, Who),
            notice=each.consent.notice,
            told=each.consent.told,
            consented=each.consent.settled,
            key=each.consent.key,
            hidden=each.hidden,
        )
        for each in found.parties
    ]
    return models.Recording(
        id=found.id,
        call_id=found.call_id,
        created=found.created,
        seconds=found.seconds,
        mode=found.mode,
        begun=found.begun,
        ended=found.ended,
        parties=parties,
        marks=[models.RecordingMark.model_validate(mark) for mark in found.marks],
        own=mine,
        listen=_may_listen(services, within, own, found),
    )
