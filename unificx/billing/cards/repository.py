"""All SQL on payments by card."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.billing.cards.models import CardEventRow, CardPaymentRow, CardProcessorPart, CardProcessorRow
from unificx.billing.cards.schemas import CardMode, CardPayment, Processor, ProcessorKeys
from unificx.billing.machine.card_payment import CardState, DisputeState, Refund
from unificx.db import Erased, Keys, SealedCodec, insert_new

_CODEC = SealedCodec(CardProcessorRow, CardProcessorPart)
_CARD_EVENT = cast("Table", CardEventRow.__table__)


# ---- the account


async def find_processor(session: AsyncSession, keys: Keys, seller_id: str) -> tuple[Processor, ProcessorKeys] | None:
    """Return the account of the operators with its secrets."""
    row = await session.scalar(select(CardProcessorRow).where(CardProcessorRow.tenant_id == seller_id))
    if row is None:
        return None
    part = _CODEC.open(keys, seller_id, [(row.subject_id, row.tenant_id, row.sealed)])[0]
    if isinstance(part, Erased):
        return None
    return _to_processor(row), ProcessorKeys(part.secret_key, part.webhook_secret)


async def show_processor(session: AsyncSession, seller_id: str) -> Processor | None:
    """Return the account of the operators without opening its secrets."""
    row = await session.scalar(select(CardProcessorRow).where(CardProcessorRow.tenant_id == seller_id))
    return None if row is None else _to_processor(row)


async def put_processor(
    session: AsyncSession, keys: Keys, seller_id: str, subject_id: str, stored: tuple[Processor, ProcessorKeys]
) -> None:
    """Replace the account, sealed under a new key."""
    await delete_processor(session, seller_id)
    processor, secrets = stored
    part = CardProcessorPart(secrets.secret_key, secrets.webhook_secret)
    values = {
        "tenant_id": seller_id,
        "mode": processor.mode,
        "created": processor.created,
        "subject_id": subject_id,
        "sealed": _CODEC.seal(keys, seller_id, [(subject_id, seller_id, part)])[0],
    }
    await session.execute(insert(CardProcessorRow).values(**values))


async def delete_processor(session: AsyncSession, seller_id: str) -> None:
    await session.execute(delete(CardProcessorRow).where(CardProcessorRow.tenant_id == seller_id))


# ---- payments


async def insert_payment(session: AsyncSession, new: CardPayment) -> None:
    await session.execute(
        insert(CardPaymentRow).values(
            reference=new.reference,
            tenant_id=new.tenant_id,
            currency=new.currency,
            amount=new.amount,
            invoice=new.invoice,
            created=new.created,
            **_changing(new),
        )
    )


async def save_payment(session: AsyncSession, changed: CardPayment) -> None:
    """Store what has happened to a payment."""
    chosen = (CardPaymentRow.tenant_id == changed.tenant_id, CardPaymentRow.reference == changed.reference)
    await session.execute(update(CardPaymentRow).where(*chosen).values(invoice=changed.invoice, **_changing(changed)))


async def find_payment(session: AsyncSession, tenant_id: str, reference: str) -> CardPayment | None:
    chosen = (CardPaymentRow.tenant_id == tenant_id, CardPaymentRow.reference == reference)
    row = await session.scalar(select(CardPaymentRow).where(*chosen))
    return None if row is None else _to_payment(row)


async def tenant_of_report(session: AsyncSession, reference: str, intent: str) -> tuple[str, str] | None:
    """Return tenant and reference of the payment that a report of the processor is about."""
    named = CardPaymentRow.reference == reference if reference else CardPaymentRow.intent == intent
    # scope: all tenants, because the processor knows the payment only.
    row = (await session.execute(select(CardPaymentRow.tenant_id, CardPaymentRow.reference).where(named))).first()
    return None if row is None else (row[0], row[1])


async def count_since(session: AsyncSession, tenant_id: str, since: datetime) -> int:
    """Return how many payments a tenant has begun since a time."""
    query = select(func.count()).where(CardPaymentRow.tenant_id == tenant_id, CardPaymentRow.created >= since)
    return await session.scalar(query) or 0


async def open_payment(session: AsyncSession, tenant_id: str, invoice: str, since: datetime) -> CardPayment | None:
    """Return the newest payment of an invoice that was begun after a time and is not paid."""
    query = select(CardPaymentRow).where(
        CardPaymentRow.tenant_id == tenant_id,
        CardPaymentRow.invoice == invoice,
        CardPaymentRow.created > since,
        CardPaymentRow.paid == 0,
    )
    row = await session.scalar(query.order_by(CardPaymentRow.created.desc()).limit(1))
    return None if row is None else _to_payment(row)


async def open_pages(session: AsyncSession, since: datetime, tenant_id: str | None) -> Sequence[CardPayment]:
    """Return the payments of invoices of a tenant, None for all of them, whose page was opened after a time and that
    are not paid."""
    # scope: all tenants if none is named, because pages of each of them are closed.
    query = select(CardPaymentRow).where(
        CardPaymentRow.created > since,
        CardPaymentRow.paid == 0,
        CardPaymentRow.invoice != "",
        CardPaymentRow.page != "",
    )
    if tenant_id is not None:
        query = query.where(CardPaymentRow.tenant_id == tenant_id)
    return [_to_payment(row) for row in await session.scalars(query)]


async def set_page(session: AsyncSession, tenant_id: str, reference: str, page: str) -> None:
    """Store the page of a payment."""
    chosen = (CardPaymentRow.tenant_id == tenant_id, CardPaymentRow.reference == reference)
    await session.execute(update(CardPaymentRow).where(*chosen).values(page=page))


async def delete_unpaid(session: AsyncSession, tenant_id: str, reference: str) -> None:
    """Delete a payment whose page was closed before it was paid."""
    chosen = (CardPaymentRow.tenant_id == tenant_id, CardPaymentRow.reference == reference, CardPaymentRow.paid == 0)
    await session.execute(delete(CardPaymentRow).where(*chosen))


async def list_payments(session: AsyncSession, tenant_id: str, limit: int) -> Sequence[CardPayment]:
    """Return the last payments of a tenant, newest first."""
    query = select(CardPaymentRow).where(CardPaymentRow.tenant_id == tenant_id)
    newest = query.order_by(CardPaymentRow.created.desc(), CardPaymentRow.reference).limit(limit)
    return [_to_payment(row) for row in await session.scalars(newest)]


async def delete_abandoned(session: AsyncSession, tenant_id: str, before: datetime) -> None:
    """Delete the payments of a tenant that were begun before a time and never paid."""
    chosen = (CardPaymentRow.tenant_id == tenant_id, CardPaymentRow.created < before, CardPaymentRow.paid == 0)
    await session.execute(delete(CardPaymentRow).where(*chosen))


async def delete_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    for row in (CardPaymentRow, CardEventRow, CardProcessorRow):
        await session.execute(delete(row).where(row.tenant_id == tenant_id))


# ---- reports


async def insert_event(session: AsyncSession, seller_id: str, event_id: str, at: datetime) -> bool:
    """Mark a report as handled. Return False if it was before."""
    return await insert_new(session, _CARD_EVENT, {"tenant_id": seller_id, "id": event_id, "received": at}) == 1


async def delete_events(session: AsyncSession, seller_id: str, before: datetime) -> None:
    """Delete the marks of reports that the processor repeats no more."""
    chosen = (CardEventRow.tenant_id == seller_id, CardEventRow.received < before)
    await session.execute(delete(CardEventRow).where(*chosen))


def _changing(payment: CardPayment) -> dict[str, Any]:
    had = payment.had
    return {
        "intent": payment.intent,
        "paid": had.paid,
        "refunded": had.refunded,
        "refunds": ",".join(f"{each.id}={-each.amount if each.failed else each.amount}" for each in had.refunds),
        "disputed": had.disputed,
        "dispute": had.dispute,
        "booked": payment.booked,
        "postings": payment.postings,
    }


def _to_payment(row: CardPaymentRow) -> CardPayment:
    return CardPayment(
        reference=row.reference,
        tenant_id=row.tenant_id,
        intent=row.intent,
        currency=row.currency,
        amount=row.amount,
        invoice=row.invoice,
        created=row.created,
        had=CardState(
            row.paid, row.refunded, row.disputed, cast("DisputeState", row.dispute), _to_refunds(row.refunds)
        ),
        booked=row.booked,
        postings=row.postings,
        page=row.page,
    )


def _to_refunds(text: str) -> tuple[Refund, ...]:
    found = (each.rpartition("=") for each in text.split(",") if each)
    return tuple(Refund(refund_id, abs(int(amount)), failed=int(amount) < 0) for refund_id, _, amount in found)


def _to_processor(row: CardProcessorRow) -> Processor:
    return Processor(cast("CardMode", row.mode), row.created)
