"""Resumable uploads by tus 1.0 of the files that messages have, their download, and the limits of a tenant."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Header, Request, Response, status
from starlette.exceptions import HTTPException

from unificx.api import tus
from unificx.api.access import CurrentUserDep, Id, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.audio_responses import range_response
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import PayloadTooLarge, problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.routes.conversations import ConversationId, party_of
from unificx.api.schemas import attachments as models
from unificx.api.services import Services
from unificx.api.tus import TusVersion, upload_headers
from unificx.attachments import AttachmentLimits, AttachmentLimitsChange, OpenFile, Owner, Upload
from unificx.audio_store import CorruptAudio
from unificx.core.errors import Expired
from unificx.core.phrases import Phrase
from unificx.identity import Action

router = Router(prefix="/api/v1", tags=["chat"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE = {"application/octet-stream": _BYTES}
_FILE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": _FILE, "description": "The file."},
    206: {"content": _FILE, "description": "The requested range."},
}
_PART_BODY: dict[str, Any] = {"requestBody": {"required": True, "content": {tus.OFFSET_TYPE: _BYTES}}}


@router.options(
    "/attachments",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[for_all_users],
    responses=problem_responses(401, 403),
)
async def show_upload_capabilities(services: ServicesDep, user: CurrentUserDep) -> Response:
    """Show what the server supports of tus, and the longest file."""
    limits, _ = await services.chat.attachments.limits(user.principal.tenant_id)
    headers = {**tus.CAPABILITIES, "Tus-Resumable": tus.VERSION, "Tus-Max-Size": str(limits.max_file_bytes)}
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=headers)


@router.post(
    "/attachments",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key), TusVersion],
    responses=problem_responses(401, 403, 412, 413, 429, 507),
)
async def create_upload(
    response: Response,
    services: ServicesDep,
    user: CurrentUserDep,
    upload_length: Annotated[int, Header(ge=0, le=2**53, description="Bytes of the file.")],
    upload_metadata: Annotated[
        str,
        Header(max_length=tus.MAX_METADATA, description="`filename`; of voice messages `kind`, `seconds`, `peaks`."),
    ] = "",
) -> models.Upload:
    """Announce a file; its parts are sent to the address in `Location`."""
    attachments, owner = services.chat.attachments, _owner(services, user)
    limits, _ = await attachments.limits(owner.tenant_id)
    if upload_length > limits.max_file_bytes:
        raise PayloadTooLarge(
            "The file is too large.",
            hint=Phrase("A file has at most {} MB here.", round(limits.max_file_bytes / (1 << 20))),
        )
    upload = await attachments.create(owner, tus.parse_upload(upload_length, upload_metadata))
    response.headers.update(upload_headers(upload) | {"Location": f"/api/v1/attachments/{upload.id}"})
    return _schema(upload)


@router.get("/attachments/{attachment_id}", dependencies=[TusVersion], responses=problem_responses(401, 403, 404, 412))
async def show_upload(
    response: Response, services: ServicesDep, user: CurrentUserDep, attachment_id: Id
) -> models.Upload:
    """Show how much of a file has arrived. A request that still sends it ends. HEAD returns the headers alone."""
    upload = await services.chat.attachments.upload(_owner(services, user), attachment_id)
    response.headers.update(upload_headers(upload))
    return _schema(upload)


@router.patch(
    "/attachments/{attachment_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[TusVersion],
    responses=problem_responses(401, 403, 404, 408, 409, 412, 413, 415, 429, 507),
    openapi_extra=_PART_BODY,
)
async def continue_upload(
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    attachment_id: Id,
    upload_offset: Annotated[int, Header(ge=0, le=2**53, description="Bytes that have arrived.")],
) -> Response:
    """Send the next part of a file, as `application/offset+octet-stream`. After the last one the file is examined; a
    photo is written anew without its metadata."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != tus.OFFSET_TYPE:
        raise HTTPException(415, f"Send the part as {tus.OFFSET_TYPE}.")
    attachments = services.chat.attachments
    upload = await attachments.write(_owner(services, user), attachment_id, upload_offset, request.stream())
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers=upload_headers(upload))


@router.delete(
    "/attachments/{attachment_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[TusVersion],
    responses=problem_responses(401, 403, 404, 412),
)
async def delete_upload(services: ServicesDep, user: CurrentUserDep, attachment_id: Id) -> Response:
    """Delete a file that was not sent in a message."""
    await services.chat.attachments.terminate(_owner(services, user), attachment_id)
    return Response(status_code=status.HTTP_204_NO_CONTENT, headers={"Tus-Resumable": tus.VERSION})


@router.get(
    "/conversations/{conversation_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **_FILE_RESPONSES},
)
async def download_attachment(
    request: Request, services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, attachment_id: Id
) -> Response:
    """Download a file of a message, or a range of it."""
    opened = await services.chat.messages.open_file(party_of(services, user), conversation_id, attachment_id)
    return await _file_response(request, opened)


@router.get(
    "/conversations/{conversation_id}/attachments/{attachment_id}/thumbnail",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **_FILE_RESPONSES},
)
async def download_thumbnail(
    request: Request, services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, attachment_id: Id
) -> Response:
    """Download the thumbnail of a photo, as WebP."""
    party = party_of(services, user)
    return await _file_response(
        request, await services.chat.messages.open_file(party, conversation_id, attachment_id, thumbnail=True)
    )


@router.get("/attachment-limits", responses=problem_responses(401, 403, 404))
async def show_attachment_limits(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.AttachmentLimits:
    """Show the limits of a tenant for files of messages, and how much they use."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    limits, used = await services.chat.attachments.limits(scope.tenant_id)
    return _limits_schema(limits, used)


@router.patch("/attachment-limits", responses=problem_responses(401, 403, 404))
async def change_attachment_limits(
    services: ServicesDep, user: CurrentUserDep, change: models.AttachmentLimitsChange, tenant: TenantQuery = None
) -> models.AttachmentLimits:
    """Change the limits of a tenant for files of messages. Files that are stored stay."""
    scope = await require_access(services, user, tenant, Action.TENANT_CHANGE)
    wanted = AttachmentLimitsChange(**change.model_dump())
    changed = await services.chat.attachments.change_limits(scope.tenant_id, wanted)
    return _limits_schema(changed, (await services.chat.attachments.limits(scope.tenant_id))[1])


async def _file_response(request: Request, opened: OpenFile) -> Response:
    """Return a file to be stored, never to be shown as a page: its sandbox has neither scripts nor our origin."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(opened.attachment.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    try:
        return await range_response(opened, f'"{opened.tag}"', request.headers, headers)
    except CorruptAudio:
        raise Expired("This file is damaged.", hint="Ask the operator to restore it from a backup.") from None


def _owner(services: Services, user: CurrentUserDep) -> Owner:
    party = party_of(services, user)
    services.chat.deps.require_on(party)
    return Owner(party.tenant_id, party.person_id, party.subject)


def _schema(upload: Upload) -> models.Upload:
    return models.Upload(id=upload.id, length=upload.length, offset=upload.offset, expires=upload.expires)


def _limits_schema(limits: AttachmentLimits, used: int) -> models.AttachmentLimits:
    return models.AttachmentLimits(
        max_file_bytes=limits.max_file_bytes, quota_bytes=limits.quota_bytes, used_bytes=used
    )
