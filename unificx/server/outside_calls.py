"""Numbers outside as they are written in a tenant; live calls to them and their prices, for the fraud guard."""

from collections.abc import Iterable, Sequence

from unificx.billing import Rating
from unificx.calls import CallControl, outside_legs
from unificx.cdr import destination_of
from unificx.core.clock import Clock
from unificx.identity import DirectoryCache
from unificx.privacy import KeyStore, OutsideNumbers
from unificx.routing import LiveOutsideCall, stored_form

_MICROS_PER_CENT = 10_000


def outside_numbers(keys: KeyStore, directory: DirectoryCache) -> OutsideNumbers:
    """Return the numbers of parties outside, each of which is written as in the country of its tenant."""

    def canonical(tenant_id: str, number: str) -> str:
        tenant = directory.tenant(tenant_id)
        return stored_form(number, tenant.country if tenant is not None else "")

    return OutsideNumbers(keys, canonical)


class RateDeckPrices:
    """Implements `routing.CallPrices` by the rate decks in force."""

    def __init__(self, rating: Rating) -> None:
        self._rating = rating

    async def __call__(self, tenant_id: str, calls: Sequence[tuple[str, int]]) -> Sequence[float | None]:
        found = await self._rating.estimate(tenant_id, [(destination_of(number), seconds) for number, seconds in calls])
        return [None if amount is None else amount / _MICROS_PER_CENT for amount in found]


class OutsideCallControl:
    """Implements `routing.LiveOutsideCalls`."""

    def __init__(self, calls: CallControl, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock

    def outside_calls(self, tenant_id: str | None = None) -> Sequence[LiveOutsideCall]:
        now = self._clock.now()
        return [
            LiveOutsideCall(
                call_id=call.id,
                tenant_id=call.caller.tenant_id,
                extension_id=one.payer or call.caller.extension_id,
                trunk_id=party.trunk_id,
                talk_seconds=(now - one.connected).total_seconds() if one.connected is not None else 0.0,
                emergency=one.is_emergency,
                number=party.number,
            )
            for call in self._calls.of_tenant(tenant_id)
            for party, one in outside_legs(call)
        ]

    def end_calls(self, call_ids: Iterable[str]) -> None:
        for call_id in call_ids:
            self._calls.manager.hang_up(call_id)
