"""One call while it lives: where it stands, its legs, and what its record will need."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from unificx.calls.contracts import Hosting
from unificx.calls.facts import CallEnded, CallParty, Outcome, SideQuality
from unificx.calls.hosted import HERE, HostedLeg
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.descriptions import as_origin
from unificx.calls.rules.sections import shows
from unificx.calls.rules.states import Over, State
from unificx.calls.rules.words import CALLER
from unificx.media import MediaReport, PartyReport, Profile, profile_of
from unificx.people import Extension
from unificx.presence import Caller
from unificx.routing import Hosted
from unificx.sip.legs import IncomingLeg, Invitation, Leg

AnyLeg = Leg | HostedLeg


@dataclass(slots=True)
class Target:
    """A phone that is rung: how to invite it, how it carries media."""

    invitation: Invitation
    profile: Profile


@dataclass(frozen=True, slots=True)
class Said:
    """A description a leg was sent, and the version in its origin line."""

    version: int
    sdp: bytes


@dataclass(slots=True)
class Run:
    """A live call. `legs` go by their name in the rules; `dialled` is what the caller asked for."""

    id: str
    caller: Caller
    dialled: str
    callee: Extension | None
    started: datetime
    began: float
    """When it started in monotonic seconds: how long it lasts is measured with a clock that cannot be set."""
    legs: dict[str, AnyLeg]
    targets: dict[str, Target] = field(default_factory=dict[str, Target])
    state: State = field(default_factory=Over)
    only: str = ""
    """The one device that is rung, if not all of the extension are."""
    answered: datetime | None = None
    winner: str | None = None
    report: MediaReport | None = None
    apps: dict[str, Hosted] = field(default_factory=dict[str, Hosted])
    """The app behind each leg that ends in here."""
    passed_on: Cause | None = None
    """Why nobody took the call who was rung, once an app takes it instead."""
    devices: dict[str, str] = field(default_factory=dict[str, str])
    """The device behind each callee's leg."""
    said: dict[str, Said] = field(default_factory=dict[str, Said])
    """The last description each leg was sent."""
    recorded: bool = False

    def anchor(self, branch: str) -> str:
        """The anchor's name for a branch."""
        return f"{self.id}.{branch}"

    def all_devices(self) -> set[str]:
        """The devices that call and that answered."""
        callees = {self.devices.get(self.winner, "")} if self.winner is not None else set[str]()
        return {self.caller.device_id} | callees

    def all_extensions(self) -> set[str]:
        """The extensions of both sides."""
        return {self.caller.extension_id, self.callee.id if self.callee is not None else ""}

    def device(self, name: str) -> tuple[str, str]:
        """The extension and the device behind a leg; "" for what is not known."""
        if name == CALLER:
            return self.caller.extension_id, self.caller.device_id
        return self.callee.id if self.callee is not None else "", self.devices.get(name, "")

    def concerned(self) -> tuple[str, ...]:
        """The devices in it or rung for it, and the extension that is called."""
        called = (self.callee.id,) if self.callee is not None else ()
        return (self.caller.device_id, *self.devices.values(), *called)

    def source(self, name: str) -> str:
        """The address a leg's peer speaks from."""
        leg, target = self.legs.get(name), self.targets.get(name)
        if name in self.apps:
            return HERE
        if leg is not None and leg.dialog is not None:
            return leg.dialog.flow.host
        return target.invitation.flow.host if target is not None else ""

    def profile(self, name: str) -> Profile:
        """How a leg carries its media: as it said itself, else as it is known."""
        leg = self.legs.get(name)
        target = self.targets.get(name)
        if name in self.apps:
            return Profile.ENGINE
        if leg is not None and leg.received:
            return profile_of(leg.received)
        if target is not None:
            return target.profile
        return Profile.WEBRTC if leg is not None and _by_websocket(leg) else Profile.PLAIN

    def known(self, name: str) -> bytes:
        """The last description a leg's peer wrote, b"" if none."""
        leg = self.legs.get(name)
        return leg.received if leg is not None else b""

    def shares_pictures(self, giver: str, taker: str) -> bool:
        """Whether the taker is shown the giver's pictures: a browser's only if he is one too, or shows his own."""
        browser = self.profile(giver) is Profile.WEBRTC
        return not browser or self.profile(taker) is Profile.WEBRTC or shows(self.known(taker))

    def at(self, now: float) -> datetime:
        """A monotonic moment of this call as a time of day."""
        return self.started + timedelta(seconds=now - self.began)

    def ended(self, cause: Cause, now: float) -> CallEnded:
        """The fact of this call's end. A caller to whom no answer went out was not answered."""
        if self.passed_on is not None:  # to those who were rung it is what it was before
            return self._fact(self.passed_on, self.passed_on.value.outcome, None, now)
        caller = self.legs.get(CALLER)
        unsent = isinstance(caller, IncomingLeg) and not caller.accepted
        answered = None if unsent else self.answered
        outcome = cause.value.outcome
        if answered is not None:
            outcome = "answered"
        elif outcome == "answered":
            outcome = "cancelled" if unsent and cause is Cause.HUNG_UP else "failed"
        return self._fact(cause, outcome, answered, now)

    def hosting(self, name: str) -> Hosting:
        """The call as the app behind a leg gets it."""
        app = self.apps[name]
        return Hosting(
            call_id=self.id,
            leg=f"{self.id}.{name}",
            app=app.app,
            arguments=app.arguments,
            caller=self.caller,
            callee=self.callee,
            started=self.started,
            why=self.passed_on.value.outcome if self.passed_on is not None else "",
            dialled=self.dialled,
        )

    def _fact(self, cause: Cause, outcome: Outcome, answered: datetime | None, now: float) -> CallEnded:
        return CallEnded(
            id=self.id,
            tenant=self.caller.tenant_id,
            direction="internal",
            started=self.started,
            answered=answered,
            ended=self.at(now),
            outcome=outcome,
            cause=cause.value.q850,
            parties=(self._calling(), self._called()),
        )

    def _calling(self) -> CallParty:
        caller = self.caller
        return CallParty(
            role="caller",
            subject=caller.subject,
            extension_id=caller.extension_id,
            device_id=caller.device_id,
            number=caller.number,
            name=caller.name,
            address=_address(self.legs.get(CALLER)),
            quality=self._quality(CALLER),
        )

    def _called(self) -> CallParty:
        callee, winner = self.callee, self.winner
        if callee is None:
            return CallParty(role="callee", number=self.dialled)
        return CallParty(
            role="callee",
            subject=callee.subject,
            extension_id=callee.id,
            device_id=self.devices.get(winner or ""),
            number=callee.number,
            name=callee.name,
            address=_address(self.legs.get(winner or "")),
            quality=self._quality(winner or ""),
        )

    def _quality(self, name: str) -> SideQuality:
        leg = self.legs.get(name)
        side = self.report.party(leg.id) if self.report is not None and leg is not None else None
        return _quality(side) if side is not None else SideQuality()

    def ours(self, name: str, sdp: bytes) -> bytes:
        """The description under the origin this leg knows us by; its version counts up when it changes."""
        if not sdp:
            return b""
        identity = int(self.id[:13].replace("-", ""), 16)
        before = self.said.get(name, _NOTHING)
        if before.sdp and as_origin(sdp, identity, before.version) == before.sdp:
            return before.sdp
        said = Said(before.version + 1, as_origin(sdp, identity, before.version + 1))
        self.said = {**self.said, name: said}
        return said.sdp

    def retarget(self, name: str, profile: Profile) -> None:
        """Ask a phone again with another way to carry media."""
        self.targets[name] = replace(self.targets[name], profile=profile)


_NOTHING = Said(0, b"")


def _quality(side: PartyReport) -> SideQuality:
    lost = side.lost
    sent = side.packets + (lost or 0)
    return SideQuality(
        loss=round(100 * lost / sent, 2) if lost is not None and sent else None,
        jitter_ms=side.jitter_ms,
        mos=side.mos,
        packets=side.packets,
    )


def _address(leg: AnyLeg | None) -> str:
    return leg.dialog.flow.host if leg is not None and leg.dialog is not None else ""


def _by_websocket(leg: AnyLeg) -> bool:
    return leg.dialog is not None and leg.dialog.flow.by_websocket
