"""Bounded memory of results that stay valid."""

MAX_REMEMBERED = 100_000


class RememberedIds:
    """Set of ids, emptied when it is full."""

    def __init__(self) -> None:
        # Owner: this node: it only saves look-ups.
        self._ids: set[str | int] = set()

    def __contains__(self, item: str | int) -> bool:
        return item in self._ids

    def add(self, item: str | int) -> None:
        if len(self._ids) >= MAX_REMEMBERED:
            self._ids.clear()
        self._ids.add(item)
