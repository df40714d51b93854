"""Conversations that are encrypted end to end: devices, their key packages, and groups. Bodies are opaque here."""

from base64 import b64encode
from typing import Annotated

from fastapi import Depends, Query

from unificx import chat
from unificx.api.access import CurrentUserDep, ServicesDep, purpose
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.conversations import ConversationId, party_of
from unificx.api.schemas import core
from unificx.api.schemas import encryption as models

router = Router(prefix="/api/v1", tags=["chat"], route_class=IdempotentRoute, dependencies=[purpose("telephony")])
After = Annotated[int, Query(ge=0, le=2**31 - 1, description="Number of the newest change that the device has.")]


@router.put("/me/chat-device", responses=problem_responses(401, 403, 409, 429))
async def register_chat_device(
    services: ServicesDep, user: CurrentUserDep, new: models.NewKeyPackages
) -> models.RegisteredDevice:
    """Register the device of your session for encrypted conversations, in place of an earlier one, or add key packages
    to it."""
    party = party_of(services, user)
    count = await services.chat.encryption.register(
        party, user.principal.session_id, new.id, new.key_packages, new.last_resort
    )
    return models.RegisteredDevice(id=new.id, key_packages=count)


@router.get("/conversations/{conversation_id}/group", responses=problem_responses(401, 403, 404, 409))
async def show_encryption_group(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, after: After = 0
) -> models.EncryptionGroup:
    """Show the devices of the members and the changes of their group."""
    party = party_of(services, user)
    view = await services.chat.encryption.view(party, user.principal.session_id, conversation_id, after)
    return models.EncryptionGroup(
        round=view.round,
        own=view.own or None,
        key_packages=view.key_packages,
        devices=[
            models.ChatDevice(id=each.id, person_id=each.person_id, joined=each.joined, from_seq=each.from_seq)
            for each in view.devices
        ],
        welcome=_change(view.welcome) if view.welcome is not None else None,
        changes=[_change(each) for each in view.changes],
        oldest=view.oldest,
    )


@router.post(
    "/conversations/{conversation_id}/key-packages",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def claim_key_packages(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, wanted: models.ClaimedDevices
) -> core.Page[models.KeyPackage]:
    """Take a key package of each of these devices of members, to add them to the group."""
    party, session_id = party_of(services, user), user.principal.session_id
    taken = await services.chat.encryption.claim(party, session_id, conversation_id, wanted.device_ids)
    items = [
        models.KeyPackage(device_id=device.id, person_id=device.person_id, key_package=_base64(body))
        for device, body in taken
    ]
    return core.Page(items=items, next=None)


@router.post(
    "/conversations/{conversation_id}/group",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def change_encryption_group(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, new: models.NewEncryptionChange
) -> models.EncryptionRound:
    """Change the group. The first change of a round is the valid one."""
    party, session_id = party_of(services, user), user.principal.session_id
    change = chat.GroupChange(new.round, new.restart, new.body, new.welcome)
    wanted = chat.NewGroupChange(change, tuple(new.added), tuple(new.removed))
    return models.EncryptionRound(
        round=await services.chat.encryption.change(party, session_id, conversation_id, wanted)
    )


@router.delete(
    "/conversations/{conversation_id}/group", status_code=204, responses=problem_responses(401, 403, 404, 409, 429)
)
async def leave_encryption_group(services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId) -> None:
    """Report that your device has lost the keys of the group. Devices of members then add it anew."""
    await services.chat.encryption.leave(party_of(services, user), user.principal.session_id, conversation_id)


def _change(change: chat.GroupChange) -> models.EncryptionChange:
    welcome = None if change.welcome is None else _base64(change.welcome)
    return models.EncryptionChange(
        round=change.round, restart=change.restart, body=_base64(change.body), welcome=welcome
    )


def _base64(body: bytes) -> str:
    return b64encode(body).decode()
