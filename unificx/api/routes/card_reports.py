"""Reports of the processor of payments by card. Their signature is checked instead of a sign-in."""

from typing import Annotated

from fastapi import Header, Request, status

from unificx.api.access import ServicesDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.router import Router

router = Router(prefix="/api/v1/billing", tags=["card reports"], dependencies=[purpose("billing")])
Signature = Annotated[str, Header(alias="Stripe-Signature", max_length=1_000)]


@router.post("/card-reports", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(403, 404, 503))
async def receive_card_report(services: ServicesDep, request: Request, signature: Signature = "") -> None:
    """Receive an event of the processor. Its signature is checked; the same event has an effect once."""
    await services.billing.cards.receive(await request.body(), signature)
