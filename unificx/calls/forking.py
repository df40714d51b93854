"""Forking: selects the phones that ring for a call and builds their INVITEs."""

from unificx.calls.call import APP_LEG, Call
from unificx.calls.machine import messages
from unificx.calls.machine.fork_targets import ForkTargets, Limits, PushTargets
from unificx.calls.machine.identity import Identity, caller_headers
from unificx.calls.participant import DialTarget, Participant
from unificx.identity import DirectoryCache, Extension
from unificx.registrar import Binding, Caller
from unificx.routing import RingExtension, Routing
from unificx.rtpengine.ng import Profile
from unificx.sip.flow import Flow
from unificx.sip.legs import InviteParams

MAX_BRANCHES = 10
"""Branches per call; each uses media ports of its own."""
RECALL_HEADERS = (("Alert-Info", "<urn:alert:service:recall:transfer>"),)
"""Header that selects a distinctive ringtone for a returned call (RFC 7462 section 8.2.1)."""
CALL_ID_HEADER = "UnifiCX-Call"
"""Header by which a browser matches the INVITE to its push notification."""
_PROFILES = {"ws": Profile.WEBRTC, "wss": Profile.WEBRTC, "tls": Profile.SRTP}
"""Media profile by registration transport; a phone that refuses SRTP is offered plain RTP by the state machine."""


class ForkTargetBuilder:
    """Builds fork targets."""

    def __init__(self, routing: Routing, directory: DirectoryCache) -> None:
        self._routing = routing
        self._directory = directory

    def build(
        self, call: Call, ring: RingExtension, displayed_caller: Caller | None = None, *, is_recall: bool = False
    ) -> ForkTargets:
        """Add an extension's phones to the call, not dialled yet. `caller` is the displayed caller, if different;
        `is_recall`: the call returns to the extension that transferred or parked it."""
        extension = ring.extension
        limits = Limits(float(extension.ring_seconds), float(extension.max_call_seconds))
        app = call.new_leg_name(APP_LEG) if ring.fallback is not None else ""
        if ring.fallback is not None:
            call.participants[app] = Participant(app=ring.fallback)
        bindings = [binding for binding in ring.bindings if _satisfies_sips(call, binding)]
        call.displayed_callers[extension.id] = displayed_caller or call.caller, RECALL_HEADERS if is_recall else ()
        names = tuple([self._add_branch(call, binding, extension) for binding in bindings[:MAX_BRANCHES]])
        devices = {name: call.participants[name].device_id for name in names}
        registered = {name: device for name, device in devices.items() if device in ring.push_devices}
        push_targets = PushTargets(frozenset(ring.push_devices).difference(registered.values()), registered)
        srtp = frozenset(name for name in names if call.participants[name].media_profile is Profile.SRTP)
        return ForkTargets(names, limits, srtp, push_targets, app)

    def branch_for_device(
        self, call: Call, extension_id: str, device_id: str, now: float
    ) -> messages.DeviceReachable | None:
        """Return a new branch for a device that has registered, if the call rings for its extension and the device does
        not ring already over a flow that persists."""
        state = call.setup_state()
        if state is None or call.callee is None:
            return None
        if call.callee.id != extension_id or call.only_device not in ("", device_id):
            return None
        own = call.legs_of(device_id)
        ringing = [branch.name for branch in state.branches if branch.live and branch.name in own]
        for binding in self._routing.device_bindings(extension_id, device_id, now):
            same = [name for name in ringing if _dialled_flow(call, name) == binding.flow]
            if same or len(state.branches) >= MAX_BRANCHES or not _satisfies_sips(call, binding):
                continue
            replaced = next((name for name in ringing if _uses_websocket(call, name)), "")
            if ringing and not replaced:
                continue
            name = self._add_branch(call, binding, call.callee)
            return messages.DeviceReachable(
                name, device_id, call.participants[name].media_profile is Profile.SRTP, replaced
            )
        return None

    def _add_branch(self, call: Call, binding: Binding, extension: Extension) -> str:
        """Add a phone to the call and return its leg name."""
        shown, extra_headers = call.displayed_callers.get(extension.id, (call.caller, ()))
        if binding.flow.is_websocket:
            extra_headers = (*extra_headers, (CALL_ID_HEADER, call.id))
        tenant = self._directory.tenant(call.caller.tenant_id)
        domain = tenant.domain if tenant is not None else ""
        caller, headers = caller_headers(
            Identity(shown.number, shown.name, domain), hidden=bool(call.options.withheld_extension)
        )
        invitation = InviteParams(
            uri=binding.contact,
            flow=binding.flow,
            caller=caller,
            callee=Identity(extension.number, "", domain).address,
            route_set=binding.path,
            headers=(*headers, *extra_headers),
            max_forwards=call.options.hops,
        )
        name = call.new_leg_name("b")
        target = DialTarget(invitation, _PROFILES.get(binding.flow.transport, Profile.PLAIN))
        call.participants[name] = Participant(None, binding.extension_id, binding.device_id, target)
        return name


def _dialled_flow(call: Call, name: str) -> Flow | None:
    target = call.participants[name].target
    return target.invitation.flow if target is not None else None


def _uses_websocket(call: Call, name: str) -> bool:
    flow = _dialled_flow(call, name)
    return flow is not None and flow.is_websocket


def _satisfies_sips(call: Call, binding: Binding) -> bool:
    """Whether the binding satisfies SIPS: every hop must be secure (RFC 3261 section 26.2.2)."""
    return not call.options.secure or binding.flow.secure
