"""Canaries of `unificx privacy verify`: a tenant with random values in the place of personal ones."""

from dataclasses import dataclass

from fastapi import Depends, status

from unificx.api.access import CurrentUserDep, ServicesDep, purpose, require_operator
from unificx.api.idempotent_route import IdempotentRoute, declare_idempotency_key
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import canaries as models
from unificx.api.services import Services
from unificx.calls.events import CallEnded, CallParty
from unificx.core.access import current_access, stating
from unificx.identity import Action, Extension, NewExtension, NewPerson, NewTenant
from unificx.presence import PresenceChange
from unificx.voicemail import NewMessage

router = Router(
    prefix="/api/v1/privacy/canaries",
    tags=["privacy"],
    route_class=IdempotentRoute,
    dependencies=[purpose("administration")],
)
_NUMBER = "1001"


@dataclass(frozen=True, slots=True)
class _Marks:
    """Random values, each of which could be nothing else."""

    name: str
    email: str
    note: str
    caller: str
    number: str
    dialled: str
    password: str

    @classmethod
    def make(cls, services: Services) -> "_Marks":
        def text(prefix: str) -> str:
            return prefix + services.clock.random_bytes(8).hex()

        def number() -> str:
            return f"+4930{int.from_bytes(services.clock.random_bytes(8)) % 10**8:08d}"

        email = f"{text('canary-')}@{text('c')}.example"
        return cls(text("Canary "), email, text("Note "), text("Caller "), number(), number(), text(""))


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(declare_idempotency_key)],
    responses=problem_responses(401, 403, 503),
)
async def plant_canaries(services: ServicesDep, user: CurrentUserDep) -> models.Canaries:
    """Create a tenant with a person, a call, a message and settings whose personal values are random.

    A search for these values in all that is stored shows whether personal values are stored unsealed. Delete the
    tenant afterwards."""
    await require_operator(services, user, Action.INSTALLATION)
    marks, slug = _Marks.make(services), f"canary-{services.clock.random_bytes(4).hex()}"
    tenant = await services.identity.tenants.create(NewTenant(slug, slug, f"{slug}.example"))
    try:
        extension = await _create_person(services, tenant.id, marks)
        with stating(current_access().to("telephony")):  # of the person's own phone
            await _leave_traces(services, extension, marks)
    except BaseException:
        await services.identity.tenants.delete(tenant.id)
        raise
    # A search looks for the last characters, which domains have in common.
    mailbox = marks.email.partition("@")[0]
    values = [marks.name, mailbox, marks.note, marks.caller, marks.number, marks.dialled, marks.password]
    return models.Canaries(tenant_id=tenant.id, domain=tenant.domain, values=values)


async def _create_person(services: Services, tenant_id: str, marks: _Marks) -> Extension:
    await services.identity.users.create(tenant_id, NewPerson(marks.name, marks.email, password=marks.password))
    made = await services.identity.extensions.create(tenant_id, NewExtension(_NUMBER, marks.name, marks.email))
    return made.extension


async def _leave_traces(services: Services, extension: Extension, marks: _Marks) -> None:
    tenant_id, now = extension.tenant_id, services.clock.now()
    await services.presence.update(extension, PresenceChange(state="available", note=marks.note))
    await services.speed_dials.put(extension, "01", marks.dialled, marks.caller)
    await services.outbound.blocks.create(tenant_id, marks.number, extension_id=extension.id)
    caller = CallParty("caller", None, None, None, marks.number, marks.caller)
    callee = CallParty("callee", extension.subject, extension.id, None, _NUMBER, marks.name)
    services.history.record(
        CallEnded(
            id=services.clock.new_id(),
            tenant=tenant_id,
            direction="inbound",
            started=now,
            answered=now,
            ended=now,
            outcome="answered",
            cause=16,
            parties=(caller, callee),
        )
    )
    message = NewMessage(
        tenant_id, extension.id, extension.subject, services.clock.new_id(), None, marks.number, marks.caller
    )
    draft = await services.mailboxes.begin(message)
    await draft.write(marks.note.encode() * 1000, 8000)
    await draft.store()
