"""A server with the API of Stripe (`localstripe`), with the pages of Checkout that it lacks, and signed reports."""

import json
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import stripe
from aiohttp import web
from yarl import URL

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from localstripe import resources, server

SECRET_KEY, WEBHOOK_SECRET = "sk_test_unificx1234", "whsec_unificx1234"
resources.Store.dump_to_disk = lambda self: None
resources.schedule_webhook = lambda event: None


class CheckoutSession(resources.StripeObject):
    """The page on which something is paid."""

    object = "checkout.session"
    _id_prefix = "cs_"

    def __init__(self, **asked: Any) -> None:
        super().__init__()
        self._asked = asked
        self.client_reference_id = asked["client_reference_id"]
        self.url = f"https://checkout.stripe.example/{self.id}"
        [item] = asked["line_items"]
        self.currency = item["price_data"]["currency"]
        self.amount_total = int(item["price_data"]["unit_amount"])
        self.status, self.payment_status, self.payment_intent = "open", "unpaid", None


def pay(page: CheckoutSession) -> None:
    """Do what a payer does on a page."""
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2099", "cvc": "123"}
    method = resources.PaymentMethod(type="card", card=card)
    metadata = page._asked["payment_intent_data"]["metadata"]
    made = resources.PaymentIntent(page.amount_total, page.currency, payment_method=method.id, metadata=metadata)
    resources.PaymentIntent._api_confirm(made.id)
    page.status, page.payment_status, page.payment_intent = "complete", "paid", made.id


_create = server.api_create(CheckoutSession, "")
_answers: dict[str, bytes] = {}


async def _create_once(request: web.Request) -> web.StreamResponse:
    """Create a page; a repeated idempotency key gets the same answer (https://docs.stripe.com/api/idempotent_requests)."""
    key = request.headers["Idempotency-Key"]
    if key not in _answers:
        made = await _create(request)
        assert isinstance(made, web.Response)
        assert isinstance(made.body, bytes)
        _answers[key] = made.body
    return web.Response(body=_answers[key], content_type="application/json")


async def _expire(request: web.Request) -> web.StreamResponse:
    """Close a page that is open (https://docs.stripe.com/api/checkout/sessions/expire)."""
    page = resources.store[f"checkout.session:{request.match_info['id']}"]
    if page.status != "open":
        error = {"type": "invalid_request_error", "message": "Only open Checkout Sessions can be expired."}
        return web.json_response({"error": error}, status=400)
    page.status = "expired"
    return web.json_response(page._export())


server.app.router.add_post("/v1/checkout/sessions", _create_once)
server.app.router.add_post("/v1/checkout/sessions/{id}/expire", _expire)


def sessions() -> list[CheckoutSession]:
    """Return the pages, newest last."""
    return [each for each in resources.store.values() if isinstance(each, CheckoutSession)]


def charge_of(page: CheckoutSession) -> dict[str, Any]:
    """Return the charge of a paid page, as a report has it."""
    return resources.PaymentIntent._api_retrieve(page.payment_intent).latest_charge._export()


def report(kind: str, data: dict[str, Any], at: datetime, event_id: str = "") -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a report that is signed at a time."""
    created = int(at.timestamp())
    event = {"id": event_id or f"evt_{resources.random_id(14)}", "type": kind, "created": created}
    body = json.dumps({**event, "data": {"object": data}})
    signature = stripe.WebhookSignature.generate_signature_header(body, WEBHOOK_SECRET, created)
    return body.encode(), {"Stripe-Signature": signature}


@asynccontextmanager
async def stripe_server(url: str, *, anew: bool = True) -> AsyncIterator[None]:
    """Serve the API at a URL of this machine; `anew`: without pages and answers of before."""
    if anew:
        resources.store.clear()
        _answers.clear()
    server.app._loop = None  # that of an earlier test
    runner = web.AppRunner(server.app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", URL(url).port)
    await site.start()
    try:
        yield
    finally:
        await runner.cleanup()
