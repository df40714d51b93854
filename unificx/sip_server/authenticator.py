"""Authentication of requests: digest credentials against the directory (RFC 3261 section 22, RFC 8760).

Neither the response nor the processing time discloses whether a user name exists: unknown names are checked against
digests that never match.
"""

import hashlib
import re
from dataclasses import dataclass

from unificx.core.source_address import source_network
from unificx.identity import DeviceAuth, DirectoryCache
from unificx.sip.bearer import BearerTokens, bearer_challenge, bearer_token
from unificx.sip.digest import ALGORITHMS, Nonces, NonceState, challenges, verify
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.flow import Flow
from unificx.sip.headers import AuthParams, parse_auth
from unificx.sip.message import Request
from unificx.sip.uri import Uri
from unificx.sip_server.realm import is_ip_address, realm_of

_md5_only = re.compile(r"baresip v([0-2]|3\.[0-9]|3\.1[01])\.").match
"""User agents that fail if any challenge is not MD5, although RFC 3261 lets them skip unknown ones: baresip before
3.12, which Debian and Ubuntu ship. This is no weaker: an attacker who can modify traffic could remove the stronger
challenge as well.
"""


@dataclass(frozen=True, slots=True)
class NoCredentials:
    """No usable credentials: to be challenged. `stale`: the nonce has expired, the password may be correct."""

    stale: bool = False


@dataclass(frozen=True, slots=True)
class InvalidCredentials:
    """Wrong credentials, for a user name that may or may not exist."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Valid credentials. `client`: a bearer token, which only our own client gets."""

    device: DeviceAuth
    is_client: bool = False


class Authenticator:
    """Creates challenges and checks credentials. `secret` is 32 random bytes private to this process, `names` are the
    server's own host names in lower case, `bearers` the tokens of our own client, valid over WebSocket only."""

    def __init__(
        self,
        directory: DirectoryCache,
        nonces: Nonces,
        secret: bytes,
        names: frozenset[str] = frozenset(),
        bearers: BearerTokens | None = None,
    ) -> None:
        self._directory = directory
        self._names = names
        self._nonces = nonces
        self._bearers = bearers
        unknown_digest = hashlib.sha256(secret).digest()
        self._unknown_device = DeviceAuth(
            device_id="",
            extension_id="",
            tenant_id="",
            realm="",
            enabled=False,
            username="",
            ha1_md5=unknown_digest[:16],
            ha1_sha256=unknown_digest,
        )

    def serves(self, request: Request) -> bool:
        """Return whether a request is addressed to this server: to a tenant's domain, or to an address or name of the
        server.

        A request to another domain is not handled, even if an extension with the same number exists here.
        """
        host = request.target.host.lower()
        return (
            not host  # a phone number without a domain
            or self._directory.tenant_by_domain(host) is not None
            or host in self._names
            or is_ip_address(host)
        )

    def challenge(self, request: Request, flow: Flow, now: float, *, stale: bool, trusted: bool) -> list[str]:
        """Return the values of WWW-Authenticate or Proxy-Authenticate, the strongest algorithm first.

        `trusted`: someone has authenticated from this source.
        """
        nonce = self._nonces.issue(now, source_network(flow.host))
        realm = realm_of(request, flow, self._directory, self._names, trusted=trusted)
        values = challenges(realm, nonce, stale)
        if self._bearers is not None and flow.is_websocket:
            # First, because JsSIP answers the last of several challenges.
            values.insert(0, bearer_challenge(realm, invalid_token=bearer_token(request) is not None))
        return values[-1:] if _md5_only(request.first("user-agent") or "") else values

    def credentials(self, request: Request) -> AuthParams | None:
        """Return the digest credentials with a supported algorithm; None if there are none. Raise RemoteProtocolError
        (400)."""
        name = "authorization" if request.method == "REGISTER" else "proxy-authorization"
        for line in request.all(name):
            found = parse_auth(line)
            if found.scheme == "digest" and (found.get("algorithm") or "MD5").upper() in ALGORITHMS:
                return found
        return None

    def authenticate(
        self, request: Request, credentials: AuthParams, flow: Flow, now: float
    ) -> NoCredentials | InvalidCredentials | Authenticated:
        """Check digest credentials.

        A nonce is valid only from the source it was issued to, so no peer can cause failures on behalf of another.
        """
        params = credentials.params
        nonce = self._nonces.decode(params.get("nonce", ""), source_network(flow.host))
        if nonce is None:
            return NoCredentials(stale=True)
        device = self._directory.device_by_username(params.get("username", ""))
        matches = device is not None and device.enabled and device.realm == params.get("realm", "")
        verified = verify(
            credentials, request.method, (device if matches and device is not None else self._unknown_device).ha1
        )
        if not verified or not matches or device is None or not _same_target(params["uri"], request):
            return InvalidCredentials()
        match self._nonces.use_count(nonce, params["nc"], now):
            case NonceState.FRESH:
                return Authenticated(device)
            case NonceState.FOREIGN:
                return InvalidCredentials()
            case _:
                return NoCredentials(stale=True)

    def authenticate_bearer(self, request: Request, flow: Flow, now: float) -> Authenticated | None:
        """Check the bearer token of a request; None without one, or if it has expired: to be challenged.

        Tokens cannot be guessed, so an unknown one is not a failed attempt: it was issued before a restart.
        """
        token = bearer_token(request) if self._bearers is not None and flow.is_websocket else None
        device_id = (
            self._bearers.verified_subject(token, now) if self._bearers is not None and token is not None else None
        )
        device = self._directory.device(device_id) if device_id is not None else None
        return Authenticated(device, is_client=True) if device is not None and device.enabled else None


def _same_target(uri: str, request: Request) -> bool:
    """Return whether the digest was computed for this Request-URI; phones omit its parameters or its port.

    A URI without a user names a server: SIPp and others sign the address they send to, whatever the request. This is
    safe, because each nonce count is valid once and from one source only.
    """
    if uri == request.uri:
        return True
    try:
        signed = Uri.parse(uri)
    except RemoteProtocolError:
        return False
    same_host = signed.host.lower() == request.target.host.lower()
    return not signed.user or (signed.user == request.target.user and same_host)
