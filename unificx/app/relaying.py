"""The STUN and TURN servers this installation was given, for browsers that cannot be reached otherwise."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from unificx.kernel.clock import Clock
from unificx.kernel.errors import CannotStart
from unificx.net.turn import LIFETIME, RelayServer, credentials, relay_servers, try_out
from unificx.web import IceServer

TURN_VARIABLE = "UNIFICX_TURN"
"""URIs separated by commas, such as turn:HOST:3478?transport=udp,turns:HOST:443?transport=tcp."""
SHARED_VARIABLE = "UNIFICX_TURN_SECRET"
"""What they and we know: coturn's static-auth-secret."""
LEAST_SECRET = 16


@dataclass(frozen=True, slots=True)
class Relays:
    """Servers, and the secret that credentials for them are made with."""

    servers: tuple[RelayServer, ...] = ()
    secret: str = field(default="", repr=False)

    def ice_servers(self, clock: Clock) -> Sequence[IceServer]:
        """The servers with fresh credentials, as browsers take them."""
        username, password = self.credentials(clock)
        return [
            IceServer((one.url,), username, password) if one.relays else IceServer((one.url,)) for one in self.servers
        ]

    def credentials(self, clock: Clock) -> tuple[str, str]:
        """A user name and its password, for anybody and an hour."""
        until = int(clock.now().timestamp()) + LIFETIME
        return credentials(self.secret, until, clock.random_bytes(8).hex())


def relays(environ: Mapping[str, str]) -> Relays:
    """What is set; none if nothing is. Raises CannotStart."""
    servers = relay_servers(environ.get(TURN_VARIABLE, ""), TURN_VARIABLE)
    secret = environ.get(SHARED_VARIABLE, "")
    if any(one.relays for one in servers) and len(secret) < LEAST_SECRET:
        raise CannotStart(
            f"TURN servers need {SHARED_VARIABLE}, of {LEAST_SECRET} characters or more.",
            hint="It is coturn's static-auth-secret, with use-auth-secret.",
        )
    return Relays(servers, secret)


def turn_trial(environ: Mapping[str, str], clock: Clock) -> Callable[[], str] | None:
    """What tries every server out, for `unificx doctor`; None where none is set."""

    def trial() -> str:
        given = relays(environ)
        login = given.credentials(clock)
        return "; ".join(try_out(one, login, clock.random_bytes) for one in given.servers)

    return trial if environ.get(TURN_VARIABLE) else None
