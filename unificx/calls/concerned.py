"""Which live calls concern whom: by the id of a device or an extension, the ids of calls."""

from collections.abc import Iterable


class Concerned:
    """An index that forgets what nobody is in any more. Whom a call has ever concerned it concerns until it is over."""

    def __init__(self) -> None:
        self._calls: dict[str, set[str]] = {}
        self._whom: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def note(self, call_id: str, whom: Iterable[str]) -> None:
        """The call concerns these too."""
        known = self._whom.setdefault(call_id, set())
        for one in whom:
            known.add(one)
            self._calls.setdefault(one, set()).add(call_id)

    def drop(self, call_id: str) -> None:
        """The call is over."""
        for one in self._whom.pop(call_id, ()):
            calls = self._calls[one]
            calls.discard(call_id)
            if not calls:
                del self._calls[one]

    def calls(self, *whom: str) -> set[str]:
        """The calls that concern any of these."""
        return set[str]().union(*(self._calls.get(one, ()) for one in whom))
