"""Payments by card: the same ledger after reports in any order, and only valid signatures."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe_server import WEBHOOK_SECRET, report

from unificx.billing import Disputed, ForgedReport, Paid, Refund, Refunded
from unificx.billing.machine.card_payment import CardState, Report, step
from unificx.integrations.stripe_payments import StripePayments

NOW = datetime(2026, 5, 6, tzinfo=UTC)
_AMOUNT = st.integers(1, 200)
_REPORT = st.one_of(
    st.builds(Paid, st.just(100)),
    st.builds(Refunded, _AMOUNT),
    st.builds(Refund, st.sampled_from(["re_1", "re_2"]), _AMOUNT, failed=st.booleans()),
    st.builds(Disputed, _AMOUNT, st.sampled_from(["open", "won", "lost"])),
)


@given(st.lists(_REPORT, max_size=8), st.randoms(use_true_random=False))
def test_order_and_repetition_of_reports_change_nothing(reports: list[Report], random: Random) -> None:
    def after(all_of_them: list[Report]) -> tuple[CardState, int]:
        state, booked = CardState(), 0
        for each in all_of_them:
            state = step(state, each)
            booked += state.net - booked
            assert 0 <= state.net <= max(state.paid, 0)
        return state, booked

    shuffled = [*reports, *reports]
    random.shuffle(shuffled)
    assert after(reports) == after(shuffled)


def test_a_dispute_that_is_won_gives_the_amount_back() -> None:
    state = step(step(CardState(), Paid(100)), Refunded(30))
    assert [step(state, Disputed(100, each)).net for each in ("open", "lost", "won")] == [0, 0, 70]


def test_a_refund_that_fails_gives_the_amount_back() -> None:
    failed = Refund("re_1", 30, failed=True)
    state = step(step(CardState(), Paid(100)), Refunded(30))
    assert step(state, Refund("re_1", 30)).net == 70
    assert step(state, failed).net == 100
    again = step(step(state, failed), Refund("re_2", 30))
    assert (again.net, step(again, Refunded(30)).net) == (70, 70)
    assert step(step(state, failed), Refund("re_1", 30)).net == 100, "an early report that comes late"


def test_only_a_valid_and_recent_signature_is_read() -> None:
    stripe = StripePayments()
    page = {"payment_status": "paid", "amount_total": 119, "currency": "eur", "client_reference_id": "card-1"}
    body, headers = report("checkout.session.completed", page, NOW)
    signature = headers["Stripe-Signature"]
    found = stripe.read(body, signature, WEBHOOK_SECRET, NOW + timedelta(minutes=5))
    assert found is not None
    assert (found.reference, found.currency, found.report) == ("card-1", "EUR", Paid(1_190_000))
    for forged in (
        (body + b" ", signature, WEBHOOK_SECRET, NOW),
        (body, signature, "whsec_of_another1", NOW),
        (body, signature, WEBHOOK_SECRET, NOW + timedelta(minutes=6)),
        (body, signature, WEBHOOK_SECRET, NOW - timedelta(minutes=6)),
        (body, "", WEBHOOK_SECRET, NOW),
        (body, "t=x,v1=00", WEBHOOK_SECRET, NOW),
        (body, "t", WEBHOOK_SECRET, NOW),
        (b"\xff", signature, WEBHOOK_SECRET, NOW),
    ):
        with pytest.raises(ForgedReport):
            stripe.read(*forged)
    unpaid, headers = report("checkout.session.completed", {**page, "payment_status": "unpaid"}, NOW)
    assert stripe.read(unpaid, headers["Stripe-Signature"], WEBHOOK_SECRET, NOW) is None
    inquiry, headers = report("charge.dispute.created", {"status": "warning_needs_response", "amount": 1}, NOW)
    assert stripe.read(inquiry, headers["Stripe-Signature"], WEBHOOK_SECRET, NOW) is None
