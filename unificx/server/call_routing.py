"""Composition of the services that decide where calls lead."""

from dataclasses import dataclass

from unificx.callapps import RoomKind
from unificx.conferencing import RoomService
from unificx.identity import DirectoryCache
from unificx.queues import Queues, QueueStore, build_queues
from unificx.routing import DestinationDirectory, ExtensionKind, HangupKind
from unificx.voicemail import Mailboxes, MailboxKind


@dataclass(frozen=True, slots=True)
class CallRouting:
    """The services of destinations, as far as no other field of the container has them."""

    queues: Queues
    destinations: DestinationDirectory
    """All kinds of destinations; the SIP server adds the call apps."""


def build_call_routing(
    store: QueueStore, directory: DirectoryCache, mailboxes: Mailboxes, rooms: RoomService
) -> CallRouting:
    """Build the services. Numbers are looked up in the order of the kinds; they are unique in a tenant, because
    `allocate_number` allocates each one."""
    extensions = ExtensionKind(directory, mailboxes.accepts_messages)
    kinds = extensions, RoomKind(rooms), MailboxKind(mailboxes, directory), HangupKind()
    destinations = DestinationDirectory(kinds)
    return CallRouting(build_queues(store, directory, destinations), destinations)
