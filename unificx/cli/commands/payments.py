"""`unificx payment`: payments by bank transfer, their refunds, and what a tenant owes."""

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
_BALANCE = {"currency": "currency", "sold": "sold", "received": "received", "owed": "owed", "unbilled": "unbilled"}

Amount = Annotated[int, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Amount, such as 49.90.")]
Reference = Annotated[str, typer.Option(help="Number of the transaction in the bank statement.")]

group = command_group("payment", "Payments by bank transfer, and the balance.")


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
    """Record a refund of a payment."""
    _send(context, "/billing/refunds", {"payment": payment, "reference": reference, "amount": amount})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List payments and refunds."""

    async def request(api: ApiClient) -> list[Json]:
        return await api.list_all("/billing/payments", tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _PAYMENT, as_json=context.as_json, empty_text="There are no payments yet.")


@command(group, "balance")
def balance(context: CommandContext) -> None:
    """Show what a tenant owes."""

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
