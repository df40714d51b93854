"""One call while it lives: where it stands, its legs, and what its record will need."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from unificx.calls.contracts import Hosting, LiveCall
from unificx.calls.facts import CallEnded, CallParty, Outcome, SideQuality
from unificx.calls.hosted import HERE, HostedCaller, HostedLeg
from unificx.calls.indicating import Indicating
from unificx.calls.meetings import Meetings
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.descriptions import as_origin
from unificx.calls.rules.identity import withheld
from unificx.calls.rules.sections import shows
from unificx.calls.rules.states import Ending, Over, SettingUp, State, Talking, Transferring
from unificx.calls.rules.words import CALLER
from unificx.media import MediaReport, PartyReport, Profile, profile_of
from unificx.people import Extension
from unificx.presence import Caller
from unificx.routing import Hosted
from unificx.sip.legs import IncomingLeg, Invitation, Leg
from unificx.sip.message import Request

AnyLeg = Leg | HostedLeg
MOST_DIALLED = 64
APP = "app"
"""The name of the leg of an app that takes a call."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a call was asked for: over secure hops only; `hops` it may still take. `withheld` is the extension of a
    caller who wants nobody to be told who calls, "" if he does not mind."""

    secure: bool = False
    withheld: str = ""
    hops: int = 70


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


@dataclass(frozen=True, slots=True)
class Sought:
    """Somebody who is called, by what was dialled; without an extension it is an app."""

    callee: Extension | None
    dialled: str = field(repr=False)
    only: str = ""


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
    measured: dict[str, PartyReport] = field(default_factory=dict[str, PartyReport])
    """What was measured last of each leg, by its id."""
    cast: dict[str, CallParty] = field(default_factory=dict[str, CallParty])
    """Who took part so far, by the id of his leg."""
    himself: bool = False
    """Whether an app called its caller himself, to call somebody for him then."""
    onward: str = ""
    """What is called next for whoever answers a call that an app began."""
    shown: dict[str, tuple[Caller, tuple[tuple[str, str], ...]]] = field(default_factory=dict[str, Any])
    """Who calls, as the phones of an extension are told, and what else they are told of it."""
    sought: "Sought | None" = None
    """Who is called next, when somebody gives the call away."""
    returns: "Sought | None" = None
    """Who gave it away, to be called if nobody takes it."""
    named: Counter[str] = field(default_factory=Counter[str])
    """How many names for legs were given out."""
    apps: dict[str, Hosted] = field(default_factory=dict[str, Hosted])
    """The app behind each leg that ends in here."""
    passed_on: Cause | None = None
    """Why nobody took the call who was rung, once an app takes it instead."""
    missed: bool = False
    """Whether that was so before anybody had taken it: to those who were rung it stays what it was."""
    devices: dict[str, str] = field(default_factory=dict[str, str])
    """The device behind each callee's leg."""
    extensions: dict[str, str] = field(default_factory=dict[str, str])
    """The extension behind each callee's leg."""
    said: dict[str, Said] = field(default_factory=dict[str, Said])
    """The last description each leg was sent."""
    meetings: Meetings = field(default_factory=Meetings)
    indicating: Indicating = field(default_factory=Indicating)
    recorded: bool = False
    noted: bool = False
    """Whether the journal has it, so that it has to be struck out."""
    absorbed: str = ""
    """A call that went into this one, which the journal still has."""
    adopted: bool = False
    """Whether an earlier life of this process began it."""
    kept: bool = False
    """Whether anything of what was said was recorded; known at its end."""
    record: str = ""
    """The id of its record, if that is not its own: it was part of another call."""
    siblings: set[str] = field(default_factory=set[str])
    """The calls that one was divided into, itself among them, as long as they go on: they have one record."""
    manner: Manner = Manner()

    def anchor(self, branch: str) -> str:
        """The anchor's name for a branch."""
        return f"{self.id}.{branch}"

    def all_extensions(self) -> set[str]:
        """The extensions of both sides."""
        return {self.caller.extension_id, self.callee.id if self.callee is not None else ""}

    def device(self, name: str) -> tuple[str, str]:
        """The extension and the device behind a leg; "" for what is not known."""
        if name == CALLER:
            return self.caller.extension_id, self.caller.device_id
        return self.extensions.get(name, ""), self.devices.get(name, "")

    def legs_of(self, device_id: str) -> frozenset[str]:
        """The names of a device's legs; of some there is nothing yet, or no more."""
        return frozenset(name for name in (CALLER, *self.devices) if self.device(name)[1] == device_id)

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

    def described_at(self, name: str, anchor: str) -> Profile:
        """How a leg is described the media of an anchor."""
        profile = self.profile(name)
        return self.meetings.describe(name, anchor) if profile is Profile.WEBRTC else profile

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
        if self.passed_on is not None and self.missed:  # to those who were rung it is what it was before
            return self._fact(self.passed_on, self.passed_on.value.outcome, None, now)
        caller = self.legs.get(CALLER)
        unsent = isinstance(caller, IncomingLeg | HostedCaller) and not caller.accepted
        answered = None if unsent else self.answered
        outcome = cause.value.outcome
        if answered is not None:
            outcome = "answered"
        elif outcome == "answered":
            outcome = "cancelled" if unsent and cause is Cause.HUNG_UP else "failed"
        return self._fact(cause, outcome, answered, now)

    def hosting(self, name: str) -> Hosting:
        """The call as the app behind a leg gets it. To an app that calls, whom it calls is its caller."""
        app = self.apps[name]
        if name == CALLER and self.callee is not None:
            to = self.callee
            caller, callee = Caller(to.tenant_id, to.id, self.only, to.subject, to.number, to.name), None
        else:
            caller, callee = self.caller, self.callee
        if self.withholds(caller.extension_id):
            caller = replace(caller, number="", name="")
        return Hosting(
            call_id=self.id,
            leg=self.app_leg(name),
            app=app.app,
            arguments=app.arguments,
            caller=caller,
            callee=callee,
            started=self.started,
            why=self.passed_on.value.outcome if self.passed_on is not None else "",
            dialled=self.dialled,
        )

    def app_leg(self, name: str) -> str:
        """The id of the leg of an app."""
        return f"{self.id}.{name}"

    def search(self) -> SettingUp | None:
        """The phones that ring, for the caller or for who waits."""
        state = self.state.search if isinstance(self.state, Transferring) else self.state
        return state if isinstance(state, SettingUp) else None

    def withholds(self, extension_id: str | None) -> bool:
        """Whether nobody is told who this is."""
        return bool(extension_id) and extension_id == self.manner.withheld

    def as_live(self, own: Collection[str] = ()) -> LiveCall:
        """The call as it is shown while it goes on to somebody whose `own` extensions these are."""
        extension_id = self.caller.extension_id
        told = extension_id in own or not self.withholds(extension_id)
        talking, ending = isinstance(self.state, Talking | Transferring), isinstance(self.state, Ending)
        return LiveCall(
            id=self.id,
            tenant_id=self.caller.tenant_id,
            state="talking" if talking else "ending" if ending else "ringing",
            started=self.started,
            answered=self.answered,
            caller=self.caller.number if told else "",
            callee=self.dialled,
            hosted=self._hosted(),
        )

    def _hosted(self) -> Hosted | None:
        """The app the caller talks with."""
        return self.apps.get(self.state.callee) if isinstance(self.state, Talking) else None

    def _fact(self, cause: Cause, outcome: Outcome, answered: datetime | None, now: float) -> CallEnded:
        return CallEnded(
            id=self.record or self.id,
            tenant=self.caller.tenant_id,
            direction="internal",
            started=self.started,
            answered=answered,
            ended=self.at(now),
            outcome=outcome,
            cause=cause.value.q850,
            parties=self.parties(),
            recorded=self.kept,
        )

    # ---- who takes part

    def fresh(self, letter: str) -> str:
        """A name no leg has had yet."""
        name = self.next(letter)
        self.named[letter] += 1
        return name

    def next(self, letter: str) -> str:
        """The name `fresh` will give."""
        return f"{letter}{self.named[letter] + 1}"

    def swap(self, name: str, callee: Extension | None) -> None:
        """The caller and this leg change their names; `callee` is the extension of whoever was the caller."""
        self.note_cast()
        device, owner = self.devices.get(name, ""), self.callee
        for of in (self.legs, self.said, self.meetings.known, self.meetings.described, self.apps):
            _swapped(of, CALLER, name)
        self.devices[name], self.extensions[name] = self.caller.device_id, self.caller.extension_id
        if owner is not None:
            who = owner.tenant_id, owner.id, device, owner.subject
            self.caller = Caller(*who, number=owner.number, name=owner.name)
        self.callee, self.winner = callee, name

    def seek(self, sought: Sought) -> None:
        """From here on it is somebody else who is called."""
        self.note_cast()
        self.callee, self.dialled, self.only, self.winner = sought.callee, sought.dialled, sought.only, None

    def joined(self, name: str, callee: Extension | None) -> None:
        """The caller talks with this leg now, of this extension."""
        self.note_cast()
        self.callee, self.winner = callee, name

    def note_cast(self) -> None:
        """Keep for the record who is in the call, or is called, as long as that can be told from its legs."""
        calling, called = self._calling(), self._called()
        before, winner = "", self.winner or ""
        himself = self.himself and calling.extension_id == called.extension_id
        if not (himself and CALLER in self.apps):
            before = self._note(CALLER, calling, "")
        if not (himself and winner in self.apps) and (self.callee is not None or called.number or not self.cast):
            self._note(winner, called, before)

    def _note(self, name: str, party: CallParty, other: str) -> str:
        """Keep a party, in the place of what was kept of him before he had a phone; under which key. He is not the
        `other` one, though it be his own phone."""
        leg = self.legs.get(name)
        same = next((key for key, one in self.cast.items() if key != other and _same(one, party)), "")
        if same and not party.device_id:
            return same
        key = leg.id if leg is not None else same or f"{len(self.cast)}"
        self.cast = {key if each == same else each: one for each, one in self.cast.items()} | {key: party}
        return key

    def began_with(self, name: str) -> bool:
        """Whether the call began with this leg: the caller's, as long as nobody came or went and the cast is empty."""
        return self.legs[name].id == next(iter(self.cast), self.legs[CALLER].id)

    def has(self, party: CallParty) -> bool:
        """Whether somebody took part already."""
        return any(_same(one, party) for one in self.cast.values())

    def parties(self) -> tuple[CallParty, ...]:
        """Everybody who took part or was called: who called first, then in the order in which they came."""
        self.note_cast()
        everybody = [
            replace(
                one,
                role="callee" if at else "caller",
                quality=self._quality(key),
                withheld=self.withholds(one.extension_id),
            )
            for at, (key, one) in enumerate(self.cast.items())
        ]
        return tuple(everybody if len(everybody) > 1 else [*everybody, CallParty(role="callee", number=self.dialled)])

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
        )

    def measure(self, report: MediaReport | None) -> None:
        """Note what an anchor measured of those who met there."""
        for leg in self.legs.values():
            side = report.party(leg.id) if report is not None else None
            if side is not None:
                self.measured[leg.id] = side

    def _quality(self, tag: str) -> SideQuality:
        side = self.measured.get(tag)
        return _quality(side) if side is not None else SideQuality()

    def ours(self, name: str, sdp: bytes) -> bytes:
        """The description under the origin this leg knows us by, which it is sent now; its version counts up when it
        changes."""
        if not sdp:
            return b""
        self.meetings.told(name)
        sdp = self.indicating.worded(self.legs.get(name), sdp)
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


def manner_of(invite: Request, caller: Caller) -> Manner:
    """How an INVITE asks for a call."""
    hops = max((invite.max_forwards or 70) - 1, 0)
    hidden = caller.extension_id if withheld(invite.all("privacy")) else ""
    return Manner(invite.target.scheme == "sips", hidden, hops)


def printable(dialled: str) -> str:
    """What was dialled, as it may be kept and shown."""
    return "".join(char for char in dialled[:MOST_DIALLED] if char.isprintable())


def _swapped(of: dict[str, Any], one: str, other: str) -> None:
    """What is kept under one name goes under the other, and the other way round."""
    kept = {name: of.pop(name) for name in (one, other) if name in of}
    of.update({other if name == one else one: value for name, value in kept.items()})


def _same(one: CallParty, other: CallParty) -> bool:
    """Whether they are one person on one phone; he may have been called before he had one."""
    if one.extension_id is None or one.extension_id != other.extension_id:
        return one.extension_id == other.extension_id and one.number == other.number
    return one.device_id == other.device_id or not (one.device_id and other.device_id)


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
