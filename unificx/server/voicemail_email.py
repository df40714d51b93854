"""E-mails about new voicemail messages."""

from contextlib import suppress

from unificx.core.errors import DomainError
from unificx.db import UnitOfWork
from unificx.identity import Extension
from unificx.notifications import About, MessageNews
from unificx.server.container import Rooms
from unificx.voicemail import CallerId, Message
from unificx.voicemail.events import MessageLeft


async def tell_of_message(rooms: Rooms, fact: MessageLeft, uow: UnitOfWork) -> None:
    """Send an e-mail to the owner of the mailbox, or all members of a group mailbox, if they have enabled it."""
    directory, boxes = rooms.people.directory, rooms.mailboxes
    owners = [directory.extension_by_id(one) for one in boxes.shared.owners(fact.extension_id)]
    written = [
        one for one in owners if one is not None and one.person_id is not None and boxes.mailbox_settings(one.id).mail
    ]
    if not written:
        return
    try:
        message = await boxes.get(fact.tenant, fact.message_id)
    except DomainError:  # already erased
        return
    group = boxes.shared.by_id(fact.extension_id)
    for extension in written:
        with suppress(DomainError):  # account closed or erased meanwhile
            await _tell(rooms, uow, extension, message, group.number if group is not None else extension.number)


async def _tell(rooms: Rooms, uow: UnitOfWork, extension: Extension, message: Message, number: str) -> None:
    directory, tenant_id = rooms.people.directory, extension.tenant_id
    person = await rooms.people.person(tenant_id, extension.person_id or "")
    at = message.created.astimezone(directory.time_zone(tenant_id))
    wanted = rooms.mailboxes.mailbox_settings(extension.id).mail_caller
    caller = message.caller if wanted and isinstance(message.caller, CallerId) else None
    who = f"{caller.name} {caller.number}".strip() if caller is not None else ""
    news = MessageNews(About(message.id, extension.id), number, message.seconds, at, who)
    await rooms.courier.voicemail(person, directory.language(tenant_id, person.id), news, uow)
