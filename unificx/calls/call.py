"""A live call: its state, its legs, and the data of its call record."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from unificx.calls.app_leg import LOOPBACK, AppLeg, CallingAppLeg
from unificx.calls.dtls_associations import DtlsAssociations
from unificx.calls.events import CallEnded, CallParty, MediaQuality, Outcome
from unificx.calls.recording_indication import RecordingIndication
from unificx.calls.rules.causes import Cause
from unificx.calls.rules.identity import requests_privacy
from unificx.calls.rules.media_sections import has_video
from unificx.calls.rules.messages import CALLER
from unificx.calls.rules.sdp_inspection import with_origin
from unificx.calls.rules.states import Ended, Ending, SettingUp, State, Talking, Transferring
from unificx.calls.schemas import AppCallContext, LiveCall
from unificx.identity import Extension
from unificx.registrar import Caller
from unificx.routing import CallApp
from unificx.rtpengine.ng import MediaReport, PartyReport, Profile, profile_of
from unificx.sip.legs import IncomingLeg, InviteParams, Leg
from unificx.sip.message import Request

AnyLeg = Leg | AppLeg
MAX_DIALLED_LENGTH = 64
APP_LEG = "app"
"""Name of the leg of a dialled app."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """Options of the INVITE. `secure`: SIPS; `hops`: remaining Max-Forwards; `withheld_extension`: id of the caller's
    extension if they withhold their identity, else ""."""

    secure: bool = False
    withheld_extension: str = ""
    hops: int = 70


@dataclass(slots=True)
class DialTarget:
    """A phone to dial: its INVITE and media profile."""

    invitation: InviteParams
    profile: Profile


@dataclass(frozen=True, slots=True)
class SentSdp:
    """SDP sent to a leg, and the version in its origin line."""

    version: int
    sdp: bytes


@dataclass(frozen=True, slots=True)
class TransferTarget:
    """Target of a transfer; an app if `callee` is None."""

    callee: Extension | None
    dialled: str = field(repr=False)
    only_device: str = ""


@dataclass(slots=True)
class Call:
    """A live call. `legs` are keyed by their name in the state machine; `dialled` is the number the caller dialled."""

    id: str
    caller: Caller
    dialled: str
    callee: Extension | None
    started: datetime
    started_monotonic: float
    """Monotonic start time: durations must not depend on the wall clock being set."""
    legs: dict[str, AnyLeg]
    targets: dict[str, DialTarget] = field(default_factory=dict[str, DialTarget])
    state: State = field(default_factory=Ended)
    only_device: str = ""
    """The only device to ring, "" for all devices of the extension."""
    answered: datetime | None = None
    answered_leg: str | None = None
    media_stats: dict[str, PartyReport] = field(default_factory=dict[str, PartyReport])
    """Latest media statistics by leg id."""
    participants: dict[str, CallParty] = field(default_factory=dict[str, CallParty])
    """Participants so far, by leg id."""
    click_to_call: bool = False
    """Whether an app first called the caller's own phone, to dial a number for them afterwards."""
    next_destination: str = ""
    """Number to dial once the call from the app is answered."""
    displayed_callers: dict[str, tuple[Caller, tuple[tuple[str, str], ...]]] = field(default_factory=dict[str, Any])
    """Displayed caller and extra INVITE headers, by called extension."""
    transfer_target: "TransferTarget | None" = None
    """Target of the transfer in progress."""
    return_target: "TransferTarget | None" = None
    """The transferor, called back if the transfer is not answered."""
    leg_counters: Counter[str] = field(default_factory=Counter[str])
    """Number of leg names assigned, by prefix."""
    apps: dict[str, CallApp] = field(default_factory=dict[str, CallApp])
    """The app of each app leg."""
    fallback_cause: Cause | None = None
    """Why no phone answered, once the fallback app takes the call."""
    was_missed: bool = False
    """Whether the call had not been answered before: for the called extension it remains a missed call."""
    devices: dict[str, str] = field(default_factory=dict[str, str])
    """Device of each callee leg."""
    extensions: dict[str, str] = field(default_factory=dict[str, str])
    """Extension of each callee leg."""
    sent_sdp: dict[str, SentSdp] = field(default_factory=dict[str, SentSdp])
    """Latest SDP sent to each leg."""
    dtls_associations: DtlsAssociations = field(default_factory=DtlsAssociations)
    recording_indication: RecordingIndication = field(default_factory=RecordingIndication)
    record_written: bool = False
    journalled: bool = False
    """Whether the call is in the journal and must be removed from it."""
    absorbed_call_id: str = ""
    """Id of a call merged into this one that is still in the journal."""
    restored: bool = False
    """Whether the call was restored after a restart."""
    has_recording: bool = False
    """Whether any part of the call was recorded; known at its end."""
    record_id: str = ""
    """Id of its call record, if it shares that of another call."""
    siblings: set[str] = field(default_factory=set[str])
    """Ids of the calls a call was split into, including itself: they share one call record."""
    options: CallOptions = CallOptions()

    def anchor_id(self, branch: str) -> str:
        """Return the id of a branch's media anchor."""
        return f"{self.id}.{branch}"

    def all_extensions(self) -> set[str]:
        """Return the extensions of both parties."""
        return {self.caller.extension_id, self.callee.id if self.callee is not None else ""}

    def extension_and_device(self, name: str) -> tuple[str, str]:
        """Return the extension and device of a leg; "" where unknown."""
        if name == CALLER:
            return self.caller.extension_id, self.caller.device_id
        return self.extensions.get(name, ""), self.devices.get(name, "")

    def legs_of(self, device_id: str) -> frozenset[str]:
        """Return the names of a device's legs, including those not dialled yet or already ended."""
        return frozenset(name for name in (CALLER, *self.devices) if self.extension_and_device(name)[1] == device_id)

    def index_keys(self) -> tuple[str, ...]:
        """Return the ids of involved devices and of the called extension, for the call index."""
        called = (self.callee.id,) if self.callee is not None else ()
        return (self.caller.device_id, *self.devices.values(), *called)

    def peer_address(self, name: str) -> str:
        """Return the signalling address of a leg's peer."""
        leg, target = self.legs.get(name), self.targets.get(name)
        if name in self.apps:
            return LOOPBACK
        if leg is not None and leg.dialog is not None:
            return leg.dialog.flow.host
        return target.invitation.flow.host if target is not None else ""

    def media_profile(self, name: str) -> Profile:
        """Return the media profile of a leg, from its SDP if available."""
        leg = self.legs.get(name)
        target = self.targets.get(name)
        if name in self.apps:
            return Profile.ENGINE
        if leg is not None and leg.remote_sdp:
            return profile_of(leg.remote_sdp)
        if target is not None:
            return target.profile
        return Profile.WEBRTC if leg is not None and _uses_websocket(leg) else Profile.PLAIN

    def profile_at_anchor(self, name: str, anchor: str) -> Profile:
        """Return the media profile to use in SDP for a leg at an anchor."""
        profile = self.media_profile(name)
        return self.dtls_associations.profile_for(name, anchor) if profile is Profile.WEBRTC else profile

    def peer_sdp(self, name: str) -> bytes:
        """Return the latest SDP received from a leg's peer, b"" if none."""
        leg = self.legs.get(name)
        return leg.remote_sdp if leg is not None else b""

    def relays_video(self, sender: str, recipient: str) -> bool:
        """Whether video is relayed: from a browser only to another browser or to a phone that uses video itself."""
        browser = self.media_profile(sender) is Profile.WEBRTC
        return not browser or self.media_profile(recipient) is Profile.WEBRTC or has_video(self.peer_sdp(recipient))

    def wall_time(self, now: float) -> datetime:
        """Convert monotonic time to wall time."""
        return self.started + timedelta(seconds=now - self.started_monotonic)

    def to_call_ended(self, cause: Cause, now: float) -> CallEnded:
        """Return the event of this call's end. If the caller's INVITE got no 2xx, the call was not answered."""
        if self.fallback_cause is not None and self.was_missed:  # for the called extension it remains a missed call
            return self._call_ended(self.fallback_cause, self.fallback_cause.value.outcome, None, now)
        caller = self.legs.get(CALLER)
        unsent = isinstance(caller, IncomingLeg | CallingAppLeg) and not caller.accepted
        answered = None if unsent else self.answered
        outcome = cause.value.outcome
        if answered is not None:
            outcome = "answered"
        elif outcome == "answered":
            outcome = "cancelled" if unsent and cause is Cause.HUNG_UP else "failed"
        return self._call_ended(cause, outcome, answered, now)

    def app_context(self, name: str) -> AppCallContext:
        """Return the call context for an app. For a calling app, the called party is its caller."""
        app = self.apps[name]
        if name == CALLER and self.callee is not None:
            to = self.callee
            caller, callee = Caller(to.tenant_id, to.id, self.only_device, to.subject, to.number, to.name), None
        else:
            caller, callee = self.caller, self.callee
        if self.withholds_identity(caller.extension_id):
            caller = replace(caller, number="", name="")
        return AppCallContext(
            call_id=self.id,
            leg_id=self.app_leg_id(name),
            app=app.app,
            arguments=app.arguments,
            caller=caller,
            callee=callee,
            started=self.started,
            reason=self.fallback_cause.value.outcome if self.fallback_cause is not None else "",
            dialled=self.dialled,
        )

    def app_leg_id(self, name: str) -> str:
        """Return the id of an app leg."""
        return f"{self.id}.{name}"

    def setup_state(self) -> SettingUp | None:
        """Return the set-up state of ringing phones, of a call or a transfer."""
        state = self.state.setup if isinstance(self.state, Transferring) else self.state
        return state if isinstance(state, SettingUp) else None

    def withholds_identity(self, extension_id: str | None) -> bool:
        """Whether the extension withholds its identity."""
        return bool(extension_id) and extension_id == self.options.withheld_extension

    def to_live_call(self, own: Collection[str] = ()) -> LiveCall:
        """Return the live call as shown to a user with the extensions `own`."""
        extension_id = self.caller.extension_id
        visible = extension_id in own or not self.withholds_identity(extension_id)
        talking, ending = isinstance(self.state, Talking | Transferring), isinstance(self.state, Ending)
        return LiveCall(
            id=self.id,
            tenant_id=self.caller.tenant_id,
            state="talking" if talking else "ending" if ending else "ringing",
            started=self.started,
            answered=self.answered,
            caller=self.caller.number if visible else "",
            callee=self.dialled,
            app=self._current_app(),
        )

    def _current_app(self) -> CallApp | None:
        """The app the caller is connected to."""
        return self.apps.get(self.state.callee) if isinstance(self.state, Talking) else None

    def _call_ended(self, cause: Cause, outcome: Outcome, answered: datetime | None, now: float) -> CallEnded:
        return CallEnded(
            id=self.record_id or self.id,
            tenant=self.caller.tenant_id,
            direction="internal",
            started=self.started,
            answered=answered,
            ended=self.wall_time(now),
            outcome=outcome,
            cause=cause.value.q850,
            parties=self.parties(),
            recorded=self.has_recording,
        )

    # ---- participants

    def new_leg_name(self, prefix: str) -> str:
        """Return a new, unused leg name."""
        name = self.next_leg_name(prefix)
        self.leg_counters[prefix] += 1
        return name

    def next_leg_name(self, prefix: str) -> str:
        """Return the name that `new_leg_name` will return next."""
        return f"{prefix}{self.leg_counters[prefix] + 1}"

    def swap_caller(self, name: str, callee: Extension | None) -> None:
        """Swap the caller and this leg; `callee` is the extension of the former caller."""
        self.update_participants()
        callee_device, former_callee = self.devices.get(name, ""), self.callee
        for mapping in (
            self.legs,
            self.sent_sdp,
            self.dtls_associations.sent,
            self.dtls_associations.generated,
            self.apps,
        ):
            _swap_keys(mapping, CALLER, name)
        self.devices[name], self.extensions[name] = self.caller.device_id, self.caller.extension_id
        if former_callee is not None:
            ids = former_callee.tenant_id, former_callee.id, callee_device, former_callee.subject
            self.caller = Caller(*ids, number=former_callee.number, name=former_callee.name)
        self.callee, self.answered_leg = callee, name

    def set_callee(self, target: TransferTarget) -> None:
        """Set a new called party."""
        self.update_participants()
        self.callee, self.dialled, self.only_device, self.answered_leg = (
            target.callee,
            target.dialled,
            target.only_device,
            None,
        )

    def set_peer(self, name: str, callee: Extension | None) -> None:
        """Connect the caller to this leg of this extension."""
        self.update_participants()
        self.callee, self.answered_leg = callee, name

    def update_participants(self) -> None:
        """Update the participants of the call record from the current legs."""
        calling, called = self._caller_party(), self._callee_party()
        caller_key, answered_leg = "", self.answered_leg or ""
        same_extension = self.click_to_call and calling.extension_id == called.extension_id
        if not (same_extension and CALLER in self.apps):
            caller_key = self._update_participant(CALLER, calling, "")
        if not (same_extension and answered_leg in self.apps) and (
            self.callee is not None or called.number or not self.participants
        ):
            self._update_participant(answered_leg, called, caller_key)

    def _update_participant(self, name: str, party: CallParty, other: str) -> str:
        """Add or replace a participant and return its key. An entry from before it had a device is replaced, but never
        that of the `other` party, even if it is the same user."""
        leg = self.legs.get(name)
        existing = next((key for key, one in self.participants.items() if key != other and _same_party(one, party)), "")
        if existing and not party.device_id:
            return existing
        key = leg.id if leg is not None else existing or f"{len(self.participants)}"
        self.participants = {key if each == existing else each: one for each, one in self.participants.items()} | {
            key: party
        }
        return key

    def was_started_by(self, name: str) -> bool:
        """Whether this leg started the call; the caller's leg, while no participants are stored."""
        return self.legs[name].id == next(iter(self.participants), self.legs[CALLER].id)

    def has_participant(self, party: CallParty) -> bool:
        """Whether the party is already a participant."""
        return any(_same_party(one, party) for one in self.participants.values())

    def parties(self) -> tuple[CallParty, ...]:
        """Return all participants and called parties, the caller first, then in order of joining."""
        self.update_participants()
        parties = [
            replace(
                one,
                role="callee" if at else "caller",
                quality=self._quality(key),
                withheld=self.withholds_identity(one.extension_id),
            )
            for at, (key, one) in enumerate(self.participants.items())
        ]
        return tuple(parties if len(parties) > 1 else [*parties, CallParty(role="callee", number=self.dialled)])

    def _caller_party(self) -> CallParty:
        caller = self.caller
        return CallParty(
            role="caller",
            subject=caller.subject,
            extension_id=caller.extension_id,
            device_id=caller.device_id,
            number=caller.number,
            name=caller.name,
            address=_signalling_address(self.legs.get(CALLER)),
        )

    def _callee_party(self) -> CallParty:
        callee, answered_leg = self.callee, self.answered_leg
        if callee is None:
            return CallParty(role="callee", number=self.dialled)
        return CallParty(
            role="callee",
            subject=callee.subject,
            extension_id=callee.id,
            device_id=self.devices.get(answered_leg or ""),
            number=callee.number,
            name=callee.name,
            address=_signalling_address(self.legs.get(answered_leg or "")),
        )

    def add_media_stats(self, report: MediaReport | None) -> None:
        """Store an anchor's media statistics."""
        for leg in self.legs.values():
            stats = report.party(leg.id) if report is not None else None
            if stats is not None:
                self.media_stats[leg.id] = stats

    def _quality(self, tag: str) -> MediaQuality:
        stats = self.media_stats.get(tag)
        return _media_quality(stats) if stats is not None else MediaQuality()

    def prepare_sdp(self, name: str, sdp: bytes) -> bytes:
        """Return the SDP to send to a leg: with the recording state and our origin line, whose version is incremented
        on change (RFC 3264 section 8)."""
        if not sdp:
            return b""
        self.dtls_associations.mark_sent(name)
        sdp = self.recording_indication.apply_to(self.legs.get(name), sdp)
        identity = int(self.id[:13].replace("-", ""), 16)
        previous = self.sent_sdp.get(name, _NO_SDP)
        if previous.sdp and with_origin(sdp, identity, previous.version) == previous.sdp:
            return previous.sdp
        sent = SentSdp(previous.version + 1, with_origin(sdp, identity, previous.version + 1))
        self.sent_sdp = {**self.sent_sdp, name: sent}
        return sent.sdp

    def set_media_profile(self, name: str, profile: Profile) -> None:
        """Change the media profile of a phone before it is dialled again."""
        self.targets[name] = replace(self.targets[name], profile=profile)


_NO_SDP = SentSdp(0, b"")


def call_options(invite: Request, caller: Caller) -> CallOptions:
    """Return the call options of an INVITE."""
    hops = max((invite.max_forwards or 70) - 1, 0)
    hidden = caller.extension_id if requests_privacy(invite.all("privacy")) else ""
    return CallOptions(invite.target.scheme == "sips", hidden, hops)


def sanitize_dialled(dialled: str) -> str:
    """Remove unprintable characters from a dialled string and truncate it."""
    return "".join(char for char in dialled[:MAX_DIALLED_LENGTH] if char.isprintable())


def _swap_keys(mapping: dict[str, Any], one: str, other: str) -> None:
    """Swap two keys."""
    swapped = {name: mapping.pop(name) for name in (one, other) if name in mapping}
    mapping.update({other if name == one else one: value for name, value in swapped.items()})


def _same_party(one: CallParty, other: CallParty) -> bool:
    """Whether both are the same party; an entry without a device matches any device of the extension."""
    if one.extension_id is None or one.extension_id != other.extension_id:
        return one.extension_id == other.extension_id and one.number == other.number
    return one.device_id == other.device_id or not (one.device_id and other.device_id)


def _media_quality(stats: PartyReport) -> MediaQuality:
    lost = stats.lost
    sent = stats.packets + (lost or 0)
    return MediaQuality(
        loss=round(100 * lost / sent, 2) if lost is not None and sent else None,
        jitter_ms=stats.jitter_ms,
        mos=stats.mos,
        packets=stats.packets,
    )


def _signalling_address(leg: AnyLeg | None) -> str:
    return leg.dialog.flow.host if leg is not None and leg.dialog is not None else ""


def _uses_websocket(leg: AnyLeg) -> bool:
    return leg.dialog is not None and leg.dialog.flow.is_websocket
