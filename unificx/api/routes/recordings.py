"""Call recordings, available to the participants of the call. Administrators can list and erase recordings. They may
play them only if the tenant allows it: they state a purpose, and the recorded parties can see it.
"""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, status
from starlette.responses import Response

from unificx import db
from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
)
from unificx.api.acts import declare_playback
from unificx.api.audio_responses import AUDIO_CONTENT, VIDEO_RESPONSES, Format, audio_response, video_response
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import recordings as models
from unificx.api.scoped_lookup import extension_in_scope
from unificx.api.services import Services
from unificx.core.access import current_access, stating
from unificx.core.errors import Forbidden, Invalid, NotFound, StorageFull
from unificx.identity import Action, Extension
from unificx.recording import (
    CallRecording,
    ExtensionRecordingPolicy,
    ExtensionRecordingPolicyChange,
    Listener,
    LiveRecording,
    PartyIdentity,
    PlaybackPurpose,
    TenantRecordingPolicyChange,
)

router = Router(prefix="/api/v1", tags=["recordings"], route_class=IdempotentRoute, dependencies=[purpose("history")])

ExtensionQuery = Annotated[
    str | None,
    Query(max_length=64, pattern=core.REFERENCE, description="Only recordings with this extension: id or number."),
]
Call = Annotated[str | None, Query(max_length=64, pattern=core.REFERENCE, description="Only recordings of this call.")]
Hidden = Annotated[bool, Query(description="List archived recordings instead.")]
PurposeQuery = Annotated[
    PlaybackPurpose, Query(description="Purpose of the playback; required of users who were not in the call.")
]
_AUDIO_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": AUDIO_CONTENT, "description": "The complete recording: caller left, callee right."},
    206: {"content": AUDIO_CONTENT, "description": "The requested range."},
}
_CHANGE_PROBLEMS = problem_responses(401, 403, 404, 409, 410)


class RecordingFilters:
    """Filters of a list of recordings."""

    def __init__(self, extension: ExtensionQuery = None, call: Call = None, hidden: Hidden = False) -> None:
        self.extension = extension
        self.call = call
        self.hidden = hidden


@router.get("/recordings", responses=problem_responses(401, 403, 404))
async def list_recordings(
    *,
    services: ServicesDep,
    user: CurrentUserDep,
    filters: Annotated[RecordingFilters, Depends(RecordingFilters)],
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Recording]:
    """List the recordings of your calls, newest first. Administrators see all recordings, without the parties. Those of
    a single call are not paged."""
    scope = await require_access_or_own(services, user, tenant, Action.RECORDINGS_CHANGE)
    own = await _own_extensions(services, scope)
    wanted = None if not scope.only_own and not filters.hidden else sorted(own)
    if filters.extension is not None:
        wanted = [(await extension_in_scope(services, scope, filters.extension)).id]
    if filters.call is not None:
        every = await services.archive.of_call(scope.tenant_id, filters.call)
        found = db.Page(tuple(one for one in every if wanted is None or one.parties_among(frozenset(wanted))))
    else:
        found = await services.archive.list(scope.tenant_id, wanted, hidden=filters.hidden, cursor=cursor, limit=limit)
    return core.Page(items=[_recording_schema(services, scope, own, one) for one in found.items], next=found.next)


@router.get("/recordings/settings", responses=problem_responses(401, 403, 404))
async def show_recording_settings(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.RecordingSettings:
    """Show the recording settings of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    return models.RecordingSettings.model_validate(services.archive.tenant(scope.tenant_id))


@router.patch("/recordings/settings", responses=problem_responses(401, 403, 404))
async def change_recording_settings(
    services: ServicesDep, user: CurrentUserDep, change: models.RecordingSettingsChange, tenant: TenantQuery = None
) -> models.RecordingSettings:
    """Change the recording settings of a tenant, or disable recording. Running recordings keep their settings."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    changed = await services.archive.change_tenant(scope.tenant_id, TenantRecordingPolicyChange(**change.model_dump()))
    return models.RecordingSettings.model_validate(changed)


@router.get("/recordings/{recording_id}", responses=problem_responses(401, 403, 404, 410))
async def show_recording(
    services: ServicesDep, user: CurrentUserDep, recording_id: Id, tenant: TenantQuery = None
) -> models.Recording:
    """Show a recording, with the times of announcement and consent of each party."""
    scope, own, found = await _recording_in_scope(services, user, recording_id, tenant)
    shown = _recording_schema(services, scope, own, found)
    waveform = list(await services.archive.waveform(found)) if shown.listen else []
    return shown.model_copy(update={"waveform": waveform})


@router.get(
    "/recordings/{recording_id}/audio",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **_AUDIO_RESPONSES},
)
async def hear_recording(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    recording_id: Id,
    purpose: PurposeQuery = "own",
    tenant: TenantQuery = None,
    format: Format = None,
) -> Response:
    """Play a recording, with two channels: Opus in Ogg as stored, or WAV. Each playback is logged."""
    found, listener = await _playback(services, user, recording_id, purpose, tenant)
    return await audio_response(services.archive.open_for_listener(found, listener), request, format)


@router.get(
    "/recordings/{recording_id}/video",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **VIDEO_RESPONSES},
)
async def watch_recording(
    *,
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    recording_id: Id,
    purpose: PurposeQuery = "own",
    tenant: TenantQuery = None,
) -> Response:
    """Play the video of a recorded conference, with its sound: WebM with VP8 and Opus. Each playback is logged."""
    found, listener = await _playback(services, user, recording_id, purpose, tenant)
    return await video_response(services.archive.open_video_for_listener(found, listener), request)


async def _playback(
    services: Services, user: CurrentUserDep, recording_id: str, purpose: PlaybackPurpose, tenant: str | None
) -> tuple[CallRecording, Listener]:
    """Return a recording that the user may play. Raise Forbidden, Invalid without the purpose, NotFound, Expired."""
    scope, own, found = await _recording_in_scope(services, user, recording_id, tenant)
    if not _may_listen(services, scope, own, found):
        raise Forbidden("You did not take part in this call.", hint="You can erase the recording, but not play it.")
    if (purpose == "own") is not bool(found.parties_among(own)):
        raise Invalid(
            "State the purpose of the playback.", hint="`own` is only valid for your own calls.", field="purpose"
        )
    if purpose != "own":
        declare_playback(services.identity, user.principal, scope.tenant_id, found.id)
    return found, await _listener(services, scope, purpose)


@router.get("/recordings/{recording_id}/listens", responses=problem_responses(401, 403, 404, 410))
async def list_listens(
    services: ServicesDep, user: CurrentUserDep, recording_id: Id, tenant: TenantQuery = None
) -> core.Page[models.RecordingPlayback]:
    """List the playbacks of a recording."""
    _, _, found = await _recording_in_scope(services, user, recording_id, tenant)
    listens = await services.archive.playback_log(found)
    shown = [
        models.RecordingPlayback(
            moment=one.moment, purpose=one.purpose, who=one.listener if isinstance(one.listener, str) else None
        )
        for one in listens
    ]
    return core.Page(items=shown, next=None)


@router.delete("/recordings/{recording_id}", status_code=status.HTTP_204_NO_CONTENT, responses=_CHANGE_PROBLEMS)
async def hide_recording(
    services: ServicesDep, user: CurrentUserDep, recording_id: Id, tenant: TenantQuery = None
) -> None:
    """Archive a recording for yourself. It can be restored for the period set by the tenant; other participants keep
    it."""
    found, channels = await _own_channels(services, user, recording_id, tenant)
    await services.archive.archive(found, channels)


@router.post(
    "/recordings/{recording_id}/restore",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=_CHANGE_PROBLEMS,
)
async def restore_recording(
    services: ServicesDep, user: CurrentUserDep, recording_id: Id, tenant: TenantQuery = None
) -> None:
    """Restore an archived recording."""
    found, channels = await _own_channels(services, user, recording_id, tenant)
    await services.archive.restore(found, channels)


@router.post(
    "/recordings/{recording_id}/erase",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=_CHANGE_PROBLEMS,
)
async def erase_recording(
    services: ServicesDep, user: CurrentUserDep, recording_id: Id, tenant: TenantQuery = None
) -> None:
    """Erase a recording permanently for all participants. The sound, its key and the parties cannot be restored.

    Requires a recent sign-in or proof of identity (`/api/v1/me/proofs`)."""
    _, _, found = await _recording_in_scope(services, user, recording_id, tenant)
    await services.identity.step_up.require(user.principal)
    await services.archive.erase(found)


# ---- recording settings of an extension


@router.get("/extensions/{extension}/recording", responses=problem_responses(401, 403, 404))
async def show_extension_recording(
    services: ServicesDep, user: CurrentUserDep, extension: Id, tenant: TenantQuery = None
) -> models.ExtensionRecording:
    """Show the recording settings of an extension."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    known = await extension_in_scope(services, scope, extension)
    found = services.archive.extension(known.id)
    return _extension_schema(known, found)


@router.patch("/extensions/{extension}/recording", responses=problem_responses(401, 403, 404))
async def change_extension_recording(
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Id,
    change: models.ExtensionRecordingChange,
    tenant: TenantQuery = None,
) -> models.ExtensionRecording:
    """Change the recording settings of an extension. For administrators."""
    scope = await require_access(services, user, tenant, Action.RECORDINGS_CHANGE)
    known = await extension_in_scope(services, scope, extension)
    wanted = ExtensionRecordingPolicyChange(**change.model_dump())
    found = await services.archive.change_extension(scope.tenant_id, known.id, wanted)
    return _extension_schema(known, found)


def _extension_schema(extension: Extension, policy: ExtensionRecordingPolicy) -> models.ExtensionRecording:
    return models.ExtensionRecording(
        extension_id=extension.id,
        number=extension.number,
        when=policy.when,
        mode=policy.mode,
        monitoring=policy.monitoring,
    )


# ---- live calls


@router.get("/calls/{call_id}/recording", responses=problem_responses(401, 403, 404))
async def show_call_recording(
    services: ServicesDep, user: CurrentUserDep, call_id: Id, tenant: TenantQuery = None
) -> models.CallRecording:
    """Show the recording state of a live call. For its participants and administrators."""
    scope, own = await _live_call_scope(services, user, call_id, tenant)
    return _call_recording_schema(services, services.live.recordings.live(call_id), scope, own)


@router.put("/calls/{call_id}/recording", responses=problem_responses(401, 403, 404, 409, 507))
async def change_call_recording(
    services: ServicesDep,
    user: CurrentUserDep,
    call_id: Id,
    change: models.CallRecordingChange,
    tenant: TenantQuery = None,
) -> models.CallRecording:
    """Start, pause, resume or stop the recording of a live call. Only a participant can start it, and all participants
    hear the announcement first. The person who started it can pause and stop it; an automatic recording can be
    paused by any participant of the tenant. Administrators may pause and stop it."""
    scope, own = await _live_call_scope(services, user, call_id, tenant)
    recording, by = services.live.recordings, own if scope.only_own else None
    now = recording.live(call_id)
    if change.state == "recording" and services.live.readiness.is_storage_full():
        raise StorageFull(
            "There is not enough disk space for a recording.", hint="Ask the operator to free disk space."
        )
    if change.state == "recording" and now.state in ("none", "ended"):
        found = recording.start(call_id, own)
    elif change.state == "recording":
        found = recording.resume(call_id, by) if now.state == "paused" else now
    elif change.state == "paused":
        found = recording.pause(call_id, by, card=change.for_card)
    else:
        found = recording.stop(call_id, by)
    return _call_recording_schema(services, found, scope, own)


# ---- access checks


async def _own_extensions(services: Services, scope: AccessScope) -> frozenset[str]:
    """Return the user's own extensions in this tenant."""
    principal = scope.user.principal
    if not principal.person_id or principal.tenant_id != scope.tenant_id:
        return frozenset()
    return frozenset(one.id for one in await services.identity.extensions.of_principal(principal))


async def _recording_in_scope(
    services: Services, user: CurrentUserDep, recording_id: str, tenant: str | None
) -> tuple[AccessScope, frozenset[str], CallRecording]:
    """Return a recording in scope. Raise NotFound if it does not exist or is out of scope, Over if it was erased."""
    scope = await require_access_or_own(services, user, tenant, Action.RECORDINGS_CHANGE)
    own = await _own_extensions(services, scope)
    found = await services.archive.get(scope.tenant_id, recording_id, among=own if scope.only_own else None)
    return scope, own, found


async def _own_channels(
    services: Services, user: CurrentUserDep, recording_id: str, tenant: str | None
) -> tuple[CallRecording, list[int]]:
    _, own, found = await _recording_in_scope(services, user, recording_id, tenant)
    channels = [each.place for each in found.parties_among(own)]
    if not channels:
        raise Forbidden("You did not take part in this call.", hint="You can erase the recording, but not archive it.")
    return found, channels


def _may_listen(services: Services, scope: AccessScope, own: frozenset[str], found: CallRecording) -> bool:
    if found.parties_among(own):
        return True
    inside = scope.user.principal.tenant_id == scope.tenant_id and bool(scope.user.principal.person_id)
    return inside and not scope.only_own and services.archive.tenant(scope.tenant_id).administrators_listen


async def _listener(services: Services, scope: AccessScope, purpose: PlaybackPurpose) -> Listener:
    with stating(current_access().to("authentication")):  # the listener's own account
        person = await services.identity.users.get(scope.tenant_id, scope.user.principal.person_id)
    return Listener(person.subject, person.name, purpose)


async def _live_call_scope(
    services: Services, user: CurrentUserDep, call_id: str, tenant: str | None
) -> tuple[AccessScope, frozenset[str]]:
    """Raise NotFound if the call does not exist or the user may not see it."""
    if tenant is None and user.is_operator:
        tenant = services.live.recordings.live(call_id).tenant_id
    scope = await require_access_or_own(services, user, tenant, Action.CALLS_CONTROL)
    own = await _own_extensions(services, scope)
    live = services.live.recordings.live(call_id)
    if live.tenant_id != scope.tenant_id or (scope.only_own and not own & set(live.extensions)):
        raise NotFound("There is no such call.", hint="See /api/v1/calls.")
    return scope, own


def _call_recording_schema(
    services: Services, live: LiveRecording, scope: AccessScope, own: frozenset[str]
) -> models.CallRecording:
    return models.CallRecording(
        call_id=live.call_id,
        state=live.state,
        begun=live.begun,
        end=live.end,
        allowed=live.allowed,
        directs=not scope.only_own or bool(own & set(live.controlled_by)),
        monitoring=services.live.calls.monitoring(live.call_id),
    )


def _recording_schema(
    services: Services, scope: AccessScope, own: frozenset[str], found: CallRecording
) -> models.Recording:
    mine = bool(found.parties_among(own))
    parties = [
        models.RecordedParty(
            channel=each.place,
            extension_id=each.extension_id,
            number=each.identity.number if mine and isinstance(each.identity, PartyIdentity) else None,
            name=each.identity.name if mine and isinstance(each.identity, PartyIdentity) else None,
            erased=not isinstance(each.identity, PartyIdentity),
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
        listen=_may_listen(services, scope, own, found),
        video=found.video,
    )
