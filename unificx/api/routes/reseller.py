"""Routes for the people of a reseller: its brand, and its tenants without the personal data of their people.

Every route finds its tenant by `_Staff.customer`, so a tenant of others looks like one that does not exist.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, status

from unificx import identity
from unificx.api.access import CurrentUserDep, Id, ServicesDep, purpose, require_access
from unificx.api.acts import declare_tenant
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.resellers import reseller_schema
from unificx.api.routes.sign_in import invitation_link
from unificx.api.schemas import core, suspensions
from unificx.api.schemas import resellers as models
from unificx.api.services import Services
from unificx.billing import Plan
from unificx.core.errors import Conflict, NotFound
from unificx.identity import Action, Principal, Tenant
from unificx.resale import Customers, FirstAdministrator, Reseller, ResellerChange

router = Router(
    prefix="/api/v1/reseller", tags=["resellers"], route_class=IdempotentRoute, dependencies=[purpose("administration")]
)
_INVOICES = 100
_TENANT, _SUSPENSION = "/tenants/{tenant}", "/tenants/{tenant}/suspension"


@dataclass(frozen=True, slots=True)
class _Staff:
    """A person of a reseller, with what is theirs to see."""

    services: Services
    principal: Principal
    reseller: Reseller

    @property
    def customers(self) -> Customers:
        return Customers(self.services.identity, self.services.resellers)

    def customer(self, reference: str) -> Tenant:
        """Return a tenant of the reseller, in whose audit log the request is recorded. Raise NotFound."""
        tenant = self.customers.get(self.reseller, reference)
        declare_tenant(tenant.id)
        return tenant


async def _staff(services: ServicesDep, user: CurrentUserDep) -> _Staff:
    await require_access(services, user, user.principal.tenant_id, Action.RESELL)
    return _Staff(services, user.principal, services.resellers.of_staff(user.principal.tenant_id))


StaffDep = Annotated[_Staff, Depends(_staff)]


@router.get("", responses=problem_responses(401, 403, 404))
async def show_own_reseller(staff: StaffDep) -> models.Reseller:
    """Show the reseller that your organisation is."""
    return reseller_schema(staff.services, staff.reseller)


@router.patch("", responses=problem_responses(401, 403, 404))
async def update_own_brand(staff: StaffDep, change: models.BrandUpdate) -> models.Reseller:
    """Change the brand. Company, host names and plans are changed by the operator."""
    changed = await staff.services.resellers.update(staff.reseller.id, ResellerChange(**change.model_dump()))
    return reseller_schema(staff.services, changed)


@router.put(
    "/logo",
    responses=problem_responses(401, 403, 404),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "PNG, at most 64 KiB, and 1024 pixels in width and height. Its metadata is removed.",
            "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def put_own_logo(staff: StaffDep, request: Request) -> models.Reseller:
    """Set the logo."""
    changed = await staff.services.resellers.set_logo(staff.reseller.id, await request.body())
    return reseller_schema(staff.services, changed)


@router.delete("/logo", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404))
async def delete_own_logo(staff: StaffDep) -> None:
    """Remove the logo."""
    await staff.services.resellers.set_logo(staff.reseller.id, None)


@router.get("/plans", responses=problem_responses(401, 403, 404))
async def list_own_plans(staff: StaffDep) -> core.Page[models.OfferedPlan]:
    """List the plans that you may sell."""
    today = staff.services.billing.counts.today(staff.reseller.tenant_id)
    items = [
        models.OfferedPlan(
            id=plan.id,
            name=plan.name,
            currency=plan.currency,
            price=terms.price,
            extension_price=terms.extension_price,
            number_price=terms.number_price,
            storage_price=terms.storage_price,
            trial_days=plan.trial_days,
        )
        for plan in await _plans(staff)
        for terms in [plan.terms_on(today)]
    ]
    return core.Page(items=items, next=None)


@router.get("/tenants", responses=problem_responses(401, 403, 404))
async def list_customers(staff: StaffDep) -> core.Page[models.Customer]:
    """List your tenants, oldest first."""
    counts = staff.services.identity.directory.extension_counts()
    tenants = staff.customers.all(staff.reseller)
    plans = await staff.services.billing.plans.present([each.id for each in tenants])
    items = [_customer(each, counts.get(each.id, 0), plans.get(each.id)) for each in tenants]
    return core.Page(items=items, next=None)


@router.post(
    "/tenants",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 404, 409),
)
async def create_customer(staff: StaffDep, new: models.NewCustomer) -> models.Customer:
    """Create a tenant of yours, and invite its first administrator by e-mail."""
    services, plan = staff.services, None if new.plan is None else await _plan(staff, new.plan)
    if not services.identity.recovery.can_send_email:
        raise Conflict("E-mails cannot be sent, so its administrator cannot be invited.", hint="Ask the operator.")
    wanted = identity.NewTenant(new.slug, new.name, new.domain, new.language)
    administrator = FirstAdministrator(new.administrator_name, new.administrator_email)
    tenant, person = await staff.customers.create(staff.reseller, wanted, administrator)
    if plan is not None:
        await services.billing.plans.assign(tenant.id, plan.id)
    link = invitation_link(services)
    await services.identity.invitations.invite(tenant.id, person.id, link, new.language)
    return _customer(tenant, 0, plan.name if plan is not None else None)


@router.get(_TENANT, responses=problem_responses(401, 403, 404))
async def show_customer(staff: StaffDep, tenant: Id) -> models.CustomerDetails:
    """Show a tenant of yours with its totals."""
    found, services = staff.customer(tenant), staff.services
    plans = await services.billing.plans.present([found.id])
    extensions = services.identity.directory.extension_counts().get(found.id, 0)
    costs = await services.billing.charges.costs(found.id, services.billing.counts.today(found.id))
    totals: Counter[str] = Counter()
    for charge in costs.charges:
        totals[charge.currency] += charge.amount
    invoices = sorted(await services.billing.invoices.list(found.id), key=lambda each: each.number, reverse=True)
    return models.CustomerDetails(
        **_customer(found, extensions, plans.get(found.id)).model_dump(),
        numbers=services.outbound.numbers.count(found.id),
        charges=[models.CustomerCharges(currency=one, amount=amount) for one, amount in sorted(totals.items())],
        invoices=[models.CustomerInvoice.model_validate(each) for each in invoices[:_INVOICES]],
    )


@router.put(f"{_TENANT}/plan", responses=problem_responses(401, 403, 404, 409))
async def assign_customer_plan(staff: StaffDep, tenant: Id, wanted: models.CustomerPlan) -> models.Customer:
    """Assign one of your plans to a tenant of yours from a day on."""
    found, plan, services = staff.customer(tenant), await _plan(staff, wanted.plan), staff.services
    await services.billing.plans.assign(found.id, plan.id, wanted.since)
    plans = await services.billing.plans.present([found.id])
    return _customer(found, services.identity.directory.extension_counts().get(found.id, 0), plans.get(found.id))


@router.put(_SUSPENSION, responses=problem_responses(401, 403, 404, 409))
async def suspend_customer(staff: StaffDep, tenant: Id, new: suspensions.NewSuspension) -> suspensions.Suspension:
    """Suspend a tenant of yours with all its users. Its administrators are told by e-mail, and can ask the
    operator for a review."""
    by = identity.maker_of(staff.principal, "")
    wanted = identity.NewSuspension(new.reason, new.text, new.until, by)
    found = await staff.customers.suspend(staff.customer(tenant), wanted)
    return suspensions.Suspension.model_validate(found)


@router.get(_SUSPENSION, responses=problem_responses(401, 403, 404, 409))
async def show_customer_suspension(staff: StaffDep, tenant: Id) -> suspensions.Suspension:
    """Show why your people have suspended a tenant of yours."""
    found = await staff.customers.suspension(staff.reseller, staff.customer(tenant))
    return suspensions.Suspension.model_validate(found)


@router.delete(_SUSPENSION, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def resume_customer(staff: StaffDep, tenant: Id) -> None:
    """End a suspension that your people began."""
    await staff.customers.resume(staff.reseller, staff.customer(tenant))


def _customer(tenant: Tenant, extensions: int, plan: str | None) -> models.Customer:
    return models.Customer(
        id=tenant.id,
        slug=tenant.slug,
        name=tenant.name,
        state=tenant.state,
        created=tenant.created,
        extensions=extensions,
        plan=plan,
    )


async def _plans(staff: _Staff) -> list[Plan]:
    """Return the plans that the reseller may sell, by name."""
    allowed = staff.reseller.plans
    return [each for each in await staff.services.billing.plans.list() if each.id in allowed and not each.archived]


async def _plan(staff: _Staff, reference: str) -> Plan:
    """Return a plan that the reseller may sell, by id or name. Raise NotFound, also for other plans."""
    found = next((each for each in await _plans(staff) if reference in (each.id, each.name)), None)
    if found is None:
        raise NotFound("There is no such plan.", hint="See /api/v1/reseller/plans.", field="plan")
    return found
