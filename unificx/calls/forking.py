"""Forking: selects the phones that ring for a call and builds their INVITEs."""

from unificx.calls.call import APP, Run, Target
from unificx.calls.rules import messages
from unificx.calls.rules.fork_targets import Limits, Rung, Sleepers
from unificx.calls.rules.identity import Identity, caller_headers
from unificx.identity import Directory, Extension
from unificx.registrar import Binding, Caller
from unificx.routing import Ring, Routing
from unificx.rtpengine.ng import Profile
from unificx.sip.legs import InviteParams

MOST_RUNG = 10
"""Branches per call; each uses media ports of its own."""
RETURNED = (("Alert-Info", "<urn:alert:service:recall:transfer>"),)
"""Header that selects a distinctive ringtone for a returned call (RFC 7462 section 8.2.1)."""
WHICH = "UnifiCX-Call"
"""Header by which a browser matches the INVITE to its push notification."""
_PROFILES = {"ws": Profile.WEBRTC, "wss": Profile.WEBRTC, "tls": Profile.SRTP}
"""Media profile by registration transport; a phone that refuses SRTP is offered plain RTP by the state machine."""


class Ringer:
    """Builds fork targets."""

    def __init__(self, routing: Routing, directory: Directory) -> None:
        self._routing = routing
        self._directory = directory

    def rung(self, call: Run, ring: Ring, caller: Caller | None = None, *, back: bool = False) -> Rung:
        """Add an extension's phones to the call, not dialled yet. `caller` is the displayed caller, if different;
        `is_recall`: the call returns to the extension that transferred or parked it."""
        extension = ring.extension
        limits = Limits(float(extension.ring_seconds), float(extension.max_call_seconds))
        app = call.fresh(APP) if ring.instead is not None else ""
        if ring.instead is not None:
            call.apps[app] = ring.instead
        bindings = [binding for binding in ring.bindings if _fits(call, binding)]
        call.shown[extension.id] = caller or call.caller, RETURNED if back else ()
        names = tuple([self._add(call, binding, extension) for binding in bindings[:MOST_RUNG]])
        registered = {name: call.devices[name] for name in names if call.devices[name] in ring.wakeable}
        push_targets = Sleepers(frozenset(ring.wakeable).difference(registered.values()), registered)
        srtp = frozenset(name for name in names if call.targets[name].profile is Profile.SRTP)
        return Rung(names, limits, srtp, push_targets, app)

    def came(self, call: Run, extension_id: str, device_id: str, now: float) -> messages.DeviceCame | None:
        """Return a new branch for a device that has registered, if the call rings for its extension and the device does
        not ring already over a flow that persists."""
        state = call.search()
        if state is None or call.callee is None:
            return None
        if call.callee.id != extension_id or call.only not in ("", device_id):
            return None
        ringing = [branch.name for branch in state.branches if branch.live and call.devices[branch.name] == device_id]
        for binding in self._routing.ways_to(extension_id, device_id, now):
            same = [name for name in ringing if call.targets[name].invitation.flow == binding.flow]
            if same or len(state.branches) >= MOST_RUNG or not _fits(call, binding):
                continue
            replaced = next((name for name in ringing if call.targets[name].invitation.flow.is_websocket), "")
            if ringing and not replaced:
                continue
            name = self._add(call, binding, call.callee)
            return messages.DeviceCame(name, device_id, call.targets[name].profile is Profile.SRTP, replaced)
        return None

    def _add(self, call: Run, binding: Binding, extension: Extension) -> str:
        """Add a phone to the call and return its leg name."""
        shown, extra_headers = call.shown.get(extension.id, (call.caller, ()))
        if binding.flow.is_websocket:
            extra_headers = (*extra_headers, (WHICH, call.id))
        tenant = self._directory.tenant(call.caller.tenant_id)
        domain = tenant.domain if tenant is not None else ""
        caller, headers = caller_headers(Identity(shown.number, shown.name, domain), hidden=bool(call.manner.withheld))
        invitation = InviteParams(
            uri=binding.contact,
            flow=binding.flow,
            caller=caller,
            callee=Identity(extension.number, "", domain).address,
            route_set=binding.path,
            headers=(*headers, *extra_headers),
            max_forwards=call.manner.hops,
        )
        name = call.fresh("b")
        call.targets[name] = Target(invitation, _PROFILES.get(binding.flow.transport, Profile.PLAIN))
        call.devices[name], call.extensions[name] = binding.device_id, binding.extension_id
        return name


def _fits(call: Run, binding: Binding) -> bool:
    """Whether the binding satisfies SIPS: every hop must be secure (RFC 3261 section 26.2.2)."""
    return not call.manner.secure or binding.flow.secure
