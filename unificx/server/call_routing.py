"""Composition of the services that decide where calls lead."""

from dataclasses import dataclass

from unificx.callapps import RoomKind
from unificx.conferencing import RoomService
from unificx.identity import DirectoryCache
from unificx.routing import DestinationDirectory, ExtensionKind, HangupKind
from unificx.voicemail import Mailboxes, MailboxKind


@dataclass(frozen=True, slots=True)
class CallRouting:
    """The services of destinations, as far as no other field of the container has them."""

    destinations: DestinationDirectory
    """All kinds of destinations; the SIP server adds the call apps."""


def build_call_routing(directory: DirectoryCache, mailboxes: Mailboxes, rooms: RoomService) -> CallRouting:
    """Build the services. Numbers are looked up in the order of the kinds; they are unique in a tenant, because
    `allocate_number` allocates each one."""
    extensions = ExtensionKind(directory, mailboxes.accepts_messages)
    kinds = extensions, RoomKind(rooms), MailboxKind(mailboxes, directory), HangupKind()
    return CallRouting(DestinationDirectory(kinds))
