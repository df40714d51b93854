"""Voicemail: the user's own messages. Administrators may erase messages of others without playing them."""

from dataclasses import asdict
from typing import Annotated

from fastapi import Depends, Query, Request, status
from starlette.responses import Response

from unificx import identity
from unificx.api.access import (
    AccessScope,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_access_or_own,
)
from unificx.api.audio_responses import AUDIO_RESPONSES, Format, audio_response
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core, voicemail
from unificx.api.scoped_lookup import extension_in_scope, is_member, mailbox_in_scope
from unificx.api.services import Services
from unificx.core.errors import Forbidden
from unificx.identity import Action
from unificx.voicemail import CallerId, MailboxSettingsChange, Message, VoicemailSettings, VoicemailSettingsChange

router = Router(prefix="/api/v1", tags=["voicemail"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])

Extension = Annotated[
    str | None,
    Query(max_length=64, pattern=core.REFERENCE, description="Only messages of this extension: id or number."),
]
Hidden = Annotated[bool, Query(description="List archived messages instead.")]


@router.get("/voicemail", responses=problem_responses(401, 403, 404))
async def list_voicemail(
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Extension = None,
    hidden: Hidden = False,
    tenant: TenantQuery = None,
) -> core.Page[voicemail.Message]:
    """List your voicemail messages, newest first. In those of other extensions, and with access that an administrator
    has made for you, the caller is hidden."""
    scope = await require_access_or_own(services, user, tenant, Action.RECORDINGS_CHANGE)
    if extension is not None:
        wanted = [(await mailbox_in_scope(services, scope, extension)).id]
    else:
        own = services.identity.directory.extension_ids_of(user.principal.person_id)
        shared = {group.id for one in own for group in services.mailboxes.shared.of_member(one)}
        wanted = [*own, *sorted(shared)]
    found = await services.mailboxes.list(scope.tenant_id, wanted, hidden=hidden) if wanted else ()
    reader = "" if user.principal.is_substitute else user.principal.person_id
    return core.Page(items=[_message_schema(services, reader, one) for one in found], next=None)


@router.get("/voicemail/settings", responses=problem_responses(401, 403, 404))
async def show_voicemail_settings(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> voicemail.VoicemailSettings:
    """Show the voicemail settings of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    return _settings(services, services.mailboxes.tenant_settings(scope.tenant_id))


@router.patch("/voicemail/settings", responses=problem_responses(401, 403, 404, 409))
async def change_voicemail_settings(
    services: ServicesDep, user: CurrentUserDep, change: voicemail.VoicemailSettingsChange, tenant: TenantQuery = None
) -> voicemail.VoicemailSettings:
    """Change the voicemail settings of a tenant, or disable voicemail."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    changed = await services.mailboxes.change_tenant(scope.tenant_id, VoicemailSettingsChange(**change.model_dump()))
    return _settings(services, changed)


@router.get("/voicemail/{message_id}", responses=problem_responses(401, 403, 404, 410))
async def show_voicemail(
    services: ServicesDep, user: CurrentUserDep, message_id: Id, tenant: TenantQuery = None
) -> voicemail.Message:
    """Show a voicemail message."""
    message = await _message_in_scope(services, await _require_access_or_own(services, user, tenant), message_id)
    return _message_schema(services, user.principal.person_id, message)


@router.get(
    "/voicemail/{message_id}/audio",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **AUDIO_RESPONSES},
)
async def hear_voicemail(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    message_id: Id,
    tenant: TenantQuery = None,
    format: Format = None,
) -> Response:
    """Play a voicemail message: Opus in Ogg as stored, or WAV. Does not mark it as played."""
    message = await _own_message(services, user, message_id, tenant)
    return await audio_response(services.mailboxes.open(message), request, format)


@router.post(
    "/voicemail/{message_id}/heard",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 410),
)
async def mark_voicemail(
    services: ServicesDep,
    user: CurrentUserDep,
    message_id: Id,
    body: voicemail.PlayedChange,
    tenant: TenantQuery = None,
) -> None:
    """Mark a voicemail message as played or as new."""
    await services.mailboxes.mark_heard(await _own_message(services, user, message_id, tenant), heard=body.heard)


@router.delete(
    "/voicemail/{message_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 410)
)
async def hide_voicemail(
    services: ServicesDep, user: CurrentUserDep, message_id: Id, tenant: TenantQuery = None
) -> None:
    """Archive a voicemail message. It can be restored for the period set by the tenant, then it is erased."""
    await services.mailboxes.archive(await _own_message(services, user, message_id, tenant))


@router.post(
    "/voicemail/{message_id}/restore",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 410),
)
async def restore_voicemail(
    services: ServicesDep, user: CurrentUserDep, message_id: Id, tenant: TenantQuery = None
) -> None:
    """Restore an archived voicemail message."""
    await services.mailboxes.restore(await _own_message(services, user, message_id, tenant))


@router.post(
    "/voicemail/{message_id}/erase",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 410),
)
async def erase_voicemail(
    services: ServicesDep, user: CurrentUserDep, message_id: Id, tenant: TenantQuery = None
) -> None:
    """Erase a voicemail message permanently: the sound, its key and the caller. It cannot be restored from backups. A
    copy sent by e-mail (`mailed`) is not affected."""
    scope = await _require_access_or_own(services, user, tenant)
    message = await _message_in_scope(services, scope, message_id)
    if scope.only_own and services.mailboxes.shared.by_id(message.extension_id) is not None:
        raise Forbidden("Only an administrator can erase a message of a group mailbox.", hint="Archive it instead.")
    await services.mailboxes.erase(message)


@router.get("/extensions/{extension}/voicemail", responses=problem_responses(401, 403, 404))
async def show_mailbox(
    services: ServicesDep, user: CurrentUserDep, extension: Id, tenant: TenantQuery = None
) -> voicemail.Mailbox:
    """Show the mailbox settings of an extension."""
    scope = await require_access_or_own(services, user, tenant, Action.PEOPLE_READ)
    return await _mailbox(services, user, await extension_in_scope(services, scope, extension))


@router.patch("/extensions/{extension}/voicemail", responses=problem_responses(401, 403, 404, 409, 410))
async def change_mailbox(
    services: ServicesDep,
    user: CurrentUserDep,
    extension: Id,
    change: voicemail.MailboxChange,
    tenant: TenantQuery = None,
) -> voicemail.Mailbox:
    """Change the mailbox settings of an extension. For its user and administrators."""
    scope = await require_access_or_own(services, user, tenant, Action.RECORDINGS_CHANGE)
    known = await extension_in_scope(services, scope, extension)
    if not user.is_person(known.person_id):
        if change.transcribe:
            raise Forbidden("Only the owner of the mailbox can enable transcription.")
        if change.mail_sound:
            raise Forbidden("Only the owner of the mailbox can enable sending messages by e-mail.")
    if change.pin and not _may_set_pin(user, known):
        raise Forbidden(
            "Only the owner can set the PIN of a mailbox, because it gives access to the messages.",
            hint='You can remove the PIN: set it to "".',
            field="pin",
        )
    await services.mailboxes.change_mailbox(known, MailboxSettingsChange(**change.model_dump()))
    return await _mailbox(services, user, known)


def _may_set_pin(user: CurrentUserDep, extension: identity.Extension) -> bool:
    return extension.person_id is None or user.is_person(extension.person_id)


async def _require_access_or_own(services: Services, user: CurrentUserDep, tenant: str | None) -> AccessScope:
    return await require_access_or_own(services, user, tenant, Action.RECORDINGS_CHANGE)


async def _message_in_scope(services: Services, scope: AccessScope, message_id: str) -> Message:
    """Return a message in scope. Raise NotFound if it does not exist or is out of scope, Over if it was erased."""
    message = await services.mailboxes.get(scope.tenant_id, message_id)
    if scope.only_own:
        await mailbox_in_scope(services, scope, message.extension_id)
    return message


async def _own_message(services: Services, user: CurrentUserDep, message_id: str, tenant: str | None) -> Message:
    """Return a message the user may play. Raise Forbidden for one they may only erase."""
    message = await _message_in_scope(services, await _require_access_or_own(services, user, tenant), message_id)
    if not _owns_message(services, user.principal.person_id, message):
        raise Forbidden("This message was left for another user.", hint="You can erase it, but not play it.")
    return message


def _owns_message(services: Services, person_id: str, message: Message) -> bool:
    group = services.mailboxes.shared.by_id(message.extension_id)
    if group is not None:
        return is_member(services, person_id, group)
    extension = services.identity.directory.extension_by_id(message.extension_id)
    return extension is not None and bool(person_id) and extension.person_id == person_id


def _message_schema(services: Services, person_id: str, message: Message) -> voicemail.Message:
    own = _owns_message(services, person_id, message)
    groups, directory = services.mailboxes.shared, services.identity.directory
    box = groups.by_id(message.extension_id) or directory.extension_by_id(message.extension_id)
    caller = message.caller if own and isinstance(message.caller, CallerId) else None
    return voicemail.Message(
        id=message.id,
        extension_id=message.extension_id,
        number=box.number if box is not None else "",
        created=message.created,
        seconds=message.seconds,
        heard=message.heard,
        hidden=message.hidden,
        mailed=message.mailed,
        caller=caller.number if caller is not None else None,
        caller_name=caller.name if caller is not None else None,
        call_id=message.call_id,
        waveform=list(message.derived.waveform) if own else [],
        transcript=_transcript(message) if own else None,
        own=own,
    )


def _transcript(message: Message) -> voicemail.Transcript | None:
    found = message.derived.transcript
    return voicemail.Transcript(text=found.text, language=found.language) if found is not None else None


def _settings(services: Services, settings: VoicemailSettings) -> voicemail.VoicemailSettings:
    return voicemail.VoicemailSettings(
        **asdict(settings), transcription_needs=services.mailboxes.transcription_requirement
    )


async def _mailbox(services: Services, user: CurrentUserDep, extension: identity.Extension) -> voicemail.Mailbox:
    box = services.mailboxes.mailbox_settings(extension.id)
    return voicemail.Mailbox(
        extension_id=extension.id,
        number=extension.number,
        enabled=box.enabled,
        takes_messages=services.mailboxes.accepts_messages(extension),
        mail=box.mail,
        has_pin=box.has_pin,
        may_set_pin=_may_set_pin(user, extension),
        transcribe=box.transcribe,
        transcribes=services.mailboxes.is_transcribed(extension.tenant_id, extension.id),
        mail_caller=box.mail_caller,
        mail_sound=box.mail_sound,
        may_mail_sound=services.mailboxes.tenant_settings(extension.tenant_id).mail_sound,
        has_greeting=bool(box.greetings),
        greetings=[voicemail.Greeting.model_validate(one) for one in await services.mailboxes.greetings.all(extension)],
    )
