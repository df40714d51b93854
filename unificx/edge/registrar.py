"""REGISTER of a device whose credentials were verified, and its answer."""

from unificx.edge.identify import Known
from unificx.people import DeviceAuth, Directory
from unificx.presence import LONGEST, Registrar, RegistrationRefused, contact_value
from unificx.sip.flow import Flow
from unificx.sip.message import Request, Response, respond

CLIENT_LASTS = 600
"""Seconds a registration of our own client lasts at the most: one whose battery has died is asleep soon."""
OPTIONS_UNDERSTOOD = frozenset(("path", "outbound"))


class RegisterDesk:
    """Judges what a device may register, hands it to presence and words the answer."""

    def __init__(self, directory: Directory, registrar: Registrar) -> None:
        self._directory = directory
        self._registrar = registrar

    def register(self, who: Known, request: Request, flow: Flow, now: float, *, to_tag: str) -> Response:
        """The response. Raises BadPeer, and presence.RegistrationRefused where that needs headers."""
        unknown = [option for option in request.values("require") if option.lower() not in OPTIONS_UNDERSTOOD]
        if unknown:
            raise RegistrationRefused(420, "Bad Extension", (("Unsupported", ", ".join(unknown)),))
        if not self._is_own(who.device, request):
            raise RegistrationRefused(403, "Forbidden")
        longest = CLIENT_LASTS if who.client else LONGEST
        done = self._registrar.register(who.device, request, flow, now, longest=longest)
        headers = [("Contact", contact_value(binding, now)) for binding in done.bindings if binding.expires_at > now]
        headers += [("Path", value) for value in done.path]
        if done.outbound:
            headers += [("Require", "outbound"), ("Supported", "path, outbound")]
        return respond(request, 200, to_tag=to_tag, headers=headers)

    def _is_own(self, device: DeviceAuth, request: Request) -> bool:
        """Whether To names the device's own extension, by its number or by the device's username.

        The host may be the tenant's domain or none that we know (an address), but not another tenant's domain.
        """
        address = request.to.uri
        tenant = self._directory.tenant_by_domain(address.host)
        if tenant is not None and tenant.id != device.tenant_id:
            return False
        extension = self._directory.extension_by_id(device.extension_id)
        return extension is not None and address.user_text in (extension.number, device.username)
