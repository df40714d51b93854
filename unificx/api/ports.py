"""Ports of the HTTP adapter; filled by the composition root."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from unificx.api.installation_ports import HealthCheck
from unificx.calls import LiveCall, ParkedCall
from unificx.conferencing import Room
from unificx.recording import LiveRecording, MonitoringMode, MonitoringState


class LiveCalls(Protocol):
    """The live calls of this installation."""

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        """Return the live calls of one tenant, or of all tenants for None."""
        ...

    def hangup(self, call_id: str) -> None:
        """End the call for all participants. Does nothing for a call that has ended."""
        ...

    def for_extensions(self, extensions: Collection[str]) -> Sequence[LiveCall]:
        """Return the calls these extensions take part in."""
        ...

    def busy_extensions(self, tenant_id: str) -> Set[str]:
        """Return the extensions of a tenant that are in a call or are calling. It looks at all calls of the tenant."""
        ...

    def pickup_extensions(self, tenant_id: str) -> Set[str]:
        """Return the extensions of a tenant that ring for a call that others may pick up."""
        ...

    def dial(self, extension_id: str, device_id: str, to: str, calling_for: str = "") -> str:
        """Click to dial: ring the extension's own device (all devices for ""), then call `to`, in the name of a group
        or queue if one is given, such as `queue:6500`. Return the call id.
        Raise NotFound for an unknown number, StorageFull if no new call can be accepted."""
        ...

    def answer(self, call_id: str, extensions: Collection[str]) -> None:
        """Have a ringing phone of these extensions answer. Raise NotFound; Conflict if none can be told to."""
        ...

    def hang_up_own(self, call_id: str, extensions: Collection[str]) -> None:
        """End a call that one of these extensions takes part in. Raise NotFound."""
        ...

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        """Transfer the other participant of a call of these extensions, or forward one that rings there. Raise
        NotFound, Conflict, Forbidden."""
        ...

    def attended_transfer(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        """Attended transfer: connect the remote participants of two calls of these extensions. Raises as `transfer`."""
        ...

    def parked(self, tenant_id: str) -> Sequence[ParkedCall]:
        """Return the parked calls of a tenant, ordered by slot."""
        ...

    def move_to_room(self, call_id: str, extensions: Collection[str]) -> Room:
        """Move both participants of a call of these extensions into a new conference room. Raises as `transfer`."""
        ...

    def add_to_room(self, call_id: str, extensions: Collection[str], room_id: str) -> None:
        """Move the other participant of a call of these extensions into a conference room that the one in the call
        hosts. Raises as `transfer`."""
        ...

    def monitor(self, extension_id: str, call_id: str, mode: MonitoringMode, listener: str = "") -> str:
        """Ring the phones of a supervisor's extension, who then listens to a call of the tenant, whispers to an
        extension in it (`listener`: its id; "": the callee, else the caller), or joins it. Return the id of the
        supervisor's call. Raise NotFound, Forbidden, Conflict, StorageFull."""
        ...

    def monitoring(self, call_id: str) -> MonitoringState | None:
        """Return the state of the monitoring of a call, None if no supervisor listens to it."""
        ...

    def decline(self, call_id: str, device_id: str) -> bool:
        """Decline a call for the user of a device that was woken for it; False if the call does not ring there."""
        ...


class LiveRecordings(Protocol):
    """Control of the recording of live calls; implemented by `recording.CallRecorder`. All methods may raise NotFound,
    all but `live` Conflict and Forbidden."""

    def live(self, call_id: str) -> LiveRecording:
        """Return the state of the recording."""
        ...

    def start(self, call_id: str, extensions: Collection[str]) -> LiveRecording:
        """Start recording at the request of a participant with one of these extensions."""
        ...

    def stop(self, call_id: str, requester: Collection[str] | None) -> LiveRecording:
        """Stop recording. `by` are the extensions of the requesting user; None for an administrator."""
        ...

    def pause(self, call_id: str, requester: Collection[str] | None, *, card: bool = False) -> LiveRecording: ...
    def resume(self, call_id: str, requester: Collection[str] | None) -> LiveRecording: ...


@dataclass(frozen=True, slots=True)
class ComponentState:
    """Readiness of one component; `why` states the problem and what to do."""

    name: str
    ok: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server as an RTCIceServer, with credentials valid for at most an hour."""

    urls: tuple[str, ...]
    username: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SipCredentials:
    """Credentials with which a client registers and calls."""

    expires: datetime
    bearer: str = field(repr=False)
    """RFC 8898."""


class Telephony(Protocol):
    """SIP access and reachability of our own client."""

    def credentials(self, device_id: str) -> SipCredentials:
        """Return new credentials for a device."""
        ...

    def guest_credentials(self, guest_id: str) -> SipCredentials:
        """Return new credentials for a guest, for calls to the room of the meeting only."""
        ...

    def ice_servers(self) -> Sequence[IceServer]:
        """Return the ICE servers with new credentials."""
        ...

    def registered(self, extension_id: str, device_id: str) -> bool:
        """Return whether the device is registered."""
        ...

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        """Return whether an unregistered device is woken by push for a call."""
        ...


@dataclass(frozen=True, slots=True)
class Registration:
    """The present registration of a device."""

    since: datetime
    """The latest REGISTER."""
    transport: str
    address: str = field(repr=False)
    """IP address of the phone, or of the router in front of it."""
    user_agent: str = field(repr=False)
    """As the phone sent it, "" if it did not."""


@dataclass(frozen=True, slots=True)
class RegistrationFailure:
    """Why a device could not register last."""

    reason: Literal["wrong_password", "wrong_domain", "blocked"]
    at: datetime


@dataclass(frozen=True, slots=True)
class SipServerAddress:
    """Where phones register. `host` is "" if the server listens on all addresses of the machine."""

    transport: str
    host: str
    port: int


class Phones(Protocol):
    """Registrations of devices, and the addresses to be entered in phones."""

    def registration(self, extension_id: str, device_id: str) -> Registration | None:
        """Return the present registration of a device."""
        ...

    def failure(self, device_id: str) -> RegistrationFailure | None:
        """Return why the device failed to register last, None after a success and if it is unknown."""
        ...

    def servers(self) -> Sequence[SipServerAddress]:
        """Return the addresses at which the server listens for SIP."""
        ...

    def check_sync(self, extension_id: str, device_id: str, *, reboot: bool) -> bool:
        """Tell a device to fetch its settings again, or to restart; False if it is not registered."""
        ...


class ReadinessChecks(Protocol):
    """Components reported by `/readyz`, and what else an operator looks after."""

    async def states(self) -> Sequence[ComponentState]:
        """Check all components, within about a second."""
        ...

    async def health(self) -> Sequence[HealthCheck]:
        """Check all parts of the installation, within about a second."""
        ...

    def is_storage_full(self) -> bool:
        """Return whether storage is too full to accept new data."""
        ...
