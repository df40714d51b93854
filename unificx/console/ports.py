"""What the command line asks of the roof; `app` fills these."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import httpx


class Connect(Protocol):
    """Reaches the API of the installation in `home`, with an operator's rights.

    Over its control socket while a server runs, else through an app inside this process.
    """

    def __call__(self, home: Path) -> "AbstractAsyncContextManager[httpx.AsyncClient]": ...


@dataclass(frozen=True, slots=True)
class Listener:
    """An address the server would listen on; `option` is how to choose another."""

    transport: Literal["tcp", "udp"]
    host: str
    port: int
    option: str


Trial = Callable[[], str]
"""Tries something out and says what was found. Raises Refused with what to do."""


@dataclass(frozen=True, slots=True)
class Site:
    """An installation, as it lies on the disk or would be made."""

    home: Path
    control: Path
    listeners: tuple[Listener, ...]
    certificates: tuple[Path, ...]
    database: str
    """SQLAlchemy's URL of the database."""
    rtpengine: str = "rtpengine"
    """The program's name or path."""
    mail: Trial | None = None
    """Of the mail server; None where none is set."""
    push: Trial | None = None
    """Of the key that pushes are signed with."""
    relays: Trial | None = None
    """Of the STUN and TURN servers; None where none are set."""
    blobs: Trial | None = None
    """Of the object store; None where none is set."""


class Survey(Protocol):
    """Looks up what belongs to an installation, and makes nothing."""

    def __call__(self, home: Path) -> Site: ...
