"""A courier for tests: it keeps what it is given."""

from dataclasses import dataclass, field

from unificx.people import Person


@dataclass
class Letters:
    """What was sent: (kind of letter, to whom, what is in it)."""

    mails: bool = True
    sent: list[tuple[str, str, str]] = field(default_factory=list)

    async def invitation(self, person: Person, url: str, language: str) -> None:
        self.sent.append((f"invitation {language}", person.email, url))

    async def recovery(self, person: Person, url: str, language: str) -> None:
        self.sent.append((f"recovery {language}", person.email, url))

    async def notice(self, person: Person, kind: str, detail: str) -> None:
        self.sent.append((kind, person.email, detail))

    def of(self, kind: str) -> list[tuple[str, str]]:
        """(to whom, what) of every letter of a kind."""
        return [(to, what) for sort, to, what in self.sent if sort == kind]
