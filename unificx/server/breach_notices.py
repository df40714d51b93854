"""Notices of breaches to the people concerned, sent from the outbox."""

from unificx.server.container import Container
from unificx.support.rights import Breaches
from unificx.support.rights.events import BreachNoticeDue


def connect_breaches(container: Container) -> None:
    """Send the notices. To be called before the outbox starts."""
    container.outbox.subscribe(BreachNoticeDue, Breaches(container.rights).send_due, purpose="requests")
