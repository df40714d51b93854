"""Who asks that somebody be given away, and whether he may: by REFER, by an INVITE with Replaces, or by the API.

A transfer is authorised like any call of him who asks: what he gives the other one away to is what he could dial.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from unificx.calls.contracts import FETCH, PARK, PARKED
from unificx.calls.parking import Place
from unificx.calls.parts import Parts
from unificx.calls.ringing import Ringer
from unificx.calls.rules import words
from unificx.calls.rules.rung import Limits, Rung
from unificx.calls.rules.setup import APP_ANSWERS
from unificx.calls.rules.states import Moving, SettingUp, Talking, Transferring
from unificx.calls.rules.words import CALLER
from unificx.calls.run import Run, Sought, printable
from unificx.people import Extension, Language
from unificx.presence import Caller
from unificx.routing import Hosted, NoSuchNumber, Ring
from unificx.sip.errors import BadPeer
from unificx.sip.legs import Leg
from unificx.sip.refer import Refer, Replaces
from unificx.sip.uri import Uri

WAITING = "waiting"
"""The app that is heard by whoever is given away."""
NOT_NOW = 491
COMES_BACK: dict[Language, str] = {"en": "{} (parked at {})", "de": "{} (geparkt auf {})"}
"""How somebody is called who comes back to who parked him."""


@dataclass(frozen=True, slots=True)
class Means:
    """What transfers work with, of what the conductor has."""

    parts: Parts
    ringer: Ringer
    longest_in_app: float
    found: Callable[[str], tuple[Run, str] | None]
    """The call that a leg is in, and its name there, by the leg's id."""
    tell: Callable[[Run, words.Event], None]
    absorb: Callable[[Run, Run, dict[str, str]], None]
    """Take legs of another call into one, by their names there and here; what is left of the other is over."""
    divide: Callable[[Run, str], Run]
    """Make a call of his own for one of two who talk, in which he talks with nobody; the other is the caller then."""


class Transfers:
    """Decides. What is refused raises BadPeer with what the asker is told."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._parts = means.parts

    def referred(self, run: Run, name: str, refer: Refer, now: float) -> None:
        """A REFER of a leg."""
        leg = run.legs[name]
        if not isinstance(leg, Leg):
            return
        try:
            self._check(run, name, refer.target, leg)
            if refer.replaces is not None:
                go_on = self._attended(run, name, refer.replaces, now)
            else:
                go_on = self.blind(run, name, printable(refer.target.user_text), now)
        except BadPeer as fault:
            leg.refuse_referral(fault.status, now, fault.reason)
            return
        leg.accept_referral(now)
        go_on()

    def blind(self, run: Run, name: str, to: str, now: float) -> Callable[[], None]:
        """Give the other one away to a number or a code; what does it."""
        state = self.party(run, name)
        asker = self._caller(run, name)
        match self._parts.routing.route(asker, to, now):
            case Hosted(app) if app == PARK:
                return self._park(run, name, state, asker)
            case Hosted(app) as code if app == FETCH and (held := self._held(asker, code)) is not None:
                return lambda: self._join_held(run, name, *held)
            case _:
                pass
        stays = self._caller(run, other_of(run, name))
        rung, sought = self._sought(run, asker, stays, to, now)
        back = self._back(run, asker, stays, now)
        return lambda: self._give(run, name, rung, sought, back)

    def onward(self, run: Run, now: float) -> Callable[[], None]:
        """Somebody answered a call that an app began for him: now call whom he wants."""
        to, run.onward = run.onward, ""
        found = self._parts.routing.route(run.caller, to, now)
        held = self._held(run.caller, found) if isinstance(found, Hosted) else None
        if held is not None:
            return lambda: self._join_held(run, CALLER, *held)
        rung, sought = self._sought(run, run.caller, run.caller, to, now)
        run.sought, run.returns = sought, None
        return lambda: self._means.tell(run, words.TransferAsked(CALLER, rung, ""))

    def into_app(self, run: Run, app: Hosted, dialled: str) -> Callable[[], None]:
        """Both who talk go to an app, each in a call of his own from here on that are one in the history; `dialled` is
        what leads there."""
        state = self.party(run, CALLER)
        if state.exchange is not None or CALLER in run.apps or run.callee is None:
            raise BadPeer(NOT_NOW, "Not Now")
        return lambda: self._divided(run, state.callee, (app, app), dialled)

    def fetched(self, caller: Caller, dialled: str, now: float) -> tuple[Run, str] | None:
        """The call and the app's leg in it whose place is taken by who dials, if that fetches somebody parked."""
        code = self._parts.routing.route(caller, dialled, now) if dialled.startswith("*") else None
        return self._held(caller, code) if isinstance(code, Hosted) else None

    def recall(self, leg: str, now: float) -> Callable[[], None]:
        """Ring who parked the one that this app's leg holds, if he can be rung. Nobody takes it: he stays parked."""
        place, found = self._parts.parking.of(leg), self._means.found(leg)
        by = self._parts.directory.extension_by_id(place.by) if place is not None else None
        if place is None or by is None or found is None or not _holds(*found):
            return lambda: None
        run, name = found
        asker = Caller(by.tenant_id, by.id, "", by.subject, by.number, by.name)
        ring = self._parts.routing.route(asker, by.number, now)
        if by.id == run.caller.extension_id or not isinstance(ring, Ring):
            return lambda: None
        shown = replace(run.caller, name=self._comes_back(run.caller, place, by))
        rung = self._means.ringer.rung(run, replace(ring, instead=None), shown, back=True)
        run.sought, run.returns = Sought(by, by.number), Sought(None, "")
        return lambda: self._means.tell(run, words.TransferAsked(name, rung, "", keeps=True))

    def _comes_back(self, caller: Caller, place: Place, by: Extension) -> str:
        language = self._parts.directory.language(by.tenant_id, by.person_id)
        return COMES_BACK[language].format(caller.name, place.number)

    def take_over(self, replaces: Replaces, caller: Caller) -> tuple[Run, str]:
        """The call and the leg in it that an INVITE wants to replace: one of the caller's own."""
        run, name = self._named(replaces, caller.tenant_id, caller.extension_id, missing=481)
        state = run.state
        if not isinstance(state, Talking) or name not in (CALLER, state.callee):
            raise BadPeer(481, "No Such Call")
        if replaces.early_only:
            raise BadPeer(486, "It Is Answered")
        if isinstance(state.exchange, Moving):
            raise BadPeer(NOT_NOW, "Not Now")
        return run, name

    # ---- inside

    def party(self, run: Run, name: str) -> Talking:
        """Whoever asks must talk with somebody just now."""
        state = run.state
        if not isinstance(state, Talking) or name not in (CALLER, state.callee):
            raise BadPeer(NOT_NOW, "Not Now")
        if other_of(run, name) in run.apps:
            raise BadPeer(403, "Nobody To Transfer")
        return state

    def _check(self, run: Run, name: str, target: Uri, leg: Leg) -> None:
        self.party(run, name)
        tenant = self._parts.directory.tenant(run.caller.tenant_id)
        if target.scheme not in ("sip", "sips", "tel"):
            raise BadPeer(416, "Unsupported URI Scheme")
        if run.manner.secure and target.scheme != "sips":
            raise BadPeer(403, "Not Secure")
        if target.scheme == "sips":
            run.manner = replace(run.manner, secure=True)
        ours = {tenant.domain if tenant is not None else ""}
        if leg.dialog is not None:
            ours |= {host_of(self._parts.legs.contact(leg.dialog.flow)), host_of(leg.dialog.local)}
        if target.scheme != "tel" and target.host.lower() not in ours:
            raise BadPeer(403, "Not Of This Domain")

    def _sought(self, run: Run, asker: Caller, shown: Caller, to: str, now: float) -> tuple[Rung, Sought]:
        """Who is meant by what the asker dials; they see `shown` calling."""
        match self._parts.routing.route(asker, to, now):
            case NoSuchNumber():
                raise BadPeer(404, "No Such Number")
            case Hosted() as app:
                leg = run.fresh("app")
                run.apps[leg] = app
                return Rung((leg,), Limits(APP_ANSWERS, app.longest or self._means.longest_in_app)), Sought(None, to)
            case Ring() as ring:
                return self._means.ringer.rung(run, ring, shown), Sought(ring.extension, to, ring.only)

    def _caller(self, run: Run, name: str) -> Caller:
        """A party of the call as one who calls."""
        if name == CALLER:
            return run.caller
        extension_id, device_id = run.device(name)
        extension = self._parts.directory.extension_by_id(extension_id)
        if extension is None:
            raise BadPeer(403, "Nobody To Transfer")
        name = self._parts.directory.display_name(extension)
        return Caller(extension.tenant_id, extension.id, device_id, extension.subject, extension.number, name)

    def _back(self, run: Run, asker: Caller, stays: Caller, now: float) -> tuple[Rung, Sought] | None:
        """How he is called who gave the call away, if nobody takes it."""
        ring = self._parts.routing.route(asker, asker.number, now)
        if not isinstance(ring, Ring):
            return None
        rung = self._means.ringer.rung(run, replace(ring, instead=None), stays, back=True)
        return rung, Sought(ring.extension, asker.number)

    def _give(
        self,
        run: Run,
        name: str,
        rung: Rung | SettingUp,
        sought: Sought,
        back: tuple[Rung, Sought] | None,
    ) -> None:
        waiting = run.fresh("w")
        run.apps[waiting] = Hosted(WAITING)
        run.sought, run.returns = sought, back[1] if back is not None else None
        self._means.tell(run, words.TransferAsked(name, rung, waiting, back[0] if back is not None else None))

    def _attended(self, run: Run, name: str, replaces: Replaces, now: float) -> Callable[[], None]:
        """Give the other one away to whom the asker has called for that."""
        asker = self._caller(run, name)
        other, theirs = self._named(replaces, asker.tenant_id, asker.extension_id, missing=404)
        return self.join(run, name, other, theirs, now)

    def join(self, run: Run, name: str, other: Run, theirs: str, now: float) -> Callable[[], None]:
        """Bring together the two with whom somebody talks in two calls, as `name` in one, as `theirs` in the other."""
        state = self.party(run, name)
        if other is run or state.exchange is not None:
            raise BadPeer(NOT_NOW, "Not Now")
        match other.state:
            case Talking(callee, _, caller_sdp, callee_sdp, None) if theirs in (CALLER, callee):
                stays = callee if theirs == CALLER else CALLER
                sdp = callee_sdp if theirs == CALLER else caller_sdp
                return lambda: self._joined(run, name, other, stays, sdp)
            case SettingUp(branches=branches) if theirs == CALLER and not any(b.stage == "offering" for b in branches):
                return lambda: self._borrowed(run, name, other, now)
            case _:
                raise BadPeer(NOT_NOW, "Not Now")

    def _joined(self, run: Run, name: str, other: Run, stays: str, sdp: bytes) -> None:
        new = run.fresh("b")
        self._means.absorb(run, other, {stays: new})
        self._means.tell(run, words.Joined(name, new, sdp))

    def _borrowed(self, run: Run, name: str, other: Run, now: float) -> None:
        """It rings there still."""
        search = other.state
        assert isinstance(search, SettingUp)
        names = {branch.name: run.fresh("b") for branch in search.branches}
        if search.instead:
            names[search.instead] = run.fresh("app")
        branches = tuple(replace(branch, name=names[branch.name]) for branch in search.branches)
        search = replace(search, branches=branches, instead=names.get(search.instead, ""))
        sought = Sought(other.callee, other.dialled, other.only)
        asker, stays = self._caller(run, name), self._caller(run, other_of(run, name))
        self._means.absorb(run, other, names)
        self._give(run, name, search, sought, self._back(run, asker, stays, now))

    def _divided(self, run: Run, name: str, apps: tuple[Hosted, Hosted], dialled: str) -> None:
        """The leg `name` goes to the second app, in a call of its own; the other one to the first."""
        other = self._means.divide(run, name)
        for call, app in zip((run, other), apps, strict=True):
            assert isinstance(call.state, Talking)
            gone, leg = call.state.callee, call.fresh("app")
            call.apps[leg], call.sought = app, Sought(None, dialled)
            self._means.tell(call, words.IntoApp(gone, leg))

    def _park(self, run: Run, name: str, state: Talking, asker: Caller) -> Callable[[], None]:
        """Park the other one; he who parks is told where, in a call of his own."""
        if state.exchange is not None or run.callee is None:
            raise BadPeer(NOT_NOW, "Not Now")
        leg, since = run.app_leg(run.next("app")), self._parts.clock.now()
        place = self._parts.parking.take(asker.tenant_id, leg, asker.extension_id, since)
        if place is None:
            raise BadPeer(486, "No Place Is Free")
        return lambda: self._divided(run, name, (Hosted(PARK), Hosted(PARKED, (str(place),))), "")

    def _held(self, asker: Caller, code: Hosted) -> tuple[Run, str] | None:
        """The call of somebody who is parked, and the leg in it of the app that holds him."""
        if code.app != FETCH:
            return None
        place = self._parts.parking.find(asker.tenant_id, "".join(code.arguments))
        found = self._means.found(place.leg) if place is not None else None
        if found is None:
            return None
        run, name = found
        if isinstance(run.state, Transferring):  # it rings at who parked him: as if somebody said no there
            self._means.tell(run, words.Declined())
        return found if _holds(run, name) else None

    def _join_held(self, run: Run, name: str, other: Run, held_by: str) -> None:
        del held_by
        assert isinstance(other.state, Talking)
        self._joined(run, name, other, CALLER, other.state.caller_sdp)

    def _named(self, replaces: Replaces, tenant_id: str, extension_id: str, *, missing: int) -> tuple[Run, str]:
        """The leg a Replaces names, which must be one of this extension's. Some phones write the tags the other way
        round."""
        for ours, theirs in ((replaces.to_tag, replaces.from_tag), (replaces.from_tag, replaces.to_tag)):
            found = self._means.found(ours)
            dialog = found[0].legs[found[1]].dialog if found is not None else None
            if found is None or dialog is None or (dialog.call_id, dialog.remote_tag) != (replaces.call_id, theirs):
                continue
            run, name = found
            if run.caller.tenant_id != tenant_id or run.device(name)[0] != extension_id:
                break
            return run, name
        raise BadPeer(missing, "No Such Call")


def _holds(run: Run, name: str) -> bool:
    """Whether the caller is with this app, and nothing else goes on."""
    state = run.state
    return isinstance(state, Talking) and state.callee == name and state.exchange is None


def other_of(run: Run, name: str) -> str:
    """With whom this leg talks."""
    assert isinstance(run.state, Talking)
    return run.state.callee if name == CALLER else CALLER


def host_of(address: str) -> str:
    """The host of an address as it stands in a header."""
    try:
        return Uri.parse(address.partition("<")[2].partition(">")[0] or address).host.lower()
    except BadPeer:
        return ""
