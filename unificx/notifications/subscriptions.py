"""In-memory index of push subscriptions, so that lookups for calls do not block."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from unificx.notifications.schemas import Subscription


class SubscriptionIndex:
    """All push subscriptions, by session, SIP device and person."""

    def __init__(self) -> None:
        # Owner: the database. A copy of this node, read again by each cleanup.
        self._by_session: dict[str, Subscription] = {}
        self._by_device: dict[str, str] = {}
        self._by_person: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._by_session)

    def get(self, session_id: str) -> Subscription | None:
        return self._by_session.get(session_id)

    def by_device(self, device_id: str) -> Subscription | None:
        return self._by_session.get(self._by_device.get(device_id, ""))

    def by_person(self, person_id: str) -> list[Subscription]:
        return [self._by_session[session] for session in sorted(self._by_person.get(person_id, ()))]

    def all(self) -> list[Subscription]:
        return list(self._by_session.values())

    def put(self, one: Subscription) -> None:
        """Store a subscription, replacing that of the same session."""
        self.remove(one.session_id)
        self._by_session[one.session_id] = one
        self._by_person[one.person_id].add(one.session_id)
        if one.device_id is not None:
            self._by_device[one.device_id] = one.session_id

    def bind_device(self, session_id: str, device_id: str) -> bool:
        """Link a session to its SIP device; return whether a subscription was changed."""
        one = self._by_session.get(session_id)
        if one is None or one.device_id == device_id:
            return False
        self.put(replace(one, device_id=device_id))
        return True

    def remove(self, session_id: str) -> Subscription | None:
        """Remove and return the subscription of a session."""
        one = self._by_session.pop(session_id, None)
        if one is None:
            return None
        others = self._by_person[one.person_id]
        others.discard(session_id)
        if not others:
            del self._by_person[one.person_id]
        if one.device_id is not None and self._by_device.get(one.device_id) == session_id:
            del self._by_device[one.device_id]
        return one

    def take_over(self, stored: Iterable[Subscription], before: Iterable[Subscription]) -> None:
        """Become like the database. `before`: what this index had when `stored` was read; a session that has changed
        since stays as it is."""
        found, known = ({one.session_id: one for one in each} for each in (stored, before))
        for session_id in found.keys() | known.keys():
            present = self._by_session.get(session_id)
            if present is not known.get(session_id):
                continue
            read = found.get(session_id)
            if read is None:
                self.remove(session_id)
            elif read != present:
                self.put(read)
