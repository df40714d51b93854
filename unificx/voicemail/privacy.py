"""Data of a person in this area: their mailbox, and their name and number on messages that they left.

An access copy has both: messages in their mailbox with number and name of the caller, as the app shows them, and
messages that they left, without what the owner of the other mailbox did with them.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from unificx.db import Database
from unificx.privacy import CopyRules, DataSubject, Export, Holding, KeyStore, Records, RowHolding, record_kind
from unificx.voicemail import message_repository
from unificx.voicemail.models import CallerPart, MailboxRow, MessageRow
from unificx.voicemail.schemas import CallerId
from unificx.voicemail.service import Mailboxes


def mailbox_holding(database: Database, mailboxes: Mailboxes) -> Holding:
    sealed = {MailboxRow: "mailbox PIN", MessageRow: "caller of messages"}
    return RowHolding(
        database,
        "voicemail",
        sealed,
        mailboxes.erase_subject,
        links={MailboxRow: "mailboxes"},
        copying=CopyRules(("heard", "hidden", "mailed"), partial(_received, database)),
    )


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message in the mailbox. Number and name of the caller are null if they are erased."""

    id: str
    audio_id: str
    call_id: str
    created: datetime
    seconds: float
    first_played: datetime | None
    archived: datetime | None
    number: str | None
    name: str | None


_MESSAGES = record_kind("voicemail_received", "messages in the mailbox", ReceivedMessage, CallerPart)
_ADAPTER = TypeAdapter(ReceivedMessage)


def _received(database: Database, owner: DataSubject, keys: KeyStore) -> Sequence[Export]:
    async def read() -> AsyncIterator[Mapping[str, Any]]:
        for hidden in (False, True):
            async with database.read() as session:
                boxes = (owner.tenant_id, owner.extension_ids)
                found = await message_repository.list_messages(session, keys, *boxes, hidden=hidden)
            for each in found:
                caller = each.caller if isinstance(each.caller, CallerId) else None
                number, name = (caller.number, caller.name) if caller else (None, None)
                times = (each.created, each.seconds, each.heard, each.hidden)
                record = ReceivedMessage(each.id, each.audio_id, each.call_id, *times, number, name)
                yield _ADAPTER.dump_python(record, mode="json")

    return [Records(_MESSAGES, read)]
