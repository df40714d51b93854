"""E-mails about messages in mailboxes."""

from unificx.app.rooms import Rooms
from unificx.kernel.errors import Refused
from unificx.recordings.facts import MessageLeft


async def tell_of_message(rooms: Rooms, fact: MessageLeft) -> None:
    """Write to whom a message was left for, if the mailbox is set up so."""
    extension = rooms.people.directory.extension_by_id(fact.extension_id)
    if extension is None or extension.person_id is None or not rooms.mailboxes.box(extension.id).mail:
        return
    try:
        message = await rooms.mailboxes.get(fact.tenant, fact.message_id)
        person = await rooms.people.person(fact.tenant, extension.person_id)
    except Refused:  # erased already
        return
    await rooms.courier.voicemail(person, extension.number, message.seconds)
