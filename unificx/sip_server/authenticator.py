"""Authentication of requests: digest credentials against the directory (RFC 3261 section 22, RFC 8760).

Neither the response nor the processing time discloses whether a user name exists: unknown names are checked against
digests that never match.
"""

import hashlib
import re
from dataclasses import dataclass, field
from functools import partial

from unificx.calls import InboundCall
from unificx.core.source_address import is_ip_address, source_network
from unificx.core.value import value
from unificx.identity import DeviceAuth, DirectoryCache, Extension
from unificx.routing import Emergency, normalise
from unificx.sip.bearer import BearerTokens, bearer_challenge, bearer_token
from unificx.sip.digest import ALGORITHMS, Nonces, NonceState, challenges, verify
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.fields import Headers
from unificx.sip.flow import Flow
from unificx.sip.headers import AuthParams, parse_auth
from unificx.sip.message import Request
from unificx.sip.uri import Uri
from unificx.sip_server.ports import MeetingGuests
from unificx.sip_server.rate_limiter import RateLimiter
from unificx.sip_server.realm import realm_of
from unificx.sip_server.registration_faults import RegistrationFaults
from unificx.trunks import Trunk, TrunkDirectory

_md5_only = re.compile(r"baresip v([0-2]|3\.[0-9]|3\.1[01])\.").match
"""User agents that fail if any challenge is not MD5, although RFC 3261 lets them skip unknown ones: baresip before
3.12, which Debian and Ubuntu ship. This is no weaker: an attacker who can modify traffic could remove the stronger
challenge as well.
"""


GUEST_SUBJECT = "guest/"
"""Prefix of the subjects of tokens of guests: the id of the guest follows."""


@value
class Reject:
    """The request is rejected. `delay`: seconds until the response is sent, after repeated failures. `checked`: its
    credentials were checked, which must not be done again for a retransmission."""

    status: int
    delay: float = 0.0
    checked: bool = False


@value
class Challenge:
    """The request is challenged: it has no usable credentials, or their nonce has expired."""

    status: int
    headers: Headers


@value
class DeviceIdentity:
    """Valid credentials of an enabled device. `is_client`: a bearer token, which only our own client gets."""

    device: DeviceAuth
    extension: Extension
    is_client: bool = False


@value
class CarrierIdentity:
    """A call from a carrier, recognised by its source or by our Contact. `trunks` are those it can have come from."""

    trunks: tuple[Trunk, ...]


@value
class GuestIdentity:
    """A guest who calls the room of the meeting, with the call that follows."""

    call: InboundCall


@dataclass(frozen=True, slots=True)
class AuthenticatorOptions:
    """`names` are the server's own host names in lower case, `bearers` the tokens of our own client, valid over
    WebSocket only. `faults` gets the reasons of rejected registrations, `carriers` recognises those that call without
    credentials, `guests` those with a token for a meeting."""

    names: frozenset[str] = frozenset()
    bearers: BearerTokens | None = None
    faults: RegistrationFaults = field(default_factory=RegistrationFaults)
    carriers: TrunkDirectory | None = None
    guests: MeetingGuests | None = None


class Authenticator:
    """Creates challenges and checks credentials. `secret` is 32 random bytes private to this process."""

    def __init__(
        self,
        directory: DirectoryCache,
        rate_limiter: RateLimiter,
        nonces: Nonces,
        secret: bytes,
        options: AuthenticatorOptions,
    ) -> None:
        self._directory = directory
        self._rate_limiter = rate_limiter
        self._names = options.names
        self._nonces = nonces
        self._bearers = options.bearers
        self._faults = options.faults
        self._carriers = options.carriers
        self._guests = options.guests
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

    def check(
        self, request: Request, flow: Flow, now: float
    ) -> Reject | Challenge | DeviceIdentity | CarrierIdentity | GuestIdentity:
        """Check a REGISTER, INVITE, SUBSCRIBE or MESSAGE outside a dialog. Raise RemoteProtocolError (400).

        Call it once per request: it uses up the nonce count and counts failures. The target matters only after
        authentication, so that the domains served here are not disclosed to others: a domain of another tenant is
        rejected with 403, one that is not served with 404.
        """
        limiter = self._rate_limiter
        credentials = _digest_credentials(request)
        if credentials is None and self._carriers is not None and request.method == "INVITE":
            trunks = self._carriers.candidates(flow, request)
            if trunks:
                limiter.authentication_succeeded(flow, (), now)
                return CarrierIdentity(trunks)
        name = request.from_uri.decoded_user if credentials is None else credentials.get("username")
        if limiter.is_blocked(flow, name, now, with_credentials=credentials is not None):
            return Reject(403)
        token = bearer_token(request) if self._bearers is not None and flow.is_websocket else None
        if token is not None:
            guest_id = self._guest_of_token(token, now)
            if guest_id is not None:
                return self._admit_guest(guest_id, request, flow, now)
            device = self._device_of_token(token, now)
            if device is not None:
                return self._admit(device, request, flow, now, is_client=True)
        if credentials is None:
            return self._challenge(request, flow, now, token)
        nonce = self._nonces.decode(credentials.get("nonce"), source_network(flow.host))
        if nonce is None:
            # Not a failure: a nonce is valid only from the source it was issued to, so no peer can cause failures on
            # behalf of another.
            return self._challenge(request, flow, now, token, stale=True)
        device = self._verified_device(credentials, request)
        state = NonceState.FOREIGN if device is None else self._nonces.use_count(nonce, credentials.get("nc"), now)
        if device is None or state is NonceState.FOREIGN:
            self._note_fault(request, credentials, now)
            return Reject(403, limiter.authentication_failed(flow, name, now), checked=True)
        if state is not NonceState.FRESH:
            return self._challenge(request, flow, now, token, stale=True)
        return self._admit(device, request, flow, now)

    def _verified_device(self, credentials: AuthParams, request: Request) -> DeviceAuth | None:
        """Return the device if the digest is correct for this request; the nonce is not checked."""
        params = credentials.params
        device = self._device_of(params.get("username", ""), request)
        if device is None or not device.enabled or device.realm != params.get("realm", ""):
            device = self._unknown_device
        verified = verify(credentials, request.method, device.ha1)
        if not verified or device is self._unknown_device or not _same_target(params["uri"], request):
            return None
        return device

    def _device_of(self, username: str, request: Request) -> DeviceAuth | None:
        """Return the device of a user name. One of a suspended tenant or user is enabled for emergency calls."""
        device = self._directory.device_by_username(username)
        if device is None or device.enabled or request.method != "INVITE":
            return device
        suspended, tenant = self._directory.suspended_device(username), self._directory.tenant(device.tenant_id)
        if suspended is None or tenant is None:
            return device
        emergency = isinstance(normalise(request.target.number, tenant.country), Emergency)
        return suspended if emergency else device

    def _note_fault(self, request: Request, credentials: AuthParams, now: float) -> None:
        """Note why a device of ours could not register: the user name is its own, so nothing is disclosed."""
        device = self._directory.device_by_username(credentials.get("username") or "")
        if device is None or request.method != "REGISTER":
            return
        if not device.enabled:
            self._faults.note(device.device_id, "blocked", now)
        elif device.realm != credentials.get("realm"):
            self._faults.note(device.device_id, "wrong_domain", now)
        else:
            self._faults.note(device.device_id, "wrong_password", now)

    def _device_of_token(self, token: str, now: float) -> DeviceAuth | None:
        """Return the device of a bearer token; None if it has expired: to be challenged.

        Tokens cannot be guessed, so an unknown one is not a failed attempt: it was issued before a restart.
        """
        device_id = self._bearers.verified_subject(token, now) if self._bearers is not None else None
        device = self._directory.device(device_id) if device_id is not None else None
        return device if device is not None and device.enabled else None

    def _guest_of_token(self, token: str, now: float) -> str | None:
        """Return the id of the guest of a bearer token; None for the token of a device, or if it has expired."""
        subject = self._bearers.verified_subject(token, now) if self._bearers is not None else None
        return subject.removeprefix(GUEST_SUBJECT) if subject and subject.startswith(GUEST_SUBJECT) else None

    def _admit_guest(self, guest_id: str, request: Request, flow: Flow, now: float) -> Reject | GuestIdentity:
        """Admit a call of a guest to the room of the meeting; everything else is rejected in the same way."""
        call = self._guests.call_of(guest_id) if self._guests is not None else None
        if call is None or request.method != "INVITE" or request.first("replaces") is not None:
            return Reject(403)
        host = request.target.host.lower()
        tenant, own = self._directory.tenant_by_domain(host), self._directory.tenant(call.caller.tenant_id)
        is_served = tenant is not None and own is not None and tenant.id == own.id and own.active
        if not is_served or request.target.decoded_user != call.dialled:
            return Reject(403)
        self._rate_limiter.authentication_succeeded(flow, (), now)
        return GuestIdentity(call)

    def _admit(
        self, device: DeviceAuth, request: Request, flow: Flow, now: float, *, is_client: bool = False
    ) -> Reject | DeviceIdentity:
        """Return the identity of an authenticated device, unless the target is a domain of others.

        A request to a domain that is not served is not handled, even if an extension with the same number exists here.
        """
        host = request.target.host.lower()  # "": a phone number without a domain
        extension, tenant = self._directory.extension_by_id(device.extension_id), self._directory.tenant_by_domain(host)
        if extension is None or (tenant is not None and tenant.id != device.tenant_id):
            self._faults.note(device.device_id, "wrong_domain", now)
            return Reject(403, checked=True)
        self._rate_limiter.authentication_succeeded(flow, (device.username, extension.number), now)
        if host and tenant is None and host not in self._names and not is_ip_address(host):
            self._faults.note(device.device_id, "wrong_domain", now)
            return Reject(404, checked=True)
        if request.method == "REGISTER":
            self._faults.clear(device.device_id)
        return DeviceIdentity(device, extension, is_client)

    def _challenge(
        self, request: Request, flow: Flow, now: float, token: str | None, *, stale: bool = False
    ) -> Challenge:
        """Return a challenge with the strongest algorithm first."""
        nonce = self._nonces.issue(now, source_network(flow.host))
        trusted = partial(self._rate_limiter.is_trusted, flow, now)
        realm = realm_of(request, flow, self._directory, self._names, trusted)
        values = challenges(realm, nonce, stale)
        if self._bearers is not None and flow.is_websocket:
            # First, because JsSIP answers the last of several challenges.
            values.insert(0, bearer_challenge(realm, invalid_token=token is not None))
        if _md5_only(request.first("user-agent") or ""):
            del values[:-1]
        status, name = (401, "WWW-Authenticate") if request.method == "REGISTER" else (407, "Proxy-Authenticate")
        return Challenge(status, tuple([(name, value) for value in values]))


def _digest_credentials(request: Request) -> AuthParams | None:
    """Return the digest credentials with a supported algorithm; None if there are none. Raise RemoteProtocolError
    (400)."""
    name = "authorization" if request.method == "REGISTER" else "proxy-authorization"
    if name not in request.first_values:
        return None
    for line in request.all(name):
        found = parse_auth(line)
        if found.scheme == "digest" and (found.get("algorithm") or "MD5").upper() in ALGORITHMS:
            return found
    return None


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
