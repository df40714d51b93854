"""REGISTER requests of authenticated devices."""

from unificx.identity import DeviceAuth, DirectoryCache
from unificx.registrar import MAX_EXPIRES, Registrar, RegistrationRefused, contact_value
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond
from unificx.sip_server.authenticator import Known

CLIENT_LASTS = 600
"""Maximum expiry in seconds of a registration of our own client: one with a dead battery soon counts as offline and is
woken by push."""
OPTIONS_UNDERSTOOD = frozenset(("path", "outbound"))


class RegisterDesk:
    """Validates a REGISTER, passes it to the registrar and makes the response."""

    def __init__(self, directory: DirectoryCache, registrar: Registrar) -> None:
        self._directory = directory
        self._registrar = registrar

    def register(self, who: Known, request: Request, flow: Flow, now: float, *, to_tag: str) -> Response:
        """Return the response. Raise RemoteProtocolError, and presence.RegistrationRefused if the response needs
        headers."""
        unknown = [option for option in request.values("require") if option.lower() not in OPTIONS_UNDERSTOOD]
        if unknown:
            raise RegistrationRefused(420, "Bad Extension", (("Unsupported", ", ".join(unknown)),))
        if not self._is_own(who.device, request):
            raise RegistrationRefused(403, "Forbidden")
        longest = CLIENT_LASTS if who.client else MAX_EXPIRES
        done = self._registrar.register(who.device, request, flow, now, max_expires=longest)
        headers = [("Contact", contact_value(binding, now)) for binding in done.bindings if binding.expires_at > now]
        headers += [("Path", value) for value in done.path]
        if done.outbound:
            headers += [("Require", "outbound"), ("Supported", "path, outbound")]
        return respond(request, 200, to_tag=to_tag, headers=headers)

    def _is_own(self, device: DeviceAuth, request: Request) -> bool:
        """Return whether To names the device's own extension, by number or by the device's user name.

        The host may be the tenant's domain or unknown (an IP address), but not another tenant's domain.
        """
        address = request.to.uri
        tenant = self._directory.tenant_by_domain(address.host)
        if tenant is not None and tenant.id != device.tenant_id:
            return False
        extension = self._directory.extension_by_id(device.extension_id)
        return extension is not None and address.decoded_user in (extension.number, device.username)
