"""Which live calls concern whom: by the id of a device or an extension, the ids of calls."""

from collections.abc import Iterable


class Concerned:
    """An index that forgets what nobody is in any more."""

    def __init__(self) -> None:
        self._calls: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def note(self, call_id: str, whom: Iterable[str]) -> None:
        """The call concerns these."""
        for one in whom:
            self._calls.setdefault(one, set()).add(call_id)

    def drop(self, call_id: str, whom: Iterable[str]) -> None:
        """The call is over for these."""
        for one in set(whom):
            calls = self._calls.get(one, set())
            calls.discard(call_id)
            if not calls:
                self._calls.pop(one, None)

    def calls(self, *whom: str) -> set[str]:
        """The calls that concern any of these."""
        return set[str]().union(*(self._calls.get(one, ()) for one in whom))
