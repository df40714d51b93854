"""Rate decks and calls for tests of billing."""

from collections.abc import AsyncIterator
from datetime import datetime

from unificx.billing import Billing, BillingDetails, RateDeck
from unificx.billing.schemas import ImportResult
from unificx.cdr.events import OutsideCallRecorded
from unificx.core.clock import ManualClock

GERMANY = "prefix,price,first,next,connection,group\n49,0.01,60,1,0,fixed\n4917,0.10,60,60,0.05,mobile\n"
SELLER = BillingDetails("PBX GmbH", "Way 1", "10115", "Berlin", "DE", vat_id="DE136695976")
BUYER = BillingDetails("Acme GmbH", "Street 2", "20095", "Hamburg", "DE")


def at(clock: ManualClock, day: str) -> None:
    """Go to noon of a day."""
    clock.advance((datetime.fromisoformat(f"{day}T12:00:00Z") - clock.now()).total_seconds())


async def chunks(text: str, size: int = 7) -> AsyncIterator[bytes]:
    """Yield a text in small pieces, as from a slow peer."""
    data = text.encode()
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def load(billing: Billing, text: str, tenant: str = "acme") -> tuple[RateDeck, ImportResult]:
    """Create a deck with the rates of a text."""
    deck = await billing.decks.create(tenant, "Carrier", "EUR")
    return deck, await billing.decks.load(deck, chunks(text))


async def in_force(billing: Billing, text: str, moment: datetime | None = None, tenant: str = "acme") -> RateDeck:
    """Create a deck that is in force."""
    deck, result = await load(billing, text, tenant)
    assert not result.faults
    return await billing.decks.bring_into_force(await billing.decks.get(tenant, deck.id), moment)


def call(
    clock: ManualClock, destination: str, seconds: int, extension: str = "ext-ada", tenant: str = "acme"
) -> OutsideCallRecorded:
    """Return an ended leg to a number outside."""
    call_id = clock.new_id()
    return OutsideCallRecorded(
        clock.new_id(),
        tenant,
        leg_id=f"{call_id}/0",
        call_id=call_id,
        extension_id=extension,
        trunk_id="trunk",
        destination=destination,
        country="DE",
        answered=clock.now(),
        seconds=seconds,
    )
