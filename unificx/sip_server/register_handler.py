"""REGISTER requests of authenticated devices."""

from unificx.identity import DirectoryCache
from unificx.registrar import MAX_EXPIRES, Registrar, RegistrationRejected, contact_value
from unificx.sip.capabilities import IN_REGISTER, SUPPORTED_BY_REGISTRAR
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond, unsupported
from unificx.sip_server.authenticator import DeviceIdentity

CLIENT_MAX_EXPIRES = 600
"""Maximum expiry in seconds of a registration of our own client: one with a dead battery soon counts as offline and is
woken by push."""


class RegisterHandler:
    """Validates a REGISTER, passes it to the registrar and makes the response."""

    def __init__(self, directory: DirectoryCache, registrar: Registrar) -> None:
        self._directory = directory
        self._registrar = registrar

    def register(self, identity: DeviceIdentity, request: Request, flow: Flow, now: float, *, to_tag: str) -> Response:
        """Return the response. Raise RemoteProtocolError, and `RegistrationRejected` if the response needs headers."""
        if unknown := unsupported(request, IN_REGISTER):
            raise RegistrationRejected(420, "Bad Extension", (("Unsupported", unknown),))
        if not self._is_own_extension(identity, request):
            raise RegistrationRejected(403, "Forbidden")
        max_expires = CLIENT_MAX_EXPIRES if identity.is_client else MAX_EXPIRES
        result = self._registrar.register(identity.device, request, flow, now, max_expires=max_expires)
        headers = [("Contact", contact_value(binding, now)) for binding in result.bindings if binding.expires_at > now]
        headers += [("Path", value) for value in result.path]
        if result.outbound:
            headers += [("Require", "outbound"), ("Supported", SUPPORTED_BY_REGISTRAR)]
        return respond(request, 200, to_tag=to_tag, headers=headers)

    def _is_own_extension(self, identity: DeviceIdentity, request: Request) -> bool:
        """Return whether To names the device's own extension, by number or by the device's user name. A shared phone
        keeps its number while a user is signed in.

        The host may be the tenant's domain or unknown (an IP address), but not another tenant's domain.
        """
        address = request.to_uri
        tenant = self._directory.tenant_by_domain(address.host)
        if tenant is not None and tenant.id != identity.device.tenant_id:
            return False
        home = self._directory.extension_by_id(identity.device.home_extension_id)
        numbers = (identity.extension.number, identity.device.username, home.number if home is not None else "")
        return address.decoded_user in numbers
