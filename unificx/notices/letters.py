"""The letters that wait in the database: safe once `put` returns, sent one after the other, tried again for a day."""

from dataclasses import dataclass, replace
from email.errors import MessageError
from email.headerregistry import Address
from typing import Literal

import structlog

from unificx.kernel.errors import Away, Refused
from unificx.notices import queries
from unificx.notices.contracts import About
from unificx.notices.ports import KeyRing, NotTaken, Postman, Sounds
from unificx.notices.rules.letters import LANGUAGES, Kind, Language, Ration, of_use
from unificx.notices.rules.patience import next_letter_try
from unificx.notices.tables import LetterPart, LetterRow
from unificx.notices.wording import Letter, compose
from unificx.people import Directory, Person
from unificx.store import Database, Rounds, UnitOfWork

log = structlog.get_logger()
BATCH = 20
MOST_WAITING = 20
"""For one person."""
_BOTH = "both"


@dataclass(frozen=True, slots=True)
class LetterParts:
    """What the queue is built of; `sender` stands in From. Without `sounds` no letter is about a message."""

    database: Database
    keys: KeyRing
    directory: Directory
    postman: Postman
    sender: Address
    sounds: Sounds | None = None


class Letters:
    """`put` a letter, `run` or `deliver` to send what is due."""

    def __init__(self, parts: LetterParts) -> None:
        self._parts = parts
        self._clock = parts.database.clock
        self._rounds = Rounds(parts.database, self.deliver, queries.next_due, waits="letters_wait")
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
        """Queue a letter; False if the person has so many that one more would be a nuisance. Raises ErasedSubject.

        One `about` a message is not sent once that is no more. Its sound does not wait with it.
        With `uow` it is queued within that, and safe once that is committed.
        """
        if not self._ration.take(person.subject, kind, self._clock.monotonic()):
            log.warning("letter_not_queued", kind=kind, person=person.id)
            return False
        now, letter_id = self._clock.now(), self._clock.new_id()
        part = LetterPart(person.email, person.name, link, detail)
        [blob] = queries.LETTER.seal(self._parts.keys, person.tenant_id, [(person.subject, letter_id, part)])
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
        if await queries.waiting_letters(uow.session, person.tenant_id, person.subject) >= MOST_WAITING:
            log.warning("letter_not_queued", kind=row.kind, person=person.id)
            return False
        uow.session.add(row)
        uow.afterwards.append(self._rounds.wake)
        return True

    async def deliver(self) -> None:
        """Try every letter that is due now."""
        while True:
            async with self._parts.database.read() as session:
                rows = await queries.due_letters(session, self._clock.now(), BATCH)
            for row in rows:
                await self._send(row)
            if not rows:
                return

    async def run(self) -> None:
        """Deliver whenever a letter is put or due, until cancelled."""
        await self._rounds.run()

    async def _send(self, row: LetterRow) -> None:
        tries, again_at = row.tries + 1, None
        try:
            if row.expires > self._clock.now():
                await self._hand_over(row)
        except NotTaken as refusal:
            if not refusal.for_good:
                again_at = next_letter_try(self._clock.now(), tries, row.expires)
            log.warning("letter_not_taken", letter=row.id, kind=row.kind, status=refusal.status, tries=tries)
        except Away:  # its sound can be had later
            again_at = next_letter_try(self._clock.now(), tries, row.expires)
        except Refused:
            log.info("letter_overtaken", letter=row.id, kind=row.kind)
        except (MessageError, ValueError) as fault:  # it cannot be written down as a letter, now or later
            log.error("letter_not_composed", letter=row.id, kind=row.kind, fault=type(fault).__name__)
        async with self._parts.database.begin() as uow:
            if again_at is None:
                await queries.delete_letter(uow.session, row.tenant_id, row.id)
            else:
                await queries.postpone_letter(uow.session, row.tenant_id, row.id, tries=tries, due=again_at)

    async def _hand_over(self, row: LetterRow) -> None:
        tenant = self._parts.directory.tenant(row.tenant_id)
        [held] = queries.LETTER.open(
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
            await self._post(row, letter)  # it may have been too long for that server
            return
        if sound is not None and self._parts.sounds is not None:
            await self._parts.sounds.sent(row.tenant_id, row.message_id or "")

    async def _sound(self, row: LetterRow) -> bytes | None:
        """What was said, if that goes with it. Raises Away; Refused if the message is no more."""
        if self._parts.sounds is None or row.message_id is None:
            return None
        return await self._parts.sounds.sound(row.tenant_id, row.message_id, row.extension_id or "")

    async def _post(self, row: LetterRow, letter: Letter) -> None:
        # Made when it was due first, so that a second copy of it has the same date.
        made = row.expires - of_use(letter.kind)
        await self._parts.postman.send(compose(letter, self._parts.sender, row.id, made))
