"""Conversations and their messages. Only members read them: administrators do not."""

from typing import Annotated

from fastapi import Depends, Path, Query, status

from unificx import chat
from unificx.api.access import CurrentUser, CurrentUserDep, Cursor, Id, ServicesDep, purpose, require_own
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import chat as models
from unificx.api.schemas import core
from unificx.api.services import Services
from unificx.chat import ConversationView, Member, Party
from unificx.core.errors import Forbidden, Invalid

router = Router(
    prefix="/api/v1/conversations", tags=["chat"], route_class=IdempotentRoute, dependencies=[purpose("telephony")]
)
ConversationId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]
MessageId = Annotated[str, Path(max_length=64, pattern=core.REFERENCE)]
PageSize = Annotated[int, Query(ge=1, le=100, description="Maximum number of items.")]
Search = Annotated[
    str | None,
    Query(
        max_length=100, description="Only groups of this name, and conversations with people of this name or number."
    ),
]
Since = Annotated[
    int | None, Query(ge=0, le=2**53, description="Only what was sent or changed after this number, in this order.")
]


@router.get("", responses=problem_responses(401, 403))
async def list_conversations(
    services: ServicesDep, user: CurrentUserDep, cursor: Cursor = None, limit: PageSize = 50, search: Search = None
) -> core.Page[models.Conversation]:
    """List your conversations, with the newest message first."""
    if search is not None:
        found = await services.chat.conversations.search(party_of(services, user), search, min(limit, 50))
        return core.Page(items=[_schema(services, one) for one in found], next=None)
    page = await services.chat.conversations.page(party_of(services, user), cursor, limit)
    return core.Page(items=[_schema(services, one) for one in page.items], next=page.next)


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 429),
)
async def create_conversation(
    services: ServicesDep, user: CurrentUserDep, new: models.NewConversation
) -> models.Conversation:
    """Create a conversation. With one other person and no name, the one that you already have is returned."""
    wanted = chat.NewConversation(tuple(new.members), new.name or "", new.encrypted)
    return _schema(services, await services.chat.conversations.create(party_of(services, user), wanted))


@router.get("/{conversation_id}", responses=problem_responses(401, 403, 404))
async def show_conversation(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId
) -> models.Conversation:
    """Show a conversation with all of its members."""
    return _schema(services, await services.chat.conversations.get(party_of(services, user), conversation_id))


@router.patch("/{conversation_id}", responses=problem_responses(401, 403, 404, 409))
async def update_conversation(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, change: models.ConversationChange
) -> models.Conversation:
    """Change a conversation. Everyone in it sees its period."""
    party, conversations = party_of(services, user), services.chat.conversations
    if change.name is not None or change.period is not None:
        await conversations.update(party, conversation_id, chat.ConversationChange(change.name, change.period))
    if change.shares_marks is not None or change.muted is not None:
        await conversations.choose(party, conversation_id, chat.OwnChange(change.shares_marks, change.muted))
    return _schema(services, await conversations.get(party, conversation_id))


@router.post(
    "/{conversation_id}/members",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def add_conversation_members(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, new: models.NewMembers
) -> models.Conversation:
    """Add people to a group, as one of its owners. They see what is sent from now on."""
    party = party_of(services, user)
    return _schema(services, await services.chat.conversations.add_members(party, conversation_id, new.members))


@router.patch("/{conversation_id}/members/{person_id}", responses=problem_responses(401, 403, 404, 409))
async def update_conversation_member(
    services: ServicesDep,
    user: CurrentUserDep,
    conversation_id: ConversationId,
    person_id: Id,
    change: models.MemberChange,
) -> models.Conversation:
    """Make a member of a group one of its owners, as an owner, or take this from them."""
    party = party_of(services, user)
    return _schema(services, await services.chat.conversations.set_role(party, conversation_id, person_id, change.role))


@router.delete(
    "/{conversation_id}/members/{person_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409),
)
async def remove_conversation_member(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, person_id: Id
) -> None:
    """Remove a member from a group, as one of its owners, or leave it."""
    await services.chat.conversations.remove_member(party_of(services, user), conversation_id, person_id)


@router.put(
    "/{conversation_id}/marks", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404)
)
async def mark_messages(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, marks: models.Marks
) -> None:
    """Report what has reached this device and what was read."""
    party = party_of(services, user)
    await services.chat.conversations.mark(party, conversation_id, marks.read_seq, marks.delivered_seq)


@router.put(
    "/{conversation_id}/typing", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 429)
)
async def signal_typing(services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId) -> None:
    """Show others for some seconds that you are writing. Not stored; not sent if you do not share your marks."""
    await services.chat.conversations.typing(party_of(services, user), conversation_id)


@router.get("/{conversation_id}/pins", responses=problem_responses(401, 403, 404))
async def list_pinned_messages(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId
) -> core.Page[models.ChatMessage]:
    """List the pinned messages, the latest one first: ten at most."""
    found = await services.chat.messages.pinned(party_of(services, user), conversation_id)
    return core.Page(items=[models.ChatMessage.of(one) for one in found], next=None)


@router.get("/{conversation_id}/messages", responses=problem_responses(401, 403, 404))
async def list_messages(  # noqa: PLR0917 - parameters of the request
    services: ServicesDep,
    user: CurrentUserDep,
    conversation_id: ConversationId,
    cursor: Cursor = None,
    since: Since = None,
    limit: PageSize = 50,
) -> core.Page[models.ChatMessage]:
    """List messages, newest first, or with `since` what has changed, which ends with the newest change."""
    party, messages = party_of(services, user), services.chat.messages
    if since is not None:
        page = await messages.changed_since(party, conversation_id, since, limit)
    else:
        page = await messages.page(party, conversation_id, cursor, limit)
    return core.Page(items=[models.ChatMessage.of(one) for one in page.items], next=page.next)


@router.post(
    "/{conversation_id}/messages",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409, 429),
)
async def send_message(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, new: models.NewMessage
) -> models.ChatMessage:
    """Send a message. With a `client_id` that you have used before, the message sent then is returned."""
    encrypted = None if new.encrypted is None else new.encrypted.of()
    of = (new.reply_to, tuple(new.mentions), tuple(new.attachments), encrypted)
    wanted = chat.NewMessage(new.client_id, new.text, *of)
    return models.ChatMessage.of(await services.chat.messages.send(party_of(services, user), conversation_id, wanted))


@router.patch("/{conversation_id}/messages/{message_id}", responses=problem_responses(401, 403, 404, 409))
async def edit_message(
    services: ServicesDep,
    user: CurrentUserDep,
    conversation_id: ConversationId,
    message_id: MessageId,
    change: models.MessageChange,
) -> models.ChatMessage:
    """Change the text of your own message."""
    party = party_of(services, user)
    messages = services.chat.messages
    if change.encrypted is not None and change.text is None:
        encrypted = change.encrypted.of()
        return models.ChatMessage.of(await messages.edit_encrypted(party, conversation_id, message_id, encrypted))
    if change.text is None or change.encrypted is not None:
        raise Invalid("Send either `text` or `encrypted`.", field="text")
    changed = await messages.edit(party, conversation_id, message_id, change.text, change.mentions)
    return models.ChatMessage.of(changed)


@router.delete(
    "/{conversation_id}/messages/{message_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404),
)
async def delete_message(
    services: ServicesDep, user: CurrentUserDep, conversation_id: ConversationId, message_id: MessageId
) -> None:
    """Delete a message for everyone: your own, or as an owner of the group any."""
    await services.chat.messages.delete(party_of(services, user), conversation_id, message_id)


@router.put("/{conversation_id}/messages/{message_id}/reaction", responses=problem_responses(401, 403, 404, 409))
async def react_to_message(
    services: ServicesDep,
    user: CurrentUserDep,
    conversation_id: ConversationId,
    message_id: MessageId,
    reaction: models.NewReaction,
) -> models.ChatMessage:
    """Set your reaction to a message."""
    party = party_of(services, user)
    chosen = reaction.emoji if reaction.encrypted is None else reaction.encrypted.of()
    return models.ChatMessage.of(await services.chat.messages.react(party, conversation_id, message_id, chosen))


@router.put("/{conversation_id}/messages/{message_id}/pin", responses=problem_responses(401, 403, 404, 409))
async def pin_message(
    services: ServicesDep,
    user: CurrentUserDep,
    conversation_id: ConversationId,
    message_id: MessageId,
    pin: models.MessagePin,
) -> models.ChatMessage:
    """Pin a message for all members, or unpin it: in a group as one of its owners."""
    party = party_of(services, user)
    return models.ChatMessage.of(
        await services.chat.messages.pin(party, conversation_id, message_id, pinned=pin.pinned)
    )


def party_of(services: Services, user: CurrentUser) -> Party:
    """Return the person who acts. Raise Forbidden for access that is not that of a person."""
    principal = user.principal
    require_own(principal)
    subject = services.identity.directory.person_subject(principal.person_id)
    if subject is None:
        raise Forbidden("Only people have conversations.", hint="Sign in as a user.")
    return Party(principal.tenant_id, principal.person_id, subject)


def _schema(services: Services, view: ConversationView) -> models.Conversation:
    conversation, me = view.conversation, view.me
    return models.Conversation(
        id=conversation.id,
        kind=conversation.kind,
        name=conversation.name,
        created=conversation.created,
        changed=conversation.changed,
        last_seq=conversation.last_seq,
        period=conversation.period,
        encrypted=conversation.is_encrypted,
        shares_marks=me.shares_marks,
        muted=me.muted,
        read_seq=me.read_seq,
        unread=view.unread,
        member_count=view.member_count,
        members=[_member_schema(services, me, each) for each in view.members],
        newest=models.ChatMessage.of(view.newest) if view.newest is not None else None,
    )


def _member_schema(services: Services, me: Member, member: Member) -> models.ConversationMember:
    directory = services.identity.directory
    ids = directory.extension_ids_of(member.person_id)
    extension = directory.extension_by_id(ids[0]) if ids else None
    shown = chat.shows_marks(me, member)
    return models.ConversationMember(
        person_id=member.person_id,
        extension_id=extension.id if extension is not None else "",
        number=extension.number if extension is not None else "",
        name=directory.display_name(extension) if extension is not None else "",
        role=member.role,
        joined=member.joined,
        read_seq=member.read_seq if shown else None,
        delivered_seq=member.delivered_seq if shown else None,
        own=member.person_id == me.person_id,
    )
