"""An installation opened by a CLI command, because no server is running."""

import os
import sys
from collections.abc import AsyncIterator, Callable, Collection, Sequence, Set
from contextlib import asynccontextmanager

import httpx
import structlog

from unificx.api import (
    ComponentState,
    HealthCheck,
    IceServer,
    LiveServices,
    Registration,
    RegistrationFailure,
    SipCredentials,
    SipServerAddress,
)
from unificx.api.middleware import App, as_operator
from unificx.calls import LiveCall, ParkedCall
from unificx.conferencing import ConferenceManager, MeetingBreakouts, MeetingVideos, Room
from unificx.core.clock import SystemClock
from unificx.core.errors import NotFound, ServiceUnavailable, StartupError
from unificx.media.errors import MediaUnavailable
from unificx.recording import LiveRecording, MonitoringMode
from unificx.rtpengine.ng import Message, Reply
from unificx.rtpengine.video_forwarding import VideoForwarder
from unificx.server.bootstrap import open_installation
from unificx.server.container import Container
from unificx.server.http_server import http_app
from unificx.server.paths import InstallationPaths, database_url
from unificx.trunks import Probe, Trunk, TrunkTests


class NoLiveCalls:
    """No live calls without a server."""

    def live(self, tenant_id: str | None) -> Sequence[LiveCall]:
        del tenant_id
        return ()

    def hangup(self, call_id: str) -> None:
        del call_id

    def for_extensions(self, extensions: Collection[str]) -> Sequence[LiveCall]:
        del extensions
        return ()

    def busy_extensions(self, tenant_id: str) -> Set[str]:
        del tenant_id
        return frozenset()

    def pickup_extensions(self, tenant_id: str) -> Set[str]:
        del tenant_id
        return frozenset()

    def dial(self, extension_id: str, device_id: str, to: str, calling_for: str = "") -> str:
        del extension_id, device_id, to, calling_for
        raise StartupError("The server is not running.", hint="Start it with `unificx up`.")

    def answer(self, call_id: str, extensions: Collection[str]) -> None:
        self.attended_transfer(call_id, extensions, "")

    def hang_up_own(self, call_id: str, extensions: Collection[str]) -> None:
        self.attended_transfer(call_id, extensions, "")

    def transfer(self, call_id: str, extensions: Collection[str], to: str) -> None:
        self.attended_transfer(call_id, extensions, to)

    def attended_transfer(self, call_id: str, extensions: Collection[str], consultation: str) -> None:
        del call_id, extensions, consultation
        raise NotFound("There is no such call.")

    def add_to_room(self, call_id: str, extensions: Collection[str], room_id: str) -> None:
        self.attended_transfer(call_id, extensions, room_id)

    def parked(self, tenant_id: str) -> Sequence[ParkedCall]:
        del tenant_id
        return ()

    def move_to_room(self, call_id: str, extensions: Collection[str]) -> Room:
        del call_id, extensions
        raise NotFound("There is no such call.")

    def monitor(self, extension_id: str, call_id: str, mode: MonitoringMode, listener: str = "") -> str:
        del extension_id, call_id, mode, listener
        raise NotFound("There is no such call.")

    def monitoring(self, call_id: str) -> None:
        del call_id

    def decline(self, call_id: str, device_id: str) -> bool:
        del call_id, device_id
        return False


class NoLiveRecordings:
    """No recordings without a server."""

    def live(self, call_id: str) -> LiveRecording:
        del call_id
        raise NotFound("There is no such call.", hint="The server is not running. Start it with `unificx up`.")

    def start(self, call_id: str, extensions: Collection[str]) -> LiveRecording:
        del extensions
        return self.live(call_id)

    def stop(self, call_id: str, requester: Collection[str] | None) -> LiveRecording:
        del requester
        return self.live(call_id)

    def pause(self, call_id: str, requester: Collection[str] | None, *, card: bool = False) -> LiveRecording:
        del requester, card
        return self.live(call_id)

    def resume(self, call_id: str, requester: Collection[str] | None) -> LiveRecording:
        del requester
        return self.live(call_id)


class NotReady:
    """Nothing is ready without a server."""

    async def states(self) -> Sequence[ComponentState]:
        return (ComponentState("server", False, "it is not running. Start it with `unificx up`."),)

    async def health(self) -> Sequence[HealthCheck]:
        return []

    def is_storage_full(self) -> bool:
        return False


class NoTelephony:
    """No SIP access without a server."""

    def credentials(self, device_id: str) -> SipCredentials:
        del device_id
        raise StartupError("The server is not running.", hint="Start it with `unificx up`.")

    def guest_credentials(self, guest_id: str) -> SipCredentials:
        return self.credentials(guest_id)

    def ice_servers(self) -> Sequence[IceServer]:
        return ()

    def registered(self, extension_id: str, device_id: str) -> bool:
        del extension_id, device_id
        return False

    def can_be_woken(self, extension_id: str, device_id: str) -> bool:
        del extension_id, device_id
        return False


class NoPhones:
    """No registrations without a server."""

    def registration(self, extension_id: str, device_id: str) -> Registration | None:
        del extension_id, device_id

    def failure(self, device_id: str) -> RegistrationFailure | None:
        del device_id

    def servers(self) -> Sequence[SipServerAddress]:
        return ()

    def check_sync(self, extension_id: str, device_id: str, *, reboot: bool) -> bool:
        del extension_id, device_id, reboot
        return False


class NoRelay:
    """No videos without a server."""

    def send(self, message: Message, on_reply: Callable[[Reply | MediaUnavailable], None]) -> None:
        del message
        on_reply(MediaUnavailable("silent"))


class NoProber:
    """No tests of trunks without a server."""

    async def probe(self, trunk: Trunk) -> Probe:
        del trunk
        raise ServiceUnavailable("The server is not running.", hint="Start it with `unificx up`.")


@asynccontextmanager
async def offline_transport(paths: InstallationPaths) -> AsyncIterator[httpx.AsyncBaseTransport]:
    """Return a transport to an app in this process, with operator rights. Raise StartupError.

    Commands never create an installation: that is done by the first start of the server, which shows the initial
    passwords.
    """
    if not paths.keys.exists():
        raise StartupError(
            f"There is no installation in {paths.home}.", hint=f"Start one there with `unificx up --home {paths.home}`."
        )
    # Standard output is for the result of the command. Looked up for each event, since it may be redirected.
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))
    environ = dict(os.environ)
    async with open_installation(paths, database_url(paths, environ), environ, SystemClock()) as container:
        yield httpx.ASGITransport(offline_app(container))


def offline_app(container: Container) -> App:
    """Return the API of an installation without a server, with operator rights."""
    clock, publish = container.clock, container.bus.publish
    meetings = ConferenceManager(clock, publish)
    nothing = LiveServices(
        NoLiveCalls(),
        NoLiveRecordings(),
        NotReady(),
        NoTelephony(),
        NoPhones(),
        MeetingVideos(meetings, VideoForwarder(NoRelay()), container.cluster.counters, clock, publish),
        MeetingBreakouts(container.conference_rooms, meetings, clock, publish),
        TrunkTests(NoProber(), clock),
    )
    return as_operator(http_app(container, nothing))
