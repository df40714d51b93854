"""Validates and authorizes transfers requested by REFER, by INVITE with Replaces, or by API.

A transfer is authorized like a call of the requester: the target must be a number they may dial.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from unificx.calls.call import Run, Sought, printable
from unificx.calls.dependencies import Parts
from unificx.calls.forking import Ringer
from unificx.calls.parking import Place
from unificx.calls.rules import messages
from unificx.calls.rules.fork_targets import Limits, Rung
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.setup import APP_ANSWERS
from unificx.calls.rules.states import Moving, SettingUp, Talking, Transferring
from unificx.calls.schemas import FETCH, PARK, PARKED
from unificx.identity import Extension, Language
from unificx.registrar import Caller
from unificx.routing import Hosted, NoSuchNumber, Ring
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.legs import Leg
from unificx.sip.refer import Refer, Replaces
from unificx.sip.uri import Uri

WAITING = "waiting"
"""The app that plays ringback to the transferred party."""
NOT_NOW = 491
COMES_BACK: dict[Language, str] = {"en": "{} (parked at {})", "de": "{} (geparkt auf {})"}
"""Display name of a parked party that returns: name, slot."""


@dataclass(frozen=True, slots=True)
class Means:
    """Collaborators of `Transfers`."""

    parts: Parts
    ringer: Ringer
    longest_in_app: float
    found: Callable[[str], tuple[Run, str] | None]
    """Return the call and name of a leg by its id."""
    tell: Callable[[Run, messages.Event], None]
    absorb: Callable[[Run, Run, dict[str, str]], None]
    """Move legs of another call into a call, as {old name: new name}; the rest of the other call ends."""
    divide: Callable[[Run, str], Run]
    """Move one participant into a new call without a peer; the other one becomes the caller."""


class Transfers:
    """Decides about transfers. Methods raise RemoteProtocolError with the status for the requester on refusal.

    Methods that return a callable only validate; the callable executes the transfer."""

    def __init__(self, transfer_deps: Means) -> None:
        self._means = transfer_deps
        self._parts = transfer_deps.parts

    def referred(self, call: Run, name: str, refer: Refer, now: float) -> None:
        """Process a REFER of a leg."""
        leg = call.legs[name]
        if not isinstance(leg, Leg):
            return
        try:
            self._check(call, name, refer.target, leg)
            if refer.replaces is not None:
                execute = self._attended(call, name, refer.replaces, now)
            else:
                execute = self.blind(call, name, printable(refer.target.decoded_user), now)
        except RemoteProtocolError as fault:
            leg.reject_refer(fault.status, now, fault.reason)
            return
        leg.accept_refer(now)
        execute()

    def blind(self, call: Run, name: str, to: str, now: float) -> Callable[[], None]:
        """Transfer the other party to a number or feature code (blind transfer)."""
        state = self.party(call, name)
        requester = self._caller(call, name)
        match self._parts.routing.route(requester, to, now):
            case Hosted(app) if app == PARK:
                return self._park(call, name, state, requester)
            case Hosted(app) as code if app == FETCH and (parked := self._held(requester, code)) is not None:
                return lambda: self._join_held(call, name, *parked)
            case _:
                pass
        remaining = self._caller(call, other_of(call, name))
        targets, target = self._sought(call, requester, remaining, to, now)
        return_target = self._back(call, requester, remaining, now)
        return lambda: self._give(call, name, targets, target, return_target)

    def onward(self, call: Run, now: float) -> Callable[[], None]:
        """Dial the wanted number after the requester has answered a click-to-dial call."""
        to, call.onward = call.onward, ""
        found = self._parts.routing.route(call.caller, to, now)
        parked = self._held(call.caller, found) if isinstance(found, Hosted) else None
        if parked is not None:
            return lambda: self._join_held(call, CALLER, *parked)
        targets, target = self._sought(call, call.caller, call.caller, to, now)
        call.sought, call.returns = target, None
        return lambda: self._means.tell(call, messages.TransferAsked(CALLER, targets, ""))

    def into_app(self, call: Run, app: Hosted, dialled: str) -> Callable[[], None]:
        """Connect both parties to an app, each in a call of their own with one common call record; `dialled` is the
        number that leads to the app."""
        state = self.party(call, CALLER)
        if state.exchange is not None or CALLER in call.apps or call.callee is None:
            raise RemoteProtocolError(NOT_NOW, "Request Pending")
        return lambda: self._divided(call, state.callee, (app, app), dialled)

    def fetched(self, caller: Caller, dialled: str, now: float) -> tuple[Run, str] | None:
        """Return the parked call and the app leg to replace, if `dialled` retrieves a parked call."""
        code = self._parts.routing.route(caller, dialled, now) if dialled.startswith("*") else None
        return self._held(caller, code) if isinstance(code, Hosted) else None

    def recall(self, leg: str, now: float) -> Callable[[], None]:
        """Ring the extension that parked the party held by an app leg. If unanswered, the party stays parked."""
        slot, found = self._parts.parking.of(leg), self._means.found(leg)
        parked_by = self._parts.directory.extension_by_id(slot.by) if slot is not None else None
        if slot is None or parked_by is None or found is None or not _holds(*found):
            return lambda: None
        call, name = found
        requester = Caller(parked_by.tenant_id, parked_by.id, "", parked_by.subject, parked_by.number, parked_by.name)
        ring = self._parts.routing.route(requester, parked_by.number, now)
        if parked_by.id == call.caller.extension_id or not isinstance(ring, Ring):
            return lambda: None
        displayed_caller = replace(call.caller, name=self._comes_back(call.caller, slot, parked_by))
        targets = self._means.ringer.rung(call, replace(ring, instead=None), displayed_caller, back=True)
        call.sought, call.returns = Sought(parked_by, parked_by.number), Sought(None, "")
        return lambda: self._means.tell(call, messages.TransferAsked(name, targets, "", keeps=True))

    def _comes_back(self, caller: Caller, slot: Place, parked_by: Extension) -> str:
        language = self._parts.directory.language(parked_by.tenant_id, parked_by.person_id)
        return COMES_BACK[language].format(caller.name, slot.number)

    def take_over(self, replaces: Replaces, caller: Caller) -> tuple[Run, str]:
        """Return the call and leg an INVITE with Replaces refers to; must be a leg of the caller's extension."""
        call, name = self._named(replaces, caller.tenant_id, caller.extension_id, missing=481)
        state = call.state
        if not isinstance(state, Talking) or name not in (CALLER, state.callee):
            raise RemoteProtocolError(481, "Call Does Not Exist")
        if replaces.early_only:
            raise RemoteProtocolError(486, "Call Already Answered")
        if isinstance(state.exchange, Moving):
            raise RemoteProtocolError(NOT_NOW, "Request Pending")
        return call, name

    # ---- internals

    def party(self, call: Run, name: str) -> Talking:
        """Return the state if the leg is connected to another party, else raise RemoteProtocolError."""
        state = call.state
        if not isinstance(state, Talking) or name not in (CALLER, state.callee):
            raise RemoteProtocolError(NOT_NOW, "Call Not Established")
        if other_of(call, name) in call.apps:
            raise RemoteProtocolError(403, "No Transferable Party")
        return state

    def _check(self, call: Run, name: str, target: Uri, leg: Leg) -> None:
        self.party(call, name)
        tenant = self._parts.directory.tenant(call.caller.tenant_id)
        if target.scheme not in ("sip", "sips", "tel"):
            raise RemoteProtocolError(416, "Unsupported URI Scheme")
        if call.manner.secure and target.scheme != "sips":
            raise RemoteProtocolError(403, "SIPS Target Required")
        if target.scheme == "sips":
            call.manner = replace(call.manner, secure=True)
        own_hosts = {tenant.domain if tenant is not None else ""}
        if leg.dialog is not None:
            own_hosts |= {host_of(self._parts.legs.contact(leg.dialog.flow)), host_of(leg.dialog.local)}
        if target.scheme != "tel" and target.host.lower() not in own_hosts:
            raise RemoteProtocolError(403, "Domain Not Allowed")

    def _sought(
        self, call: Run, requester: Caller, displayed_caller: Caller, to: str, now: float
    ) -> tuple[Rung, Sought]:
        """Resolve the dialled target; its phones show `displayed_caller`."""
        match self._parts.routing.route(requester, to, now):
            case NoSuchNumber():
                raise RemoteProtocolError(404, "Number Not Found")
            case Hosted() as app:
                leg = call.fresh("app")
                call.apps[leg] = app
                return Rung((leg,), Limits(APP_ANSWERS, app.longest or self._means.longest_in_app)), Sought(None, to)
            case Ring() as ring:
                return self._means.ringer.rung(call, ring, displayed_caller), Sought(ring.extension, to, ring.only)

    def _caller(self, call: Run, name: str) -> Caller:
        """Return a participant as a caller."""
        if name == CALLER:
            return call.caller
        extension_id, device_id = call.device(name)
        extension = self._parts.directory.extension_by_id(extension_id)
        if extension is None:
            raise RemoteProtocolError(403, "No Transferable Party")
        name = self._parts.directory.display_name(extension)
        return Caller(extension.tenant_id, extension.id, device_id, extension.subject, extension.number, name)

    def _back(self, call: Run, requester: Caller, remaining: Caller, now: float) -> tuple[Rung, Sought] | None:
        """Return how to call the transferor back if the transfer is not answered."""
        ring = self._parts.routing.route(requester, requester.number, now)
        if not isinstance(ring, Ring):
            return None
        targets = self._means.ringer.rung(call, replace(ring, instead=None), remaining, back=True)
        return targets, Sought(ring.extension, requester.number)

    def _give(
        self,
        call: Run,
        name: str,
        targets: Rung | SettingUp,
        target: Sought,
        return_target: tuple[Rung, Sought] | None,
    ) -> None:
        ringback_leg = call.fresh("w")
        call.apps[ringback_leg] = Hosted(WAITING)
        call.sought, call.returns = target, return_target[1] if return_target is not None else None
        self._means.tell(
            call,
            messages.TransferAsked(
                name, targets, ringback_leg, return_target[0] if return_target is not None else None
            ),
        )

    def _attended(self, call: Run, name: str, replaces: Replaces, now: float) -> Callable[[], None]:
        """Transfer the other party to the consultation call that Replaces refers to."""
        requester = self._caller(call, name)
        other, consultation_leg = self._named(replaces, requester.tenant_id, requester.extension_id, missing=404)
        return self.join(call, name, other, consultation_leg, now)

    def join(self, call: Run, name: str, other: Run, consultation_leg: str, now: float) -> Callable[[], None]:
        """Connect the remote parties of two calls (attended transfer); the requester is `name` in `call`."""
        state = self.party(call, name)
        if other is call or state.exchange is not None:
            raise RemoteProtocolError(NOT_NOW, "Request Pending")
        match other.state:
            case Talking(callee, _, caller_sdp, callee_sdp, None) if consultation_leg in (CALLER, callee):
                remaining = callee if consultation_leg == CALLER else CALLER
                sdp = callee_sdp if consultation_leg == CALLER else caller_sdp
                return lambda: self._joined(call, name, other, remaining, sdp)
            case SettingUp(branches=branches) if consultation_leg == CALLER and not any(
                b.stage == "offering" for b in branches
            ):
                return lambda: self._borrowed(call, name, other, now)
            case _:
                raise RemoteProtocolError(NOT_NOW, "Consultation Call Not Established")

    def _joined(self, call: Run, name: str, other: Run, remaining: str, sdp: bytes) -> None:
        new_leg = call.fresh("b")
        self._means.absorb(call, other, {remaining: new_leg})
        self._means.tell(call, messages.Joined(name, new_leg, sdp))

    def _borrowed(self, call: Run, name: str, other: Run, now: float) -> None:
        """Attended transfer while the consultation call is still ringing."""
        setup = other.state
        assert isinstance(setup, SettingUp)
        names = {branch.name: call.fresh("b") for branch in setup.branches}
        if setup.instead:
            names[setup.instead] = call.fresh("app")
        branches = tuple(replace(branch, name=names[branch.name]) for branch in setup.branches)
        setup = replace(setup, branches=branches, instead=names.get(setup.instead, ""))
        target = Sought(other.callee, other.dialled, other.only)
        requester, remaining = self._caller(call, name), self._caller(call, other_of(call, name))
        self._means.absorb(call, other, names)
        self._give(call, name, setup, target, self._back(call, requester, remaining, now))

    def _divided(self, call: Run, name: str, apps: tuple[Hosted, Hosted], dialled: str) -> None:
        """Connect the leg `name` to the second app in a new call, the other leg to the first app."""
        other = self._means.divide(call, name)
        for each, app in zip((call, other), apps, strict=True):
            assert isinstance(each.state, Talking)
            leaving, leg = each.state.callee, each.fresh("app")
            each.apps[leg], each.sought = app, Sought(None, dialled)
            self._means.tell(each, messages.IntoApp(leaving, leg))

    def _park(self, call: Run, name: str, state: Talking, requester: Caller) -> Callable[[], None]:
        """Park the other party; the parking party hears the slot number in a call of its own."""
        if state.exchange is not None or call.callee is None:
            raise RemoteProtocolError(NOT_NOW, "Request Pending")
        leg, since = call.app_leg(call.next("app")), self._parts.clock.now()
        slot = self._parts.parking.take(requester.tenant_id, leg, requester.extension_id, since)
        if slot is None:
            raise RemoteProtocolError(486, "No Parking Slot Available")
        return lambda: self._divided(call, name, (Hosted(PARK), Hosted(PARKED, (str(slot),))), "")

    def _held(self, requester: Caller, code: Hosted) -> tuple[Run, str] | None:
        """Return the parked call to retrieve, and the leg of the app that holds its party."""
        if code.app != FETCH:
            return None
        slot = self._parts.parking.find(requester.tenant_id, "".join(code.arguments))
        found = self._means.found(slot.leg) if slot is not None else None
        if found is None:
            return None
        call, name = found
        if isinstance(call.state, Transferring):  # recall in progress: treat it as declined
            self._means.tell(call, messages.Declined())
        return found if _holds(call, name) else None

    def _join_held(self, call: Run, name: str, other: Run, app_leg: str) -> None:
        del app_leg
        assert isinstance(other.state, Talking)
        self._joined(call, name, other, CALLER, other.state.caller_sdp)

    def _named(self, replaces: Replaces, tenant_id: str, extension_id: str, *, missing: int) -> tuple[Run, str]:
        """Return the leg a Replaces refers to; it must belong to this extension. Some phones swap the tags."""
        for local_tag, remote_tag in ((replaces.to_tag, replaces.from_tag), (replaces.from_tag, replaces.to_tag)):
            found = self._means.found(local_tag)
            dialog = found[0].legs[found[1]].dialog if found is not None else None
            if found is None or dialog is None or (dialog.call_id, dialog.remote_tag) != (replaces.call_id, remote_tag):
                continue
            call, name = found
            if call.caller.tenant_id != tenant_id or call.device(name)[0] != extension_id:
                break
            return call, name
        raise RemoteProtocolError(missing, "Call Does Not Exist")


def _holds(call: Run, name: str) -> bool:
    """Whether the caller is connected to this app leg, with no exchange in progress."""
    state = call.state
    return isinstance(state, Talking) and state.callee == name and state.exchange is None


def other_of(call: Run, name: str) -> str:
    """Return the name of the connected leg."""
    assert isinstance(call.state, Talking)
    return call.state.callee if name == CALLER else CALLER


def host_of(address: str) -> str:
    """Return the host of an address header value, "" if it is invalid."""
    try:
        return Uri.parse(address.partition("<")[2].partition(">")[0] or address).host.lower()
    except RemoteProtocolError:
        return ""
