"""Invoices and billing details. Operators issue and cancel, administrators read those of their tenant."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Response, status

from unificx import billing
from unificx.api.access import (
    CurrentUserDep,
    Cursor,
    Id,
    Limit,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    require_operator,
)
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import invoices as models
from unificx.core.errors import Invalid
from unificx.db.pagination import PageByTime
from unificx.identity import Action

router = Router(
    prefix="/api/v1/billing", tags=["billing"], route_class=IdempotentRoute, dependencies=[purpose("billing")]
)
StateQuery = Annotated[models.InvoiceState | None, Query(description="Only invoices in this state.")]


def _file(media_type: str, *errors: int) -> dict[int | str, dict[str, Any]]:
    """Return the responses of a download."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"content": content}, **problem_responses(401, 403, 404, *errors)}


@router.get("/details", responses=problem_responses(401, 403, 404))
async def show_billing_details(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> models.BillingDetails:
    """Show the billing details of a tenant; those of the operators' tenant are the seller's."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.details.find(scope.tenant_id)
    return _details(found or billing.BillingDetails("", "", "", "", ""))


@router.put("/details", responses=problem_responses(401, 403, 404))
async def replace_billing_details(
    services: ServicesDep, user: CurrentUserDep, details: models.BillingDetails, tenant: TenantQuery = None
) -> models.BillingDetails:
    """Replace the billing details of a tenant. Invoices that were issued do not change."""
    scope = await require_access(services, user, tenant, Action.INVOICES_CHANGE)
    seller = services.identity.directory.operator()
    if seller is not None and seller.id == scope.tenant_id:
        await require_access(services, user, tenant, Action.INSTALLATION)
    given = billing.BillingDetails(**details.model_dump())
    return _details(await services.billing.details.replace(scope.tenant_id, given))


@router.post(
    "/invoices",
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def issue_invoices(
    services: ServicesDep, user: CurrentUserDep, run: models.BillingMonth, tenant: TenantQuery = None
) -> models.InvoiceIssues:
    """Issue the invoices of a tenant for a month, unless they are there."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    month = date.fromisoformat(f"{run.month}-01")
    issues = await services.billing.invoices.run(scope.tenant_id, month, dry_run=run.dry_run)
    unrated = await services.billing.invoices.unrated(scope.tenant_id, month)
    return models.InvoiceIssues(invoices=[models.InvoiceIssue.model_validate(each) for each in issues], unrated=unrated)


@router.get("/invoices", responses=problem_responses(401, 403, 404))
async def list_invoices(
    services: ServicesDep,
    user: CurrentUserDep,
    *,
    state: StateQuery = None,
    tenant: TenantQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> core.Page[models.Invoice]:
    """List the invoices and credit notes of a tenant with their state, newest first."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    page = await services.billing.invoices.page(scope.tenant_id, PageByTime.parse(cursor, limit), state)
    return core.Page(items=[models.Invoice.model_validate(each) for each in page.items], next=page.next)


@router.get("/invoices/{invoice}", responses=problem_responses(401, 403, 404))
async def show_invoice(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, tenant: TenantQuery = None
) -> models.InvoiceDetails:
    """Show an invoice with its lines."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    found = await services.billing.invoices.get(scope.tenant_id, invoice)
    document = await services.billing.invoices.document(scope.tenant_id, invoice)
    left = await services.billing.credit_notes.left(scope.tenant_id, found, document)
    lines = [
        models.InvoiceLine(**{**asdict(each), "tax_rate": each.tax.rate, "creditable": creditable})
        for each, creditable in zip(document.lines, left, strict=True)
    ]
    return models.InvoiceDetails(**models.Invoice.model_validate(found).model_dump(), lines=lines)


@router.post(
    "/invoices/{invoice}/cancellation",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def cancel_invoice(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, tenant: TenantQuery = None
) -> models.Invoice:
    """Cancel a whole invoice by a credit note. Its month may be invoiced again."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    return models.Invoice.model_validate(await services.billing.invoices.cancel(scope.tenant_id, invoice))


@router.post(
    "/invoices/{invoice}/credits",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def credit_invoice(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, body: models.NewCreditNote, tenant: TenantQuery = None
) -> models.Invoice:
    """Take back a part of an invoice by a credit note, never more than is left of it.

    Payments for that part become credit, which may be refunded."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    lines = {each.line: each.amount for each in body.lines}
    if len(lines) < len(body.lines):
        raise Invalid("A line is named twice.", field="lines")
    made = await services.billing.credit_notes.issue(scope.tenant_id, invoice, lines=lines, amount=body.amount)
    return models.Invoice.model_validate(made)


@router.post(
    "/invoices/{invoice}/email",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404),
)
async def send_invoice_again(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, tenant: TenantQuery = None
) -> None:
    """Send an invoice by e-mail again, within five minutes, to the present address."""
    scope = await require_access(services, user, tenant, Action.INVOICES_CHANGE)
    await services.billing.invoice_notices.send_again(scope.tenant_id, invoice)


@router.get("/invoices/{invoice}/pdf", responses=_file("application/pdf"), response_class=Response)
async def download_invoice_pdf(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, tenant: TenantQuery = None
) -> Response:
    """Download an invoice as PDF/A-3, which contains the electronic invoice (Factur-X)."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    return _download(await services.billing.invoices.pdf(scope.tenant_id, invoice), "application/pdf", f"{invoice}.pdf")


@router.get("/invoices/{invoice}/xml", responses=_file("application/xml"), response_class=Response)
async def download_invoice_xml(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, tenant: TenantQuery = None
) -> Response:
    """Download the electronic invoice (EN 16931, Cross Industry Invoice)."""
    scope = await require_access(services, user, tenant, Action.BILLING_READ)
    return _download(await services.billing.invoices.xml(scope.tenant_id, invoice), "application/xml", f"{invoice}.xml")


@router.delete(
    "/invoices/{invoice}/direct-debit",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(401, 403, 404, 409),
)
async def return_direct_debit(
    services: ServicesDep, user: CurrentUserDep, invoice: Id, tenant: TenantQuery = None
) -> None:
    """Record that the bank has returned the direct debit of an invoice. The next file collects it again."""
    scope = await require_access(services, user, tenant, Action.BILLING_CHANGE)
    await services.billing.direct_debits.mark_returned(scope.tenant_id, invoice)


@router.get("/direct-debits", responses=problem_responses(401, 403))
async def list_direct_debits(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.DirectDebitFile]:
    """List the last 100 files of direct debits, newest first. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    found = await services.billing.direct_debits.files()
    return core.Page(items=[models.DirectDebitFile.model_validate(each) for each in found], next=None)


@router.post(
    "/direct-debits",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 409),
)
async def create_direct_debits(
    services: ServicesDep, user: CurrentUserDep, new: models.NewDirectDebits
) -> models.DirectDebitFile:
    """Make a file for the bank that collects the open invoices of all tenants with a SEPA mandate. No later file has
    them again, until a debit is returned. For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    return models.DirectDebitFile.model_validate(await services.billing.direct_debits.create(new.day))


@router.get("/direct-debits/{file}", responses=_file("application/xml", 409), response_class=Response)
async def download_direct_debits(services: ServicesDep, user: CurrentUserDep, file: Id) -> Response:
    """Download a file of direct debits (pain.008). For operators."""
    await require_operator(services, user, Action.BILLING_CHANGE)
    body = await services.billing.direct_debits.file(file)
    return _download(body, "application/xml", f"direct-debits-{file}.xml")


def _download(body: bytes, media_type: str, name: str) -> Response:
    return Response(body, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _details(details: billing.BillingDetails) -> models.BillingDetails:
    return models.BillingDetails(**asdict(details))
