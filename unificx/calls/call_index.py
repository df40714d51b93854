"""Index of live calls by the ids of the devices and extensions that are involved."""

from collections.abc import Iterable


class Concerned:
    """Index from device and extension ids to call ids. A key stays associated with a call until the call ends."""

    def __init__(self) -> None:
        self._calls: dict[str, set[str]] = {}
        self._whom: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def note(self, call_id: str, keys: Iterable[str]) -> None:
        """Associate further keys with a call."""
        call_keys = self._whom.setdefault(call_id, set())
        for key in keys:
            call_keys.add(key)
            self._calls.setdefault(key, set()).add(call_id)

    def drop(self, call_id: str) -> None:
        """Remove an ended call."""
        for key in self._whom.pop(call_id, ()):
            calls = self._calls[key]
            calls.discard(call_id)
            if not calls:
                del self._calls[key]

    def calls(self, *keys: str) -> set[str]:
        """Return the ids of the calls associated with any of these keys."""
        return set[str]().union(*(self._calls.get(key, ()) for key in keys))
