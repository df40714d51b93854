"""`unificx invoice`: monthly invoices of tenants, their state, and billing details."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.amounts import parse_amount, readable
from unificx.cli.api_client import OPERATOR_SLUG, ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.new_files import new_file, require_new
from unificx.cli.output import print_done, print_item, print_items, print_json
from unificx.core.phrases import counted

_INVOICE = {
    "number": "number",
    "month": "month",
    "state": "state",
    "issued": "issued",
    "due": "due",
    "total": "total",
    "left": "to pay",
    "currency": "currency",
    "collected": "collected",
    "sent": "sent",
}
_LISTED = {"tenant": "tenant", **_INVOICE}
_FILE = {"id": "file", "day": "debited on", "invoices": "invoices", "total": "total", "created": "made"}
_ISSUE = {"tenant": "tenant", "result": "result", "number": "number", "net": "net", "tax": "tax", "total": "total"}
_LINE = {
    "kind": "kind",
    "name": "name",
    "quantity": "quantity",
    "unit": "unit",
    "amount": "net",
    "tax_rate": "tax %",
    "creditable": "left",
}
_DETAILS = {
    "name": "name",
    "contact": "contact",
    "street": "street",
    "postcode": "postcode",
    "city": "city",
    "country": "country",
    "vat_id": "VAT id",
    "tax_number": "tax number",
    "email": "e-mail",
    "iban": "IBAN",
    "bic": "BIC",
    "mandate": "mandate",
    "mandate_signed": "signed",
}
_SELLER = {**_DETAILS, "creditor_id": "creditor id", "payment_days": "days to pay", "number_prefix": "prefix"}
_SELLER |= {"issue_day": "issued on day", "stop_days": "days to end of calls"}

_POLL_SECONDS = 0.25

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the invoice.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; default: named by the number.")]

group = command_group("invoice", "Monthly invoices, and billing details.")


@command(group, "run")
def run(
    context: CommandContext,
    *,
    month: Annotated[str, typer.Option(help="Month that is over, such as 2027-02.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be issued.")] = False,
) -> None:
    """Issue the invoices of a month.

    For all tenants, or the one of --tenant. Existing invoices are not issued again. The server goes on with a run
    if this command is interrupted; repeated, it shows the same run."""
    wanted = {"month": month, "dry_run": dry_run}

    async def request(api: ApiClient) -> list[Json]:
        if context.tenant is None:
            return await _run_of_all(api, wanted)
        found = await api.post("/billing/invoices", wanted, tenant=await api.resolve_tenant(context.tenant))
        return [{"slug": context.tenant, "problem": "", **found}]

    found = context.run(request)
    issued = [{"tenant": each["slug"], **one} for each in found for one in each["invoices"]]
    refused = [{"tenant": each["slug"], "problem": each["problem"]} for each in found if each["problem"]]
    unrated = {each["slug"]: each["unrated"] for each in found if each["unrated"]}
    if context.as_json:
        print_json({"invoices": issued, "refused": refused, "unrated": unrated})
    else:
        print_items([readable(each) for each in issued], _ISSUE, as_json=False, empty_text="Nothing to invoice.")
        for each in refused:
            print(f"{each['tenant']}: {each['problem']}")
        for slug, calls in unrated.items():
            unpriced = counted(
                calls, "call of the month has no price and is", "calls of the month have no price and are"
            )
            print(f"{slug}: {unpriced} on no invoice. See `unificx rate again`.")
    if refused:
        raise CliError(f"Tenants without an invoice: {len(refused)}.", "Repeat the run after you have corrected this.")


async def _run_of_all(api: ApiClient, wanted: Json) -> list[Json]:
    """Begin a run and wait for its end. Return the outcomes of tenants."""
    import asyncio

    path, of = f"/billing/invoice-runs/{quote_segment(wanted['month'])}", {"dry_run": wanted["dry_run"]}
    found = await api.post("/billing/invoice-runs", wanted)
    while found["finished"] is None:
        await asyncio.sleep(_POLL_SECONDS)
        found = await api.get(path, **of)
        if sys.stderr.isatty():
            end = "" if found["finished"] is None else "\n"
            print(f"\r{found['done']} of {found['total']} tenants ", end=end, file=sys.stderr, flush=True)
    return await api.list_all(f"{path}/outcomes", **of)


@command(group, "list")
def list_(
    context: CommandContext,
    *,
    state: Annotated[
        str | None, typer.Option(help="Only open, overdue, collected, paid, cancelled, credit_note.")
    ] = None,
) -> None:
    """List invoices and credit notes."""
    _print_list(context, {**_LISTED}, "There are no such invoices.", state)


@command(group, "overdue")
def overdue(context: CommandContext) -> None:
    """List overdue invoices and their reminders."""
    _print_list(context, {**_LISTED, "reminder": "reminder"}, "No invoice is overdue.", "overdue")


def _print_list(context: CommandContext, columns: dict[str, str], empty_text: str, state: str | None) -> None:
    async def request(api: ApiClient) -> list[Json]:
        tenants = await api.tenants(context.tenant)
        return [
            {"tenant": each["slug"], **one}
            for each in tenants
            for one in await api.list_all("/billing/invoices", tenant=each["id"], state=state)
        ]

    found = context.run(request)
    shown = found if context.as_json else [_readable(each) for each in found]
    print_items(shown, columns, as_json=context.as_json, empty_text=empty_text)


def _readable(invoice: Json) -> Json:
    """Return an invoice as it is printed: its month, amounts, and the day of its direct debit."""
    debit = invoice["collection"]
    return {
        **readable(invoice),
        "month": invoice["month"][:7],
        "collected": debit["day"] if debit else "",
        "sent": (invoice["sent"] or "waits")[:10],
    }


@command(group, "show")
def show(context: CommandContext, number: Number) -> None:
    """Show an invoice with its lines."""

    async def request(api: ApiClient) -> Json:
        return await api.get(_path(number), tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    if context.as_json:
        print_json(found)
        return
    print_item(_readable(found), _INVOICE, as_json=False)
    lines = [{**readable(each), "tax_rate": f"{each['tax_rate'] / 100:g}"} for each in found["lines"]]
    print_items(lines, _LINE, as_json=False, empty_text="")


@command(group, "send")
def send(context: CommandContext, number: Number) -> None:
    """Send an invoice by e-mail again.

    It leaves within five minutes, to the address of the billing details or to the administrators."""

    async def request(api: ApiClient) -> None:
        await api.post(f"{_path(number)}/email", {}, tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done(f"Invoice {number} will be sent.", {"number": number}, as_json=context.as_json)


@command(group, "cancel")
def cancel(context: CommandContext, number: Number) -> None:
    """Cancel a whole invoice by a credit note."""

    async def request(api: ApiClient) -> Json:
        path = f"{_path(number)}/cancellation"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    made = context.run(request)
    print_item(made if context.as_json else _readable(made), _INVOICE, as_json=context.as_json)


@command(group, "credit")
def credit(
    context: CommandContext,
    number: Number,
    *,
    line: Annotated[int | None, typer.Option(help="Only of this line, from 1 on.")] = None,
    amount: Annotated[
        int | None, typer.Option(parser=parse_amount, metavar="AMOUNT", help="Net amount, such as 4.90.")
    ] = None,
) -> None:
    """Credit a part of an invoice.

    Give an amount, which is spread over all lines, or a line with or without an amount: without one, all that is left
    of the line is credited."""
    body: Json = {"amount": amount} if line is None else {"lines": [{"line": line, "amount": amount}]}

    async def request(api: ApiClient) -> Json:
        return await api.post(f"{_path(number)}/credits", body, tenant=await api.resolve_tenant(context.tenant))

    made = context.run(request)
    print_item(made if context.as_json else _readable(made), _INVOICE, as_json=context.as_json)


@command(group, "pdf")
def pdf(context: CommandContext, number: Number, out: Out = None) -> None:
    """Save an invoice as PDF/A-3 with Factur-X."""
    _save(context, f"{_path(number)}/pdf", out or Path(f"{number}.pdf"))


@command(group, "xml")
def xml(context: CommandContext, number: Number, out: Out = None) -> None:
    """Save the electronic invoice (EN 16931)."""
    _save(context, f"{_path(number)}/xml", out or Path(f"{number}.xml"))


@command(group, "sepa", of_tenant=False)
def sepa(
    context: CommandContext,
    *,
    on: Annotated[str | None, typer.Option(help="Day on which accounts are debited, such as 2027-03-20.")] = None,
    file: Annotated[str | None, typer.Option(help="Save this file again instead of making one.")] = None,
    out: Out = None,
) -> None:
    """Make and save a file of SEPA direct debits.

    It collects the open invoices of all tenants with a mandate, and no later file has them again. Record the payments
    when the bank has booked them, and returned debits by `invoice returned`."""
    if (on is None) == (file is None):
        raise CliError("Either a day or a file is needed.", "Use --on 2027-03-20, or --file ID to save one again.")

    if out is not None:
        require_new(out)

    async def request(api: ApiClient) -> tuple[str, bytes]:
        made = file or str((await api.post("/billing/direct-debits", {"day": on}))["id"])
        data = bytearray()
        await api.download(f"/billing/direct-debits/{quote_segment(made)}", data.extend)
        return made, bytes(data)

    made, data = context.run(request)
    _write(context, data, out or Path(f"direct-debits-{made}.xml"))


@command(group, "debits", of_tenant=False)
def debits(context: CommandContext) -> None:
    """List files of SEPA direct debits."""
    found = context.run(lambda api: api.list_all("/billing/direct-debits"))
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _FILE, as_json=context.as_json, empty_text="There are no files of direct debits yet.")


@command(group, "returned")
def returned(context: CommandContext, number: Number) -> None:
    """Record a returned direct debit.

    The next file collects the invoice again."""

    async def request(api: ApiClient) -> None:
        await api.delete(f"{_path(number)}/direct-debit", tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done(f"The direct debit of {number} was returned.", {"number": number}, as_json=context.as_json)


def _save(context: CommandContext, path: str, out: Path) -> None:
    require_new(out)

    async def request(api: ApiClient) -> bytes:
        data = bytearray()
        await api.download(path, data.extend, tenant=await api.resolve_tenant(context.tenant))
        return bytes(data)

    _write(context, context.run(request), out)


def _write(context: CommandContext, data: bytes, out: Path) -> None:
    with new_file(out) as file:
        file.write(data)
    print_done(f"Saved as {out}.", {"file": str(out)}, as_json=context.as_json)


@command(group, "details")
def details(
    context: CommandContext,
    *,
    name: Annotated[str | None, typer.Option(help="Company or person.")] = None,
    contact: Annotated[str | None, typer.Option(help="Person or department.")] = None,
    street: Annotated[str | None, typer.Option(help="Street and number.")] = None,
    postcode: Annotated[str | None, typer.Option(help="Postal code.")] = None,
    city: Annotated[str | None, typer.Option(help="City.")] = None,
    country: Annotated[str | None, typer.Option(help="Code of the country, such as DE.")] = None,
    vat_id: Annotated[str | None, typer.Option(help="VAT id; needed by a business in another EU country.")] = None,
    tax_number: Annotated[str | None, typer.Option(help="Tax number.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    iban: Annotated[str | None, typer.Option(help="Bank account.")] = None,
    bic: Annotated[str | None, typer.Option(help="BIC of the bank.")] = None,
    mandate: Annotated[str | None, typer.Option(help="Reference of the direct debit mandate.")] = None,
    mandate_signed: Annotated[str | None, typer.Option(help="Day of its signature, such as 2027-01-31.")] = None,
    creditor_id: Annotated[str | None, typer.Option(help="Creditor identifier; of the seller.")] = None,
    payment_days: Annotated[int | None, typer.Option(help="Days until invoices are due; of the seller.")] = None,
    number_prefix: Annotated[str | None, typer.Option(help="Beginning of invoice numbers; of the seller.")] = None,
    issue_day: Annotated[
        int | None, typer.Option(help="Day on which the server issues invoices; 0: by hand; of the seller.")
    ] = None,
    stop_days: Annotated[
        int | None, typer.Option(help="Days after the last reminder until calls outside end; 0: never; of the seller.")
    ] = None,
) -> None:
    """Show billing details, or change them.

    Those of the tenant `operator` are the seller's. An empty text removes a detail."""
    given: Json = {"name": name, "contact": contact, "street": street, "postcode": postcode, "city": city}
    given |= {"country": country, "vat_id": vat_id, "tax_number": tax_number, "email": email, "iban": iban, "bic": bic}
    given |= {"mandate": mandate, "mandate_signed": mandate_signed, "creditor_id": creditor_id}
    given |= {"payment_days": payment_days, "issue_day": issue_day, "stop_days": stop_days}
    given |= {"number_prefix": number_prefix}
    changes = {field: value for field, value in given.items() if value is not None}

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        found = await api.get("/billing/details", tenant=tenant)
        if not changes:
            return found
        body = {**found, **changes}
        body["mandate_signed"] = body["mandate_signed"] or None
        return await api.put("/billing/details", body, tenant=tenant)

    columns = _SELLER if context.tenant == OPERATOR_SLUG else _DETAILS
    print_item(context.run(request), columns, as_json=context.as_json)


def _path(number: str) -> str:
    return f"/billing/invoices/{quote_segment(number)}"
