"""Notifies people about their account: by e-mail, and by a push without content.

Implements the notification port of `identity`.
"""

from unificx.db import UnitOfWork
from unificx.identity import Person
from unificx.notifications.email_queue import Letters
from unificx.notifications.policies.emails import Kind, Language, message_news, moment
from unificx.notifications.push import Push
from unificx.notifications.schemas import MessageNews


class Courier:
    """Sends account notifications. Without a mail server `emails` is None.

    `identity` is constructed with this service, and the queues need its directory, so they are set later.
    """

    def __init__(self) -> None:
        self._letters: Letters | None = None
        self._push: Push | None = None

    def equip(self, letters: Letters | None, push: Push) -> None:
        """Set the e-mail queue and the push service."""
        self._letters, self._push = letters, push

    @property
    def can_send(self) -> bool:
        """Whether e-mail can be sent at all."""
        return self._letters is not None

    async def send_invitation(self, person: Person, url: str, language: Language) -> None:
        """Send an invitation to set up the account."""
        await self._write(person, "invitation", language, link=url)

    async def send_recovery(self, person: Person, url: str, language: Language) -> None:
        """Send a password reset link."""
        await self._write(person, "recovery", language, link=url)

    async def send_notice(self, person: Person, kind: Kind, detail: str) -> None:
        """Send a security notice, in both languages."""
        if self._push is not None:
            self._push.notice(person.id)
        await self._write(person, kind, None, detail=detail)

    async def voicemail(self, person: Person, language: Language, news: MessageNews, uow: UnitOfWork) -> None:
        """Notify the person of a new voicemail; caller and audio are included only if enabled.

        The e-mail is queued within `uow`. Raises ErasedSubject.
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
