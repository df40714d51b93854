"""A participant of a call: one leg with everything that belongs to it.

A participant moves as a whole when calls are split or joined, or when caller and callee swap their names.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.calls.app_leg import LOOPBACK, AppLeg
from unificx.calls.dtls_state import DtlsState
from unificx.calls.machine.identity import AssertedIdentity
from unificx.core.value import value
from unificx.registrar import Caller
from unificx.routing import CallApp
from unificx.rtpengine.ng import Profile, profile_of
from unificx.sdp import has_video, is_on_ipv6
from unificx.sip.legs import InviteParams, Leg

AnyLeg = Leg | AppLeg


@dataclass(slots=True)
class DialParams:
    """The INVITE and the media profile with which a phone or a carrier is dialled."""

    invitation: InviteParams
    profile: Profile


@value
class SentSdp:
    """SDP sent to a leg, and the version in its origin line."""

    version: int
    sdp: bytes


NO_SDP = SentSdp(0, b"")


AnswerKeyStage = Literal["needed", "asked", "pressed"]


@dataclass(slots=True)
class Participant:
    """One participant of a call, known to the state machine by its key in `Call.participants`.

    `leg` is None until it is dialled. A phone or carrier to be dialled has `dial_params`, an app an `app`, a party
    outside an `outside`; `extension_id` and `device_id` are "" where unknown, as for an app.
    """

    leg: AnyLeg | None = None
    extension_id: str = ""
    device_id: str = ""
    dial_params: DialParams | None = None
    app: CallApp | None = None
    sent_sdp: SentSdp = NO_SDP
    """Latest SDP sent to the leg."""
    dtls: DtlsState = field(default_factory=DtlsState)
    outside: Caller | None = None
    """The party outside that it is, with its number and trunk."""
    is_emergency: bool = False
    """Whether it was dialled by an emergency number."""
    payer: str = ""
    """Of a number outside that was dialled: the extension for which it is billed, "" for none."""
    connected: datetime | None = None
    """Of a number outside that was dialled: when it answered."""
    reservation: str = ""
    """Of a number outside: the id under which credit is reserved for it, "" if it was never asked for."""
    answer_key: AnswerKeyStage | None = None
    """Of a member outside that rings with others: whether the user has pressed the key that takes the call; None where
    the answer itself takes it."""
    shown: AssertedIdentity | None = None
    """The party that the device was told it is connected to; None: what its user dialled."""

    @property
    def awaits_answer_key(self) -> bool:
        """Whether its user has yet to press the answer key."""
        return self.answer_key in ("needed", "asked")

    @property
    def remote_sdp(self) -> bytes:
        """Latest SDP received from the peer, b"" if none."""
        return self.leg.remote_sdp if self.leg is not None else b""

    @property
    def dialog_address(self) -> str:
        """Signalling address of the leg's dialog, "" without one."""
        leg = self.leg
        return leg.dialog.flow.host if leg is not None and leg.dialog is not None else ""

    @property
    def peer_address(self) -> str:
        """Signalling address of the peer, of a phone not dialled yet too; "" if unknown."""
        if self.app is not None:
            return LOOPBACK
        return self.dialog_address or (self.dial_params.invitation.flow.host if self.dial_params is not None else "")

    @property
    def media_profile(self) -> Profile:
        """Media profile of the peer, from its SDP if available."""
        if self.app is not None:
            return Profile.ENGINE
        leg = self.leg
        if leg is not None and leg.remote_sdp:
            return profile_of(leg.remote_sdp)
        if self.dial_params is not None:
            return self.dial_params.profile
        return Profile.WEBRTC if leg is not None and _uses_websocket(leg) else Profile.PLAIN

    @property
    def uses_ipv6(self) -> bool:
        """Whether its media comes over IPv6: as its SDP says, and before it has sent one, as its signalling does."""
        sdp = self.remote_sdp
        return is_on_ipv6(sdp) if sdp else ":" in self.peer_address

    def profile_at_anchor(self, anchor: str) -> Profile:
        """Return the media profile to use in SDP for this participant at an anchor."""
        profile = self.media_profile
        return self.dtls.profile_for(anchor) if profile is Profile.WEBRTC else profile

    def accepts_video_of(self, sender: "Participant") -> bool:
        """Whether video of `sender` is relayed: from a browser only to another browser or to a phone that uses video
        itself."""
        browser = sender.media_profile is Profile.WEBRTC
        return not browser or self.media_profile is Profile.WEBRTC or has_video(self.remote_sdp)


def _uses_websocket(leg: AnyLeg) -> bool:
    return leg.dialog is not None and leg.dialog.flow.is_websocket
