"""Live events about contacts, for the owner of an address book; about company contacts and pictures of users, for the
whole tenant."""

from unificx.api import EventHub
from unificx.cluster import EventBus
from unificx.contacts.events import ContactsChanged, PicturesChanged
from unificx.identity import Action


class ContactEvents:
    """Subscribes to signals of contacts."""

    def __init__(self, hub: EventHub, bus: EventBus) -> None:
        self._hub = hub
        bus.subscribe(ContactsChanged, self._on_changed)
        bus.subscribe(PicturesChanged, self._on_pictures)

    def _on_changed(self, event: ContactsChanged) -> None:
        message = {"type": "contacts.changed", "book": "personal" if event.person_id else "company"}
        if event.person_id:
            self._hub.send_to_person(event.person_id, message)
        else:
            self._hub.send_to_permitted(event.tenant_id, Action.DIRECTORY, message)

    def _on_pictures(self, event: PicturesChanged) -> None:
        self._hub.send_to_permitted(event.tenant_id, Action.DIRECTORY, {"type": "pictures"})
