"""Composition of the services that decide where calls lead."""

from collections.abc import Iterable
from dataclasses import dataclass

from unificx.audio_store import CustomSounds
from unificx.callapps import RoomKind
from unificx.calls import CallCompletions, CallControl
from unificx.cluster import Cluster
from unificx.conferencing import RoomService
from unificx.contacts import Contacts
from unificx.core.errors import Invalid
from unificx.integrations.photo_import.client import PhotoImporter
from unificx.ivr import MenuDependencies, MenuService, PromptKind
from unificx.locations import Locations
from unificx.presence import PresenceService
from unificx.presence.events import PresenceChanged
from unificx.privacy import OutsideNumbers
from unificx.queues import Queues, QueueStore, build_queues
from unificx.queues.events import QueueChanged
from unificx.routing import (
    DestinationDirectory,
    DestinationRef,
    DestinationServiceDependencies,
    ExtensionKind,
    FeatureCodes,
    GroupKind,
    GroupService,
    HangupKind,
    HoursService,
    NumberKind,
    Outbound,
    OutboundDependencies,
    RingMemory,
    build_outbound,
)
from unificx.server.outside_calls import OutsideCallControl
from unificx.speed_dials import SpeedDials
from unificx.trunks import TrunkService
from unificx.trunks.events import TrunkChanged, TrunkCreated, TrunkDeleted
from unificx.voicemail import Mailboxes, MailboxKind


@dataclass(frozen=True, slots=True)
class CallRouting:
    """The services of destinations, as far as no other field of the container has them."""

    presence: PresenceService
    queues: Queues
    destinations: DestinationDirectory
    """All kinds of destinations; the SIP server adds the call apps."""
    outbound: Outbound
    menus: MenuService
    groups: GroupService
    ring_memory: RingMemory
    hours: HoursService
    codes: FeatureCodes
    completions: CallCompletions
    speed_dials: SpeedDials
    contacts: Contacts
    locations: Locations
    calls: CallControl
    """The live calls, which these services see and start."""
    outside_numbers: OutsideNumbers

    def teammates(self, tenant_id: str, extension_id: str) -> set[str]:
        """Return the members of all ring groups and queues that an extension is a member of."""
        groups = [set(group.extension_ids) for group in self.groups.of_tenant(tenant_id)]
        queues = [
            {one.extension_id for one in queue.agents} for queue in self.queues.service.queues_of_tenant(tenant_id)
        ]
        return set[str]().union(*(members for members in (*groups, *queues) if extension_id in members))

    async def start(self) -> None:
        """Load what the services need in memory."""
        await self.presence.start()
        await self.outbound.start()
        await self.groups.start()
        await self.hours.start()
        await self.codes.start()
        await self.queues.start()
        await self.menus.start()
        await self.speed_dials.start()
        await self.contacts.start()
        await self.locations.start()


class ExtensionDestinationCheck:
    """Implements `presence.DestinationCheck` with the directory of destinations."""

    def __init__(self, destinations: DestinationDirectory) -> None:
        self._destinations = destinations

    def check(self, tenant_id: str, number: str, destinations: Iterable[str]) -> None:
        refs = [DestinationRef.parse(each) for each in destinations]
        if any(each.has_priority for each in refs):  # else users could let their callers overtake all others
            raise Invalid("A call that is forwarded has no priority of its own in a queue.", field="destination")
        self._destinations.check(tenant_id, DestinationRef("extension", number), refs)


@dataclass(frozen=True, slots=True)
class CallAreas:
    """The areas that calls come from or lead to, besides those that are built here."""

    trunks: TrunkService
    mailboxes: Mailboxes
    rooms: RoomService
    sounds: CustomSounds
    calls: CallControl


def build_call_routing(
    store: QueueStore, outside: OutboundDependencies, menu_deps: MenuDependencies, areas: CallAreas, cluster: Cluster
) -> CallRouting:
    """Build the services. Numbers are looked up in the order of the kinds; they are unique in a tenant, because
    `allocate_number` allocates each one."""
    destinations, directory, calls = outside.destinations, outside.directory, areas.calls
    presence = PresenceService(
        outside.database,
        outside.keys,
        outside.clock,
        cluster.bus.publish,
        destinations=ExtensionDestinationCheck(destinations),
        is_in_call=calls.is_in_call,
    )
    deps = DestinationServiceDependencies(store.database, store.keys, directory, destinations, outside.clock)
    codes = FeatureCodes(deps)
    hours = HoursService(deps, codes)
    live = OutsideCallControl(calls, outside.clock)
    outbound = build_outbound(outside, cluster.counters, cluster.bus, hours, live)
    groups, ring_memory = GroupService(deps, outbound.routing.check_member), RingMemory()
    hours.uses.append(outbound.permissions.uses_of_hours)
    for kind in (
        ExtensionKind(directory, areas.mailboxes.accepts_messages, presence.availability),
        RoomKind(areas.rooms),
        MailboxKind(areas.mailboxes, directory),
        HangupKind(),
        GroupKind(groups, directory, ring_memory, outside.clock.random_bytes, outbound.routing.member_targets),
        NumberKind(outbound.store, outbound.routing),
        PromptKind(areas.sounds),
        hours,
    ):
        destinations.add(kind)
    areas.trunks.uses.append(outbound)
    areas.rooms.uses.append(
        lambda room: bool(destinations.used_by(room.tenant_id, DestinationRef(RoomKind.kind, room.number)))
    )
    for event in (TrunkCreated, TrunkChanged, TrunkDeleted):
        # The directory of the trunks changes right after the handlers of the bus have run.
        cluster.bus.subscribe(event, outbound.trunks_changed)
    menus = MenuService(menu_deps)
    destinations.add(menus)

    def do_not_disturb(extension_id: str) -> bool:
        return presence.availability.rules(extension_id).do_not_disturb

    may_call = outbound.routing.may_call_back
    queues = build_queues(store, directory, destinations, calls, may_call=may_call, do_not_disturb=do_not_disturb)
    cluster.bus.subscribe(QueueChanged, lambda event: queues.manager.queue_changed(event.queue))
    cluster.bus.subscribe(PresenceChanged, lambda event: queues.manager.presence_changed(event.extension_id))
    completions = CallCompletions(outside.clock, calls, do_not_disturb)
    speed_dials = SpeedDials(store.database, store.keys)
    contacts = Contacts(store.database, store.keys, store.outside_numbers, cluster.bus.publish, PhotoImporter())
    rest = (completions, speed_dials, contacts, outside.locations, calls, store.outside_numbers)
    return CallRouting(presence, queues, destinations, outbound, menus, groups, ring_memory, hours, codes, *rest)
