"""Dependencies of the call manager."""

from dataclasses import dataclass, field

from unificx.calls.parking import Parking
from unificx.calls.ports import (
    HostsApps,
    MediaAnchor,
    NobodyHosts,
    NobodyOverhears,
    NobodyWakes,
    Overhears,
    RecordsCalls,
    Wakes,
)
from unificx.core.clock import Clock
from unificx.identity import Directory
from unificx.routing import Routing
from unificx.sip.legs import DialogTable


@dataclass(frozen=True, slots=True)
class Parts:
    """Collaborators of the call manager."""

    legs: DialogTable
    media: MediaAnchor
    records: RecordsCalls
    routing: Routing
    directory: Directory
    clock: Clock
    wakes: Wakes = field(default_factory=NobodyWakes)
    hosts: HostsApps = field(default_factory=NobodyHosts)
    overhears: Overhears = field(default_factory=NobodyOverhears)
    parking: Parking = field(default_factory=Parking)
