"""Dependencies of the services of chat, and checks that they share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.attachments import Attachments, Owner
from unificx.chat import delivery_repository, repository
from unificx.chat.checks import SENT_MESSAGES, TYPING, count_message, count_typing, without_erased
from unificx.chat.events import PhoneTextsQueued
from unificx.chat.ports import NoPhones, TextPhones
from unificx.chat.schemas import Conversation, Member, Message, Party, PhoneDelivery
from unificx.cluster import Counters
from unificx.core.clock import Clock
from unificx.core.errors import Forbidden, Invalid, NotFound, TooManyRequests
from unificx.core.phrases import Phrase
from unificx.db import Database, Keys, UnitOfWork
from unificx.identity import DirectoryCache
from unificx.privacy import Period


class ChatOff(Forbidden):
    """The tenant does not use chat."""

    code = "chat_off"


@dataclass(frozen=True, slots=True)
class ChatDependencies:
    """`publish` sends signals, `period` returns a tenant's period of messages."""

    database: Database
    keys: Keys
    directory: DirectoryCache
    counters: Counters
    publish: Callable[[object], None]
    period: Callable[[str], Period]
    attachments: Attachments
    phones: TextPhones = field(default_factory=NoPhones)

    @property
    def clock(self) -> Clock:
        return self.database.clock

    def require_on(self, party: Party) -> None:
        """Raise ChatOff if the tenant of a user does not use chat."""
        tenant = self.directory.tenant(party.tenant_id)
        if tenant is None or not tenant.chat:
            raise ChatOff("Your organisation has switched chat off.", hint="Ask your administrator.")

    def party(self, tenant_id: str, reference: str) -> Party:
        """Return the user of an extension, by its number or id. Raise Invalid."""
        extension = self.directory.find_extension(tenant_id, reference)
        person_id = extension.person_id if extension is not None else None
        subject = self.directory.person_subject(person_id) if person_id else None
        if person_id is None or subject is None:
            raise Invalid(
                Phrase("{} has no user to write to.", repr(reference[:40])),
                hint="Name extensions of people: see /api/v1/directory.",
                field="members",
            )
        return Party(tenant_id, person_id, subject)

    @staticmethod
    def owner(party: Party) -> Owner:
        """Return a person as the author of files."""
        return Owner(party.tenant_id, party.person_id, party.subject)

    async def limit(self, party: Party) -> None:
        """Count a message of a sender. Raise TooManyRequests."""
        delay = await self.counters.update(SENT_MESSAGES, [party.person_id], count_message)
        if delay > 0:
            raise TooManyRequests("Too many messages.", retry_after=delay, hint="Wait a moment, then send it again.")

    async def limit_typing(self, party: Party) -> None:
        """Count a sign of typing of a member. Raise TooManyRequests."""
        delay = await self.counters.update(TYPING, [party.person_id], count_typing)
        if delay > 0:
            raise TooManyRequests("Too many signs of typing.", retry_after=delay, hint="Send one every few seconds.")

    def name(self, person_id: str) -> str:
        """Return name and number of a person; "" for one without extension."""
        ids = self.directory.extension_ids_of(person_id)
        extension = self.directory.extension_by_id(ids[0]) if ids else None
        return f"{self.directory.display_name(extension)} {extension.number}" if extension is not None else ""

    def shown(self, message: Message) -> Message:
        """Return a message without references to erased persons."""
        return without_erased(message, lambda person_id: self.directory.person_subject(person_id) is not None)

    async def member(
        self, session: AsyncSession, party: Party, conversation_id: str, *, lock: bool = False
    ) -> tuple[Conversation, Member]:
        """Return a conversation and its member `party`. Raise NotFound for everyone else, ChatOff."""
        self.require_on(party)
        found = await repository.get(session, self.keys, party.tenant_id, party.person_id, conversation_id, lock=lock)
        if found is None:
            raise NotFound("There is no such conversation.")
        return found

    async def queue_for_phones(
        self, uow: UnitOfWork, tenant_id: str, message: Message, person_ids: Sequence[str]
    ) -> None:
        """Queue a message for the phones of its recipients, in the transaction that stores it."""
        recipients = [each for each in person_ids if each != message.person_id]
        phones, at, seq = self.phones.of_persons(tenant_id, recipients), message.created, message.seq
        if not phones or not message.text:  # files alone are in the app only
            return
        ids = (tenant_id, message.conversation_id, message.id)
        waiting = [
            PhoneDelivery(self.clock.new_id(), *ids, person, device, seq, at, at, 0) for person, device in phones
        ]
        await delivery_repository.add(uow.session, waiting)
        uow.after_commit.append(partial(self.publish, PhoneTextsQueued(tenant_id)))
