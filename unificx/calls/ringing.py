"""Whose phones ring for a call, and what they are told: as invitations, and as names for the rules."""

from unificx.calls.rules import words
from unificx.calls.rules.identity import Identity, caller_headers
from unificx.calls.rules.rung import Limits, Rung, Sleepers
from unificx.calls.run import APP, Run, Target
from unificx.media import Profile
from unificx.people import Directory, Extension
from unificx.presence import Binding, Caller
from unificx.routing import Ring, Routing
from unificx.sip.legs import Invitation

MOST_RUNG = 10
"""Phones rung for one call; each takes media ports of its own."""
RETURNED = (("Alert-Info", "<urn:alert:service:recall:transfer>"),)
"""How a phone may ring otherwise for a call that comes back (RFC 7462 section 8.2.1)."""
WHICH = "UnifiCX-Call"
"""The header by which a browser knows the call that its notification was about."""
_PROFILES = {"ws": Profile.WEBRTC, "wss": Profile.WEBRTC, "tls": Profile.SRTP}
"""How a phone carries media, by the way it registered; see the rules for one that refuses."""


class Ringer:
    """Words the invitations."""

    def __init__(self, routing: Routing, directory: Directory) -> None:
        self._routing = routing
        self._directory = directory

    def rung(self, run: Run, ring: Ring, caller: Caller | None = None, *, back: bool = False) -> Rung:
        """Take an extension's phones into the call, not yet called. `caller` is who is shown, if it is not who calls;
        `back`: he comes back to whom he was given away by."""
        extension = ring.extension
        limits = Limits(float(extension.ring_seconds), float(extension.max_call_seconds))
        app = run.fresh(APP) if ring.instead is not None else ""
        if ring.instead is not None:
            run.apps[app] = ring.instead
        bindings = [binding for binding in ring.bindings if _fits(run, binding)]
        run.shown[extension.id] = caller or run.caller, RETURNED if back else ()
        names = tuple([self._add(run, binding, extension) for binding in bindings[:MOST_RUNG]])
        behind = {name: run.devices[name] for name in names if run.devices[name] in ring.wakeable}
        sleepers = Sleepers(frozenset(ring.wakeable).difference(behind.values()), behind)
        srtp = frozenset(name for name in names if run.targets[name].profile is Profile.SRTP)
        return Rung(names, limits, srtp, sleepers, app)

    def came(self, run: Run, extension_id: str, device_id: str, now: float) -> words.DeviceCame | None:
        """A device has registered: the way by which it is to be rung too, if the call rings for it and it does not
        ring already by a way that lasts."""
        state = run.search()
        if state is None or run.callee is None:
            return None
        if run.callee.id != extension_id or run.only not in ("", device_id):
            return None
        rung = [branch.name for branch in state.branches if branch.live and run.devices[branch.name] == device_id]
        for binding in self._routing.ways_to(extension_id, device_id, now):
            same = [name for name in rung if run.targets[name].invitation.flow == binding.flow]
            if same or len(state.branches) >= MOST_RUNG or not _fits(run, binding):
                continue
            before = next((name for name in rung if run.targets[name].invitation.flow.by_websocket), "")
            if rung and not before:
                continue
            name = self._add(run, binding, run.callee)
            return words.DeviceCame(name, device_id, run.targets[name].profile is Profile.SRTP, before)
        return None

    def _add(self, run: Run, binding: Binding, extension: Extension) -> str:
        """One more phone; its name."""
        shown, marks = run.shown.get(extension.id, (run.caller, ()))
        if binding.flow.by_websocket:
            marks = (*marks, (WHICH, run.id))
        tenant = self._directory.tenant(run.caller.tenant_id)
        domain = tenant.domain if tenant is not None else ""
        caller, headers = caller_headers(Identity(shown.number, shown.name, domain), hidden=bool(run.manner.withheld))
        invitation = Invitation(
            uri=binding.contact,
            flow=binding.flow,
            caller=caller,
            callee=Identity(extension.number, "", domain).address,
            routes=binding.path,
            headers=(*headers, *marks),
            hops=run.manner.hops,
        )
        name = run.fresh("b")
        run.targets[name] = Target(invitation, _PROFILES.get(binding.flow.transport, Profile.PLAIN))
        run.devices[name], run.extensions[name] = binding.device_id, binding.extension_id
        return name


def _fits(run: Run, binding: Binding) -> bool:
    """RFC 3261 section 26.2.2: secure to the last hop, or not at all."""
    return not run.manner.secure or binding.flow.secure
