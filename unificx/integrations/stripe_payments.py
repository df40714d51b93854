"""Payments by card with Stripe: pages for payers, refunds and signed reports, by Stripe's own library.

Stripe learns amounts, numbers of invoices and our random references. Payers enter card data on its pages.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from unificx.billing import (
    CardOrder,
    CardPage,
    CardReport,
    Disputed,
    DisputeState,
    ForgedReport,
    Paid,
    Refund,
    Refunded,
    minor_unit,
)
from unificx.core.errors import Conflict, DomainError, Invalid, ServiceUnavailable
from unificx.integrations.egress import DisclosureRefused, Vendor

API = "https://api.stripe.com"
TIMEOUT = 20.0
TOLERANCE = 300
"""Seconds that a report may be old, and its clock be fast."""


class StripePayments:
    """Implements `billing.CardGateway`. `api`: another server that speaks the same API, for tests."""

    def __init__(self, api: str = API) -> None:
        self._api = api
        self._host = urlsplit(api).hostname or ""
        self._vendor = Vendor("payment", {self._host})

    async def check(self, secret_key: str) -> None:
        await self._ask(secret_key, lambda client: client.v1.balance.retrieve_async())

    async def checkout(self, secret_key: str, order: CardOrder) -> CardPage:
        metadata = {"payment": order.reference}
        price = {
            "currency": order.currency.lower(),
            "unit_amount": order.amount // minor_unit(order.currency),
            "product_data": {"name": order.title},
        }
        params: dict[str, Any] = {
            "mode": "payment",
            "client_reference_id": order.reference,
            "line_items": [{"quantity": 1, "price_data": price}],
            "payment_method_types": ["card"],
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
            "success_url": order.paid_url,
            "cancel_url": order.left_url,
            "expires_at": int(order.expires.timestamp()),
        }
        options = {"idempotency_key": order.reference}
        page = await self._ask(secret_key, lambda client: client.v1.checkout.sessions.create_async(params, options))
        return CardPage(page.id, page.url)

    async def close(self, secret_key: str, page: str) -> None:
        await self._ask(secret_key, lambda client: client.v1.checkout.sessions.expire_async(page))

    async def refund(self, secret_key: str, intent: str, amount: tuple[int, str], key: str) -> tuple[Refunded, Refund]:
        micros, currency = amount
        unit = minor_unit(currency)
        params: dict[str, Any] = {"payment_intent": intent, "amount": micros // unit, "expand": ["charge"]}
        options = {"idempotency_key": key}
        made = await self._ask(secret_key, lambda client: client.v1.refunds.create_async(params, options))
        return Refunded(made.charge["amount_refunded"] * unit), _refund(made, unit)

    def read(self, body: bytes, signature: str, webhook_secret: str, now: datetime) -> CardReport | None:
        try:
            self._stripe.WebhookSignature.verify_header(body, signature, webhook_secret)
            at = int(dict(part.split("=", 1) for part in signature.split(",") if part.startswith("t="))["t"])
            event = json.loads(body)
        except (self._stripe.SignatureVerificationError, ValueError, KeyError):
            raise ForgedReport("The signature of this report is not valid.") from None
        if abs(now.timestamp() - at) > TOLERANCE:
            raise ForgedReport("The signature of this report is too old.")
        return _to_report(event)

    async def _ask(self, secret_key: str, request: Callable[[Any], Awaitable[Any]]) -> Any:
        """Send a request. Raise DomainError."""
        try:
            self._vendor.disclose(self._host, ["user.payment"])
        except DisclosureRefused:
            raise _unanswered() from None
        connection = self._stripe.HTTPXClient(timeout=TIMEOUT)
        options = {"base_addresses": {"api": self._api}, "max_network_retries": 1, "http_client": connection}
        try:
            return await request(self._stripe.StripeClient(secret_key, **options))
        except self._stripe.StripeError as fault:
            raise self._to_error(fault) from None
        finally:
            await connection.close_async()

    def _to_error(self, fault: Any) -> DomainError:
        stripe = self._stripe
        if isinstance(fault, stripe.AuthenticationError | stripe.PermissionError):
            return Invalid("The processor does not accept the secret key.", field="secret_key")
        if isinstance(fault, stripe.InvalidRequestError | stripe.CardError | stripe.IdempotencyError):
            return Conflict("The processor refuses this.", hint="Check amount, currency and what was refunded before.")
        return _unanswered()

    @cached_property
    def _stripe(self) -> Any:
        """The library, which is imported when it is first used."""
        import stripe

        stripe.enable_telemetry = False
        return stripe


def _unanswered() -> ServiceUnavailable:
    return ServiceUnavailable("The processor of payments does not answer.", hint="Try again in some minutes.")


def _to_report(event: dict[str, Any]) -> CardReport | None:
    """Return what an event says of a payment, None for other events."""
    kind, found = event["type"], event["data"]["object"]
    currency = str(found.get("currency") or "").upper()
    unit = minor_unit(currency)
    metadata = found.get("metadata") or {}
    match kind:
        case "checkout.session.completed" | "checkout.session.async_payment_succeeded":
            if found["payment_status"] != "paid":
                return None
            report = Paid(found["amount_total"] * unit)
        case "charge.refunded":
            report = Refunded(found["amount_refunded"] * unit)
        case "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated":
            report = _refund(found, unit)
        case "charge.dispute.created" | "charge.dispute.closed":
            state = _dispute_state(found["status"])
            if state is None:
                return None
            report = Disputed(found["amount"] * unit, state)
        case _:
            return None
    reference = found.get("client_reference_id") or metadata.get("payment") or ""
    intent, created = found.get("payment_intent") or "", datetime.fromtimestamp(event["created"], UTC)
    return CardReport(event["id"], created, reference, intent, currency, report)


def _refund(found: Any, unit: int) -> Refund:
    """Return a refund object of Stripe. One that fails or is cancelled goes back to the operator."""
    return Refund(found["id"], found["amount"] * unit, failed=found["status"] in ("failed", "canceled"))


def _dispute_state(status: str) -> DisputeState | None:
    """Return the state of a dispute, None for an inquiry, which takes nothing back."""
    if status.startswith("warning_"):
        return None
    return "won" if status == "won" else "lost" if status == "lost" else "open"
