"""Tells people what concerns their account: by e-mail, and by a push that says no more than that there is something.

Fills `people.ports.Courier`.
"""

from unificx.notices.contracts import MessageNews
from unificx.notices.letters import Letters
from unificx.notices.push import Push
from unificx.notices.rules.letters import Kind, Language, message_news, moment
from unificx.people import Person
from unificx.store import UnitOfWork


class Courier:
    """`letters` is None where no mail server is configured.

    The room `people` is built with a courier, and the courier's parts with that room's directory: so they come later.
    """

    def __init__(self) -> None:
        self._letters: Letters | None = None
        self._push: Push | None = None

    def equip(self, letters: Letters | None, push: Push) -> None:
        """Give it what it carries with."""
        self._letters, self._push = letters, push

    @property
    def mails(self) -> bool:
        """Whether e-mail can be sent at all."""
        return self._letters is not None

    async def invitation(self, person: Person, url: str, language: Language) -> None:
        """Ask the person in."""
        await self._write(person, "invitation", language, link=url)

    async def recovery(self, person: Person, url: str, language: Language) -> None:
        """Let the person set a new password."""
        await self._write(person, "recovery", language, link=url)

    async def notice(self, person: Person, kind: Kind, detail: str) -> None:
        """Tell the person of something that concerns the safety of their account, in both languages."""
        if self._push is not None:
            self._push.notice(person.id)
        await self._write(person, kind, None, detail=detail)

    async def voicemail(self, person: Person, language: Language, news: MessageNews, uow: UnitOfWork) -> None:
        """Tell the person of a message left for them: by whom, and what was said, only if they want that.

        The letter is queued within `uow`. Raises ErasedSubject.
        """
        detail = message_news(news.number, news.seconds, moment(news.at, language), news.caller)
        if self._letters is not None and person.email:
            await self._letters.put(person, "voicemail", language, detail=detail, about=news.about, uow=uow)

    async def _write(
        self,
        person: Person,
        kind: Kind,
        language: Language | None,
        *,
        link: str = "",
        detail: str = "",
    ) -> None:
        if self._letters is not None and person.email:
            await self._letters.put(person, kind, language or "both", link=link, detail=detail)
