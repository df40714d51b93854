"""`unificx invoice`: monthly invoices of tenants, their state, and billing details."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.amounts import readable
from unificx.cli.api_client import OPERATOR_SLUG, ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_item, print_items, print_json

_INVOICE = {
    "number": "number",
    "month": "month",
    "state": "state",
    "issued": "issued",
    "due": "due",
    "total": "total",
    "left": "to pay",
    "currency": "currency",
}
_ISSUE = {"tenant": "tenant", "result": "result", "number": "number", "net": "net", "tax": "tax", "total": "total"}
_LINE = {"kind": "kind", "name": "name", "quantity": "quantity", "unit": "unit", "amount": "net", "tax_rate": "tax %"}
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

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the invoice.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; default: named by the number.")]

group = command_group("invoice", "Monthly invoices, and billing details.")


@dataclass
class _Progress:
    """Prints how far a run is, on a terminal only."""

    total: int
    done: int = 0
    refused: list[Json] = field(default_factory=list[Json])

    def count(self) -> None:
        self.done += 1
        if sys.stderr.isatty():
            end = "\n" if self.done == self.total else ""
            print(f"\r{self.done} of {self.total} tenants ", end=end, file=sys.stderr, flush=True)


@command(group, "run")
def run(
    context: CommandContext,
    *,
    month: Annotated[str, typer.Option(help="Month that is over, such as 2027-02.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be issued.")] = False,
) -> None:
    """Issue the invoices of a month.

    For all tenants, or the one of --tenant. Invoices that are there are not issued again, so a run that was interrupted
    may be repeated."""

    async def request(api: ApiClient) -> tuple[list[Json], list[Json]]:
        tenants = await api.tenants(context.tenant)
        progress, issued = _Progress(len(tenants)), list[Json]()
        for each in tenants:
            try:
                body = {"month": month, "dry_run": dry_run}
                made = await api.post("/billing/invoices", body, tenant=each["id"])
                issued += [{"tenant": each["slug"], **one} for one in made["invoices"]]
            except CliError as fault:
                progress.refused.append({"tenant": each["slug"], "problem": str(fault)})
            progress.count()
        return issued, progress.refused

    issued, refused = context.run(request)
    if context.as_json:
        print_json({"invoices": issued, "refused": refused})
    else:
        print_items([readable(each) for each in issued], _ISSUE, as_json=False, empty_text="Nothing to invoice.")
        for each in refused:
            print(f"{each['tenant']}: {each['problem']}")
    if refused:
        raise CliError(f"{len(refused)} tenants have no invoice.", "Repeat the run after you have corrected this.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List invoices and credit notes."""
    found = context.run(lambda api: api.list_across_tenants("/billing/invoices", context.tenant))
    shown = found if context.as_json else [readable(each) for each in found]
    print_items(shown, _INVOICE, as_json=context.as_json, empty_text="There are no invoices yet.")


@command(group, "overdue")
def overdue(context: CommandContext) -> None:
    """List overdue invoices and their reminders."""
    found = context.run(lambda api: api.list_across_tenants("/billing/invoices", context.tenant))
    late = [each for each in found if each["state"] == "overdue"]
    shown = late if context.as_json else [readable(each) for each in late]
    columns = {**_INVOICE, "reminder": "reminder"}
    print_items(shown, columns, as_json=context.as_json, empty_text="No invoice is overdue.")


@command(group, "show")
def show(context: CommandContext, number: Number) -> None:
    """Show an invoice with its lines."""

    async def request(api: ApiClient) -> Json:
        return await api.get(_path(number), tenant=await api.resolve_tenant(context.tenant))

    found = context.run(request)
    if context.as_json:
        print_json(found)
        return
    print_item(readable(found), _INVOICE, as_json=False)
    lines = [{**readable(each), "tax_rate": f"{each['tax_rate'] / 100:g}"} for each in found["lines"]]
    print_items(lines, _LINE, as_json=False, empty_text="")


@command(group, "cancel")
def cancel(context: CommandContext, number: Number) -> None:
    """Cancel a whole invoice by a credit note."""

    async def request(api: ApiClient) -> Json:
        path = f"{_path(number)}/cancellation"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    made = context.run(request)
    print_item(made if context.as_json else readable(made), _INVOICE, as_json=context.as_json)


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
    on: Annotated[str, typer.Option(help="Day on which accounts are debited, such as 2027-03-20.")],
    out: Out = None,
) -> None:
    """Save a file of SEPA direct debits.

    It collects the open invoices of all tenants with a mandate. Record the payments when the bank has booked them."""
    _save(context, "/billing/direct-debits", out or Path(f"direct-debits-{on}.xml"), day=on)


def _save(context: CommandContext, path: str, out: Path, **params: str) -> None:
    async def request(api: ApiClient) -> bytes:
        tenant = None if params else await api.resolve_tenant(context.tenant)
        data = bytearray()
        await api.download(path, data.extend, tenant=tenant, **params)
        return bytes(data)

    data = context.run(request)
    try:
        out.write_bytes(data)
    except OSError as fault:
        raise CliError(f"{out} cannot be written: {fault.strerror}.", "Choose another file by --out.") from None
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
    bic: Annotated[str | None, typer.Option(help="Its bank.")] = None,
    mandate: Annotated[str | None, typer.Option(help="Reference of the direct debit mandate.")] = None,
    mandate_signed: Annotated[str | None, typer.Option(help="Day of its signature, such as 2027-01-31.")] = None,
    creditor_id: Annotated[str | None, typer.Option(help="Creditor identifier; of the seller.")] = None,
    payment_days: Annotated[int | None, typer.Option(help="Days until invoices are due; of the seller.")] = None,
    number_prefix: Annotated[str | None, typer.Option(help="Beginning of invoice numbers; of the seller.")] = None,
) -> None:
    """Show billing details, or change them.

    Those of the tenant `operator` are the seller's. An empty text removes a detail."""
    given = {"name": name, "contact": contact, "street": street, "postcode": postcode, "city": city}
    given |= {"country": country, "vat_id": vat_id, "tax_number": tax_number, "email": email, "iban": iban, "bic": bic}
    given |= {"mandate": mandate, "mandate_signed": mandate_signed, "creditor_id": creditor_id}
    changes = {field: value for field, value in given.items() if value is not None}
    changes |= {"payment_days": payment_days} if payment_days is not None else {}
    changes |= {"number_prefix": number_prefix} if number_prefix is not None else {}

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
