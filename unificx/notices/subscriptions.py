"""The memory of who can be pushed to: what a call asks is answered without awaiting."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from unificx.notices.contracts import Subscription


class Subscriptions:
    """Every push subscription, by sign-in, by SIP device and by person."""

    def __init__(self) -> None:
        self._by_session: dict[str, Subscription] = {}
        self._by_device: dict[str, str] = {}
        self._by_person: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._by_session)

    def get(self, session_id: str) -> Subscription | None:
        return self._by_session.get(session_id)

    def of_device(self, device_id: str) -> Subscription | None:
        return self._by_session.get(self._by_device.get(device_id, ""))

    def of_person(self, person_id: str) -> list[Subscription]:
        return [self._by_session[session] for session in sorted(self._by_person.get(person_id, ()))]

    def all(self) -> list[Subscription]:
        return list(self._by_session.values())

    def put(self, one: Subscription) -> None:
        """In the place of what the sign-in had."""
        self.drop(one.session_id)
        self._by_session[one.session_id] = one
        self._by_person[one.person_id].add(one.session_id)
        if one.device_id is not None:
            self._by_device[one.device_id] = one.session_id

    def bind(self, session_id: str, device_id: str) -> bool:
        """Note the SIP device of a sign-in; whether that is news about a subscription."""
        one = self._by_session.get(session_id)
        if one is None or one.device_id == device_id:
            return False
        self.put(replace(one, device_id=device_id))
        return True

    def drop(self, session_id: str) -> Subscription | None:
        """What was dropped."""
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

    def keep_only(self, sessions: Iterable[str]) -> None:
        """Drop every other sign-in's."""
        for session_id in self._by_session.keys() - set(sessions):
            self.drop(session_id)
