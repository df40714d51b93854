"""Ports of the command line, implemented by `server`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import httpx


class Connect(Protocol):
    """Connects to the API of the installation in `home`, with operator rights.

    Uses the control socket of a running server, otherwise an app in this process.
    """

    def __call__(self, home: Path) -> "AbstractAsyncContextManager[httpx.AsyncClient]": ...


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening address of the server; `option` is the option that changes it."""

    transport: Literal["tcp", "udp"]
    host: str
    port: int
    option: str


Probe = Callable[[], str]
"""Probes a service and returns a description. Raises Refused with a hint."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Paths and settings of an existing or new installation."""

    home: Path
    control: Path
    listeners: tuple[Listener, ...]
    certificates: tuple[Path, ...]
    database: str
    """SQLAlchemy URL of the database."""
    owns_certificate: bool = False
    """Whether the certificate is the operator's, who renews it."""
    rtpengine: str = "rtpengine"
    """Program name or path."""
    mail: Probe | None = None
    """Probe of the mail server; None if not configured."""
    sign_up: bool = False
    """Whether visitors may set up organisations, which needs the mail server."""
    dkim: Probe | None = None
    """Probe of the public key of signed e-mails; None if they are not signed here."""
    mailbox: Probe | None = None
    """Probe of the mailbox for requests; None if not configured."""
    push: Probe | None = None
    """Probe of the push signing key."""
    turn: Probe | None = None
    """Probe of the STUN and TURN servers; None if not configured."""
    object_store: Probe | None = None
    """Probe of the object store; None if not configured."""


class InspectInstallation(Protocol):
    """Collects the paths and settings of an installation, without creating any."""

    def __call__(self, home: Path) -> Installation: ...
