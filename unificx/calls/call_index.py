"""Index of live calls by the ids of the devices and extensions that are involved."""

from collections.abc import Iterable


class CallIndex:
    """Index from device and extension ids to call ids. A key stays associated with a call until the call ends."""

    def __init__(self) -> None:
        # Owner: the node that holds the calls; they are journalled in CallJournal.
        self._call_ids: dict[str, set[str]] = {}
        self._keys: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._call_ids)

    def add(self, call_id: str, keys: Iterable[str]) -> None:
        """Associate further keys with a call."""
        call_keys = self._keys.setdefault(call_id, set())
        for key in keys:
            call_keys.add(key)
            self._call_ids.setdefault(key, set()).add(call_id)

    def remove(self, call_id: str) -> None:
        """Remove an ended call."""
        for key in self._keys.pop(call_id, ()):
            calls = self._call_ids[key]
            calls.discard(call_id)
            if not calls:
                del self._call_ids[key]

    def find(self, *keys: str) -> set[str]:
        """Return the ids of the calls associated with any of these keys."""
        return set[str]().union(*(self._call_ids.get(key, ()) for key in keys))
