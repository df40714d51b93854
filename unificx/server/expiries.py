"""The data of all areas that ends: the one list for sweeping and for the preview."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from unificx.cdr import call_record_expiries
from unificx.chat import chat_expiries
from unificx.identity import session_expiries
from unificx.privacy import Deadlines, ErasureSchedules, Expiry, access_expiries, audit_expiries
from unificx.queues import queue_expiries
from unificx.server.closed_tenants import ClosedTenants

if TYPE_CHECKING:
    from unificx.server.container import Container


def all_expiries(container: "Container") -> Sequence[Expiry]:
    """Return what ends, in the order in which it is swept."""
    return (
        *call_record_expiries(container.database),
        *session_expiries(container.database, container.keys),
        *chat_expiries(container.database, container.chat.attachments),
        *queue_expiries(container.database),
        *container.archive.expiries,
        *container.mailboxes.expiries,
        *container.support.expiries,
        *container.webhooks.expiries,
        *container.billing.expiries,
        *container.notifications.received.expiries,
        *audit_expiries(container.database),
        *access_expiries(container.database),
    )


def all_deadlines(container: "Container") -> Sequence[Deadlines]:
    """Return what else ends at a time of its own."""
    return (ErasureSchedules(container.erasures), ClosedTenants(container))
