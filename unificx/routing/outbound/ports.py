"""Interfaces that calls outside require; implemented by higher areas."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LiveOutsideCall:
    """A live call to a number outside; a call of a ring group may make several. `talk_seconds`: since it was answered,
    0 before; `number` in E.164."""

    call_id: str
    tenant_id: str
    extension_id: str
    trunk_id: str
    talk_seconds: float
    emergency: bool
    number: str = field(repr=False)


CallPrices = Callable[[str, Sequence[tuple[str, int]]], Awaitable[Sequence[float | None]]]
"""Returns the costs of calls of a tenant, each given by its number in E.164 and its seconds: in cents of its currency,
before included minutes; None for a call without a price."""


async def no_prices(tenant_id: str, calls: Sequence[tuple[str, int]]) -> Sequence[float | None]:
    """Calls have no prices."""
    del tenant_id
    return [None] * len(calls)


class LiveOutsideCalls(Protocol):
    """The live calls to numbers outside."""

    def outside_calls(self, tenant_id: str | None = None) -> Sequence[LiveOutsideCall]:
        """Return the live calls of a tenant, or of all."""
        ...

    def end_calls(self, call_ids: Iterable[str]) -> None:
        """End calls, as an administrator would."""
        ...
