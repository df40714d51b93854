"""Events on call records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallListsChanged:
    """Signal: the call lists of these tenants and extensions have changed and can be read; None: of a tenant only."""

    lists: frozenset[tuple[str, str | None]]
