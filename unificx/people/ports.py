"""What the room needs of others: a key store, a courier, a way to ask sign-in providers. `app.rooms` fills these."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from unificx.people.contracts import Language, NoticeKind, Person
from unificx.store.sealed import Key

EVERYWHERE = "installation"
"""The scope of the aliases that hold beyond one tenant: the e-mail addresses people sign in with."""


class KeyRing(Protocol):
    """Keys of subjects, and aliases: which subject an e-mail address leads to, found without keeping the address."""

    def get(self, tenant: str, subjects: Iterable[str], create: bool = False) -> dict[str, Key | None]:
        """Each subject's key; None for an erased one and, unless `create`, for one never seen."""
        ...

    def destroy_tenant(self, tenant: str) -> object:
        """Make everything sealed for the tenant's subjects unreadable for ever."""
        ...

    def find(self, tenant: str, kind: str, value: str) -> str | None:
        """The subject that `value` leads to."""
        ...

    def bind(self, tenant: str, kind: str, value: str, subject: str) -> None:
        """Let `value` lead to `subject`. Raises Conflict if it leads to another."""
        ...

    def unbind(self, tenant: str, kind: str, value: str) -> None:
        """Let `value` lead nowhere."""
        ...

    def bound(self, tenant: str, kind: str, subject: str) -> bool:
        """Whether any value of the kind leads to `subject`."""
        ...

    def unbind_all(self, tenant: str, kind: str, subject: str) -> None:
        """Let no value of the kind lead to `subject` any more."""
        ...


class Courier(Protocol):
    """Takes letters to people. Each method returns once the letter is safe in a queue, and never waits for a network.

    `url` holds a secret: it goes to the person's own address alone and into no log.
    """

    @property
    def mails(self) -> bool:
        """Whether e-mail can be sent at all."""
        ...

    async def invitation(self, person: Person, url: str, language: Language) -> None:
        """Ask the person in."""
        ...

    async def recovery(self, person: Person, url: str, language: Language) -> None:
        """Let the person set a new password; of no use after half an hour."""
        ...

    async def notice(self, person: Person, kind: NoticeKind, detail: str) -> None:
        """Tell the person of something that concerns the safety of their account. `detail`: such as a device's name."""
        ...


class NoCourier:
    """Where no mail is configured: nobody is told."""

    mails = False

    async def invitation(self, person: Person, url: str, language: Language) -> None:
        """Not sent."""

    async def recovery(self, person: Person, url: str, language: Language) -> None:
        """Not sent."""

    async def notice(self, person: Person, kind: NoticeKind, detail: str) -> None:
        """Not sent."""


class Fetch(Protocol):
    """Asks a server of somebody else's, within bounds of time and size, following nothing."""

    async def __call__(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        login: tuple[str, str] | None = None,
        inside: bool = False,
    ) -> bytes:
        """The body of a 200 answer: to a GET, or to a POST of `form`, with `login` as HTTP Basic.

        Only with `inside` may the server be one that is not on the public network. Raises OSError if anything is wrong.
        """
        ...


async def no_fetch(
    url: str, *, form: Mapping[str, str] | None = None, login: tuple[str, str] | None = None, inside: bool = False
) -> bytes:
    """Where there is no way out: nobody is asked."""
    del url, form, login, inside
    raise OSError("there is no way out")
