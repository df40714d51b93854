"""STUN and TURN servers for browsers behind NAT."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from unificx.api import IceServer
from unificx.core.clock import Clock
from unificx.core.errors import StartupError
from unificx.integrations.turn import LIFETIME, TurnServer, credentials, parse_ice_servers, probe

TURN_VARIABLE = "UNIFICX_TURN"
"""Comma-separated URIs, for example turn:HOST:3478?transport=udp,turns:HOST:443?transport=tcp."""
SECRET_VARIABLE = "UNIFICX_TURN_SECRET"  # noqa: S105
"""Shared secret: coturn's static-auth-secret."""
MIN_SECRET_LENGTH = 16


@dataclass(frozen=True, slots=True)
class TurnConfig:
    """TURN servers, and the shared secret for credentials."""

    servers: tuple[TurnServer, ...] = ()
    secret: str = field(default="", repr=False)

    def ice_servers(self, clock: Clock) -> Sequence[IceServer]:
        """Return the servers with new credentials, as RTCIceServers."""
        username, password = self.credentials(clock)
        return [
            IceServer((one.url,), username, password) if one.is_turn else IceServer((one.url,)) for one in self.servers
        ]

    def credentials(self, clock: Clock) -> tuple[str, str]:
        """Return a user name and password, valid for an hour."""
        until = int(clock.now().timestamp()) + LIFETIME
        return credentials(self.secret, until, clock.random_bytes(8).hex())


def load_turn_config(environ: Mapping[str, str]) -> TurnConfig:
    """Return the configured servers, possibly none. Raise StartupError."""
    servers = parse_ice_servers(environ.get(TURN_VARIABLE, ""), TURN_VARIABLE)
    secret = environ.get(SECRET_VARIABLE, "")
    if any(one.is_turn for one in servers) and len(secret) < MIN_SECRET_LENGTH:
        raise StartupError(
            f"TURN servers require {SECRET_VARIABLE} with at least {MIN_SECRET_LENGTH} characters.",
            hint="Set coturn's static-auth-secret, with use-auth-secret.",
        )
    return TurnConfig(servers, secret)


def turn_check(environ: Mapping[str, str], clock: Clock) -> Callable[[], str] | None:
    """Return a check of all servers for `unificx doctor`; None if none is configured."""

    def check() -> str:
        config = load_turn_config(environ)
        login = config.credentials(clock)
        return "; ".join(probe(one, login, clock.random_bytes) for one in config.servers)

    return check if environ.get(TURN_VARIABLE) else None
