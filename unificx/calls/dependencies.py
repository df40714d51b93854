"""Dependencies of the call manager."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from unificx.calls.parking import Parking
from unificx.calls.ports import (
    AppHost,
    CallObserver,
    CallRecordWriter,
    ConfirmationRequests,
    MediaAnchor,
    NoAppHost,
    NoConfirmationRequests,
    NoPushWakeup,
    NullCallObserver,
    OutsideLines,
    PushWakeup,
)
from unificx.core.clock import Clock
from unificx.identity import DirectoryCache
from unificx.routing import Routing
from unificx.sip.legs import DialogTable


@dataclass(frozen=True, slots=True)
class CallManagerDependencies:
    """Collaborators of the call manager."""

    legs: DialogTable
    media: MediaAnchor
    call_records: CallRecordWriter
    routing: Routing
    directory: DirectoryCache
    clock: Clock
    push: PushWakeup = field(default_factory=NoPushWakeup)
    app_host: AppHost = field(default_factory=NoAppHost)
    observer: CallObserver = field(default_factory=NullCallObserver)
    parking: Parking = field(default_factory=Parking)
    outside: OutsideLines = field(default_factory=OutsideLines)
    teammates: Callable[[str, str], Collection[str]] = lambda tenant_id, extension_id: ()
    """Returns the members of the groups and queues of a tenant that an extension is a member of."""
    confirmations: ConfirmationRequests = field(default_factory=NoConfirmationRequests)
