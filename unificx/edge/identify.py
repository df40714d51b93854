"""Who sends a request: digest credentials against the directory (RFC 3261 section 22, RFC 8760).

Whether a name exists cannot be told from the answer, nor from the work it takes: an unknown name is checked against
digests that nothing matches.
"""

import hashlib
import re
from dataclasses import dataclass
from ipaddress import ip_address

from unificx.kernel.sources import source_of
from unificx.people import DeviceAuth, Directory
from unificx.sip.bearer import Bearers, bearer_challenge, bearer_of
from unificx.sip.digest import ALGORITHMS, Freshness, Nonces, challenges, verify
from unificx.sip.errors import BadPeer
from unificx.sip.flow import Flow
from unificx.sip.headers import AuthParams, parse_auth
from unificx.sip.message import Request
from unificx.sip.uri import Uri

NO_TENANT = "unificx"
"""The realm while there is no organisation: nobody can have credentials for it."""
_md5_only = re.compile(r"baresip v([0-2]|3\.[0-9]|3\.1[01])\.").match
"""Phones that give up when any challenge is not MD5, though RFC 3261 lets them pass over what they do not know: baresip
before 3.12, which is what Debian and Ubuntu have. Nothing is lost: who can change what is on the wire could take the
better challenge out as well."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """No credentials we can use: to be challenged. `stale`: they were too old, the password may be right."""

    stale: bool = False


@dataclass(frozen=True, slots=True)
class Impostor:
    """Credentials that are wrong, for a name that may or may not exist."""


@dataclass(frozen=True, slots=True)
class Known:
    """Credentials that are right. `client`: they were a token, which only our own client gets."""

    device: DeviceAuth
    client: bool = False


class Identifier:
    """Challenges, and checks what comes back. `secret` is 32 random bytes of this process alone, `names` are what the
    server itself is reached by, in lower case. `bearers` are the tokens of our own client; good over WebSocket."""

    def __init__(
        self,
        directory: Directory,
        nonces: Nonces,
        secret: bytes,
        names: frozenset[str] = frozenset(),
        bearers: Bearers | None = None,
    ) -> None:
        self._directory = directory
        self._names = names
        self._nonces = nonces
        self._bearers = bearers
        nobody = hashlib.sha256(secret).digest()
        self._nobody = DeviceAuth(
            device_id="",
            extension_id="",
            tenant_id="",
            realm="",
            enabled=False,
            username="",
            ha1_md5=nobody[:16],
            ha1_sha256=nobody,
        )

    def serves(self, request: Request) -> bool:
        """Whether a request is for us: for an organisation's domain, or for the server by its address or its name.

        A phone that dials somebody at another domain means nobody here, whoever has the same number.
        """
        host = request.target.host.lower()
        return (
            not host  # a telephone number without a domain
            or self._directory.tenant_by_domain(host) is not None
            or host in self._names
            or _address(host)
        )

    def challenge(self, request: Request, flow: Flow, now: float, *, stale: bool) -> list[str]:
        """The values of WWW-Authenticate or Proxy-Authenticate, the best algorithm first."""
        nonce = self._nonces.issue(now, source_of(flow.host))
        realm = self._realm(request)
        values = challenges(realm, nonce, stale)
        if self._bearers is not None and flow.by_websocket:
            # First, for of several challenges JsSIP answers the last.
            values.insert(0, bearer_challenge(realm, refused=bearer_of(request) is not None))
        return values[-1:] if _md5_only(request.first("user-agent") or "") else values

    def credentials(self, request: Request) -> AuthParams | None:
        """The digest credentials of the request in an algorithm we speak, None if there are none; BadPeer 400."""
        name = "authorization" if request.method == "REGISTER" else "proxy-authorization"
        for line in request.all(name):
            found = parse_auth(line)
            if found.scheme == "digest" and (found.get("algorithm") or "MD5").upper() in ALGORITHMS:
                return found
        return None

    def identify(
        self, request: Request, credentials: AuthParams, flow: Flow, now: float
    ) -> Stranger | Impostor | Known:
        """Whose credentials these are.

        A nonce counts from the source it was given to alone, so nobody can make wrong attempts in another's name.
        """
        said = credentials.params
        nonce = self._nonces.opened(said.get("nonce", ""), source_of(flow.host))
        if nonce is None:
            return Stranger(stale=True)
        device = self._directory.device_by_username(said.get("username", ""))
        fitting = device is not None and device.enabled and device.realm == said.get("realm", "")
        right = verify(credentials, request.method, (device if fitting and device is not None else self._nobody).ha1)
        if not right or not fitting or device is None or not _same_target(said["uri"], request):
            return Impostor()
        match self._nonces.use(nonce, said["nc"], now):
            case Freshness.FRESH:
                return Known(device)
            case Freshness.FOREIGN:
                return Impostor()
            case _:
                return Stranger(stale=True)

    def bearer(self, request: Request, flow: Flow, now: float) -> Known | None:
        """Whose token the request brings; None without one, or with one that is good no more: to be challenged.

        Nobody guesses a token, so one that is not ours is no attempt: it is one from before this process began.
        """
        token = bearer_of(request) if self._bearers is not None and flow.by_websocket else None
        holder = self._bearers.holder(token, now) if self._bearers is not None and token is not None else None
        device = self._directory.device(holder) if holder is not None else None
        return Known(device, client=True) if device is not None and device.enabled else None

    def _realm(self, request: Request) -> str:
        """The domain that is called, else the one in To or From, else the installation's first organisation."""
        for host in (request.target.host, request.to.uri.host, request.from_.uri.host):
            tenant = self._directory.tenant_by_domain(host)
            if tenant is not None:
                return tenant.domain
        default = self._directory.default_tenant()
        return NO_TENANT if default is None else default.domain


def _address(host: str) -> bool:
    """Whether it is an IP address. Which of them are ours is not known behind NAT."""
    try:
        ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _same_target(uri: str, request: Request) -> bool:
    """Whether the digest was made for this Request-URI; phones leave out its parameters or its port.

    One without a user names a server: SIPp and others sign the address they send to, whatever they ask for. Nothing is
    given away, for each count of a nonce is good once and from one source only.
    """
    if uri == request.uri:
        return True
    try:
        signed = Uri.parse(uri)
    except BadPeer:
        return False
    same_host = signed.host.lower() == request.target.host.lower()
    return not signed.user or (signed.user == request.target.user and same_host)
