"""Queue of outgoing e-mails in the database: durable once `enqueue` returns, sent in order, retried for a day."""

from dataclasses import dataclass, replace
from email.errors import MessageError
from email.headerregistry import Address
from typing import Literal

import structlog

from unificx.core.errors import DomainError, ServiceUnavailable
from unificx.db import Database, Rounds, UnitOfWork
from unificx.identity import DirectoryCache, Person
from unificx.notifications import repository
from unificx.notifications.email_composer import Letter, compose
from unificx.notifications.models import LetterPart, LetterRow
from unificx.notifications.policies.emails import LANGUAGES, Kind, Language, Ration, of_use
from unificx.notifications.policies.retry_policy import next_letter_try
from unificx.notifications.ports import KeyRing, NotTaken, Postman, Sounds
from unificx.notifications.schemas import About

log = structlog.get_logger()
BATCH = 20
MOST_WAITING = 20
"""Per person."""
_BOTH = "both"


@dataclass(frozen=True, slots=True)
class LetterParts:
    """Dependencies of EmailQueue; `sender` is the From address; `message_audio` provides voicemail audio."""

    database: Database
    keys: KeyRing
    directory: DirectoryCache
    postman: Postman
    sender: Address
    sounds: Sounds | None = None


class Letters:
    """E-mail queue: `enqueue` adds an e-mail, `run` or `deliver` sends those that are due."""

    def __init__(self, parts: LetterParts) -> None:
        self._parts = parts
        self._clock = parts.database.clock
        self._rounds = Rounds(parts.database, self.deliver, repository.next_due, waits="emails_delayed")
        self._ration = Ration()

    async def put(
        self,
        person: Person,
        kind: Kind,
        language: Language | Literal["both"] = _BOTH,
        *,
        link: str = "",
        detail: str = "",
        about: About | None = None,
        uow: UnitOfWork | None = None,
    ) -> bool:
        """Queue an e-mail; return False if the person's rate or queue limit is reached. Raises ErasedSubject.

        An e-mail `about` a voicemail is not sent if the message was erased; its audio is not stored in the queue.
        With `uow` the e-mail is queued within that unit of work and durable after its commit.
        """
        if not self._ration.take(person.subject, kind, self._clock.monotonic()):
            log.warning("email_not_queued", kind=kind, person=person.id)
            return False
        now, letter_id = self._clock.now(), self._clock.new_id()
        part = LetterPart(person.email, person.name, link, detail)
        [blob] = repository.LETTER.seal(self._parts.keys, person.tenant_id, [(person.subject, letter_id, part)])
        row = LetterRow(
            id=letter_id,
            tenant_id=person.tenant_id,
            subject_id=person.subject,
            kind=kind,
            language=language,
            due=now,
            expires=now + of_use(kind),
            tries=0,
            message_id=about.message_id if about is not None else None,
            extension_id=about.extension_id if about is not None else None,
            sealed=blob,
        )
        if uow is not None:
            return await self._add(row, person, uow)
        async with self._parts.database.begin() as own:
            return await self._add(row, person, own)

    async def _add(self, row: LetterRow, person: Person, uow: UnitOfWork) -> bool:
        if await repository.waiting_letters(uow.session, person.tenant_id, person.subject) >= MOST_WAITING:
            log.warning("email_not_queued", kind=row.kind, person=person.id)
            return False
        uow.session.add(row)
        uow.afterwards.append(self._rounds.wake)
        return True

    async def deliver(self) -> None:
        """Send all e-mails that are due."""
        while True:
            async with self._parts.database.read() as session:
                rows = await repository.due_letters(session, self._clock.now(), BATCH)
            for row in rows:
                await self._send(row)
            if not rows:
                return

    async def run(self) -> None:
        """Deliver whenever an e-mail is queued or due, until cancelled."""
        await self._rounds.run()

    async def _send(self, row: LetterRow) -> None:
        tries, again_at = row.tries + 1, None
        try:
            if row.expires > self._clock.now():
                await self._hand_over(row)
        except NotTaken as refusal:
            if not refusal.for_good:
                again_at = next_letter_try(self._clock.now(), tries, row.expires)
            log.warning("email_not_accepted", email=row.id, kind=row.kind, status=refusal.status, tries=tries)
        except ServiceUnavailable:  # the audio is temporarily unavailable
            again_at = next_letter_try(self._clock.now(), tries, row.expires)
        except DomainError:
            log.info("email_obsolete", email=row.id, kind=row.kind)
        except (MessageError, ValueError) as fault:  # cannot be composed, now or later
            log.error("email_not_composed", email=row.id, kind=row.kind, fault=type(fault).__name__)
        async with self._parts.database.begin() as uow:
            if again_at is None:
                await repository.delete_letter(uow.session, row.tenant_id, row.id)
            else:
                await repository.postpone_letter(uow.session, row.tenant_id, row.id, tries=tries, due=again_at)

    async def _hand_over(self, row: LetterRow) -> None:
        tenant = self._parts.directory.tenant(row.tenant_id)
        [held] = repository.LETTER.open(
            self._parts.keys, row.tenant_id, "administration", [(row.subject_id, row.id, row.sealed)]
        )
        if tenant is None or not isinstance(held, LetterPart):
            return
        letter = Letter(
            kind=row.kind,  # pyright: ignore[reportArgumentType]
            languages=LANGUAGES if row.language == _BOTH else (row.language,),  # pyright: ignore[reportArgumentType]
            name=held.name,
            address=held.address,
            organisation=tenant.name,
            link=held.link,
            detail=held.detail,
        )
        sound = await self._sound(row)
        try:
            await self._post(row, letter if sound is None else replace(letter, kind="voicemail_sound", sound=sound))
        except NotTaken as refusal:
            if sound is None or not refusal.for_good:
                raise
            await self._post(row, letter)  # the attachment may have been too large for that server
            return
        if sound is not None and self._parts.sounds is not None:
            await self._parts.sounds.sent(row.tenant_id, row.message_id or "")

    async def _sound(self, row: LetterRow) -> bytes | None:
        """Return the audio if it is to be attached. Raises Away; Refused if the message was erased."""
        if self._parts.sounds is None or row.message_id is None:
            return None
        return await self._parts.sounds.sound(row.tenant_id, row.message_id, row.extension_id or "")

    async def _post(self, row: LetterRow, letter: Letter) -> None:
        # The time it was queued, so that a duplicate has the same Date.
        made = row.expires - of_use(letter.kind)
        await self._parts.postman.send(compose(letter, self._parts.sender, row.id, made))
