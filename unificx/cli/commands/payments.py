"""`unificx payment`: payments by bank transfer and by card, their refunds, and what a tenant owes."""

import sys
from typing import Annotated

import typer

from unificx.cli.amounts import parse_amount, readable
from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_item, print_items

_PAYMENT = {
    "reference": "reference",
    "refund_of": "refund of",
    "amount": "amount",
    "currency": "currency",
    "invoice": "invoice",
    "at": "recorded",
}
_CARD = {
    "reference": "reference",
    "state": "state",
    "amount": "amount",
    "currency": "currency",
    "invoice": "invoice",
    "created": "begun",
}
_BALANCE = {"currency": "currency", "sold": "sold", "received": "received", "owed": "owed", "unbilled": "unbilled"}

Amount = Annotated[int, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Amount, such as 49.90.")]
Reference = Annotated[str, typer.Option(help="Number of the transaction in the bank statement.")]

group = command_group("payment", "Payments by bank transfer and card, and the balance.")


@command(group, "record")
def record(
    context: CommandContext,
    *,
    reference: Reference,
    amount: Amount,
    currency: Annotated[str, typer.Option(help="Code of the currency.")] = "EUR",
    invoice: Annotated[str, typer.Option(metavar="NUMBER", help="Invoice that it pays.")] = "",
) -> None:
    """Record a received payment.

    One that names no invoice pays the oldest ones that are open."""
    body = {"reference": reference, "amount": amount, "currency": currency, "invoice": invoice}
    _send(context, "/billing/payments", body)


@command(group, "refund")
def refund(
    context: CommandContext,
    *,
    payment: Annotated[str, typer.Argument(metavar="PAYMENT", help="Reference of the payment.")],
    reference: Reference,
    amount: Amount,
) -> None:
    """Refund a payment.

    That of a bank transfer is only recorded. A payment by card is refunded to the card."""
    _send(context, "/billing/refunds", {"payment": payment, "reference": reference, "amount": amount})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List payments and refunds."""

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all("/billing/payments", tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _PAYMENT, as_json=context.as_json, empty_text="There are no payments yet.")


@command(group, "card")
def card(
    context: CommandContext,
    *,
    invoice: Annotated[str, typer.Option(metavar="NUMBER", help="Invoice to pay; without it, credit.")] = "",
    amount: Annotated[
        int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Credit, such as 50.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Code of the currency of the credit.")] = "EUR",
) -> None:
    """Begin a payment by card.

    Open the address that is shown to pay. It is valid for an hour."""
    body = {"invoice": invoice, "amount": amount, "currency": currency}

    async def request(api: ApiClient) -> Json:
        return await api.post("/billing/card-payments", body, tenant=await api.resolve_tenant(context.tenant))

    print_item(context.run(request), {"reference": "reference", "url": "pay at"}, as_json=context.as_json)


@command(group, "cards")
def cards(context: CommandContext) -> None:
    """List the last payments by card.

    Those that were not completed are shown too."""

    async def request(api: ApiClient) -> list[Json]:
        found = await api.get("/billing/card-payments", tenant=await api.resolve_tenant(context.tenant))
        return found["items"]

    found = context.run(request)
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _CARD, as_json=context.as_json, empty_text="There are no payments by card yet.")


@command(group, "processor")
def processor(
    context: CommandContext,
    *,
    change: Annotated[
        bool, typer.Option("--set", help="Read secret key and signing secret of Stripe, each on a line of its own.")
    ] = False,
    remove: Annotated[bool, typer.Option("--remove", help="End payments by card.")] = False,
) -> None:
    """Show or change the card processor account.

    Secrets are read from standard input, because command lines can be seen by others."""
    keys = [sys.stdin.readline().strip() for _ in range(2)] if change else ["", ""]

    async def request(api: ApiClient) -> Json:
        if change:
            return await api.put("/billing/card-processor", {"secret_key": keys[0], "webhook_secret": keys[1]})
        if remove:
            await api.delete("/billing/card-processor")
        return await api.get("/billing/card-processor", tenant="operator")

    print_item(context.run(request), {"enabled": "payments by card", "mode": "mode"}, as_json=context.as_json)


@command(group, "balance")
def balance(context: CommandContext) -> None:
    """Show the balance of a tenant."""

    async def request(api: ApiClient) -> list[Json]:
        found = await api.get("/billing/balance", tenant=await api.resolve_tenant(context.tenant))
        return found["items"]

    found = context.run(request)
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _BALANCE, as_json=context.as_json, empty_text="Nothing was sold or paid yet.")


def _send(context: CommandContext, path: str, body: dict[str, object]) -> None:
    async def request(api: ApiClient) -> Json:
        return await api.post(path, body, tenant=await api.resolve_tenant(context.tenant))

    made = context.run(request)
    print_item(made if context.as_json else readable(made), _PAYMENT, as_json=context.as_json)
