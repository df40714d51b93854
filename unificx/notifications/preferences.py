"""Which notices people want, answered from memory at the moment of sending."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from unificx.core.errors import Conflict, Invalid
from unificx.db import Database, Erased, Keys, lock_scope
from unificx.notifications import repository
from unificx.notifications.catalogue import CATALOGUE, Audience, Channel, MandatoryReason, NoticeKind, may_be_off
from unificx.notifications.models import PreferencePart, PreferenceRow

_DEFAULTS = PreferencePart((), ())


class MandatoryNotice(Conflict):
    """This notice cannot be switched off."""

    code = "mandatory_notice"


@dataclass(frozen=True, slots=True)
class NoticeSetting:
    """A notice on one of its channels."""

    channel: Channel
    on: bool


@dataclass(frozen=True, slots=True)
class NoticeState:
    """A kind of notice as a person has set it. `mandatory`: why it cannot be switched off; None if it can."""

    kind: NoticeKind
    audience: Audience
    mandatory: MandatoryReason | None
    settings: tuple[NoticeSetting, ...]


class NoticePreferences:
    """The choices of all people. Call `start` first."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        # Owner: the database. A copy of this node, changed after each of its commits.
        self._choices: dict[str, PreferencePart] = {}
        """By subject; people without choices are not in it."""
        # Owner: this node. The copy is not replaced by rows that were read before a change.
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Load all choices. To be called periodically: other nodes store choices, too."""
        async with self._changing:
            async with self._database.read() as session:
                rows = await repository.list_preferences(session)
            self._choices = self._opened(rows)

    def allows(self, subject: str, kind: NoticeKind, channel: Channel) -> bool:
        """Return whether this notice may be sent to the person now. Mandatory ones always may."""
        switch = CATALOGUE[kind].part_of or kind
        if not may_be_off(switch, channel):
            return True
        choices, name = self._choices.get(subject, _DEFAULTS), f"{switch}/{channel}"
        return name in choices.on if channel in CATALOGUE[switch].off else name not in choices.off

    def states(self, subject: str, audiences: Iterable[Audience]) -> Sequence[NoticeState]:
        """Return the notices of these audiences as the person has set them; not those that need a consent."""
        wanted = set(audiences)
        return [
            NoticeState(
                kind,
                declared.audience,
                declared.mandatory,
                tuple(NoticeSetting(each, self.allows(subject, kind, each)) for each in declared.channels),
            )
            for kind, declared in CATALOGUE.items()
            if declared.part_of is None and declared.audience in wanted and declared.mandatory != "consent"
        ]

    async def switch(self, tenant_id: str, subject: str, kind: NoticeKind, channel: Channel, *, on: bool) -> None:
        """Switch a notice on or off, in force at once. Raises MandatoryNotice, Invalid, ErasedSubject."""
        declared = CATALOGUE[kind]
        if declared.part_of is not None or channel not in declared.channels:
            raise Invalid("This notice is not sent on this channel.", hint="GET lists the channels.", field="channel")
        if not may_be_off(kind, channel):
            if on:
                return
            raise MandatoryNotice("This notice cannot be switched off.", hint="GET lists the reason.")
        async with self._changing:
            await self._store(tenant_id, subject, kind, channel, on=on)

    async def _store(self, tenant_id: str, subject: str, kind: NoticeKind, channel: Channel, *, on: bool) -> None:
        row_id = self._database.clock.new_id()
        async with self._database.begin() as uow:
            # The choices are read where they are changed: another node may have changed others.
            await lock_scope(uow.session, "notice preferences", subject)
            rows = await repository.preferences_of(uow.session, tenant_id, subject)
            changed = _with_choice(self._opened(rows).get(subject, _DEFAULTS), f"{kind}/{channel}", on=on)
            [sealed] = repository.PREFERENCE_CODEC.seal(self._keys, tenant_id, [(subject, row_id, changed)])
            await repository.delete_preferences(uow.session, tenant_id, subject)
            uow.session.add(PreferenceRow(id=row_id, tenant_id=tenant_id, subject_id=subject, sealed=sealed))
            uow.after_commit.append(lambda: self._choices.update({subject: changed}))

    def _opened(self, rows: Iterable[PreferenceRow]) -> dict[str, PreferencePart]:
        """Return choices by subject, without those of erased people."""
        found: dict[str, PreferencePart] = {}
        for row in rows:
            sealed = [(row.subject_id, row.id, row.sealed)]
            [part] = repository.PREFERENCE_CODEC.open(self._keys, row.tenant_id, sealed)
            if not isinstance(part, Erased):
                found[row.subject_id] = part
        return found

    def drop_subject(self, subject: str) -> None:
        """Drop the choices of an erased person before the rows are deleted."""
        self._choices.pop(subject, None)


def _with_choice(choices: PreferencePart, name: str, *, on: bool) -> PreferencePart:
    """Return the choices with a switch, named by its notice and channel, set."""
    rest = replace(
        choices,
        on=tuple(each for each in choices.on if each != name),
        off=tuple(each for each in choices.off if each != name),
    )
    return replace(rest, on=(*rest.on, name)) if on else replace(rest, off=(*rest.off, name))
