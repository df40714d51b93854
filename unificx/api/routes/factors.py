"""Second factors and passkeys: enrollment and sign-in."""

from fastapi import APIRouter, Request, Response, status
from pydantic import SecretStr

from unificx import identity
from unificx.api.access import Asker, AskerDep, Id, ServicesDep, TenantQuery, reach, source_of
from unificx.api.origins import origin_of
from unificx.api.problems import refusals
from unificx.api.routes.sign_in import svg_of
from unificx.api.schemas import core
from unificx.api.schemas import factors as models
from unificx.api.sign_in_responses import admissions, admitted, arrival_of
from unificx.core.errors import Forbidden, Invalid
from unificx.identity import Action, AddedFactor, Principal, may_grant

router = APIRouter(prefix="/api/v1", tags=["signing in"])


# sign-in


@router.post("/sessions/second-factor", **admissions(401, 403, 410, 429))
async def prove_second_factor(services: ServicesDep, request: Request, who: models.ProveSecondFactor) -> Response:
    """Sign in with a ticket and a second factor."""
    arrival, origin = arrival_of(request, who), origin_of(services, request)
    proof = identity.Proof(totp=_told(who.totp), recovery_code=_told(who.recovery_code), passkey=who.passkey)
    signed = await services.people.prove_second_factor(who.ticket.get_secret_value(), proof, origin, arrival)
    return admitted(services, signed, who.keep)


@router.post("/sessions/second-factor/options", responses=refusals(409, 410))
async def second_factor_options(services: ServicesDep, request: Request, who: models.TicketGiven) -> models.Options:
    """Get the options for a passkey as second factor."""
    origin = origin_of(services, request)
    return dict(await services.people.second_factor_options(who.ticket.get_secret_value(), origin))


@router.post("/sessions/passkey/options", responses=refusals(409))
async def passkey_sign_in_options(services: ServicesDep, request: Request) -> models.PasskeyAsked:
    """Get the options for a sign-in with a passkey only."""
    return models.PasskeyAsked.model_validate(services.people.passkey_sign_in_options(origin_of(services, request)))


@router.post("/sessions/by-passkey", **admissions(401, 403, 409, 410, 429))
async def sign_in_by_passkey(services: ServicesDep, request: Request, who: models.SignInByPasskey) -> Response:
    """Sign in with a passkey. It counts as both factors."""
    arrival, origin = arrival_of(request, who), origin_of(services, request)
    ticket = who.ticket.get_secret_value()
    return admitted(
        services, await services.people.sign_in_by_passkey(ticket, who.credential, origin, arrival), who.keep
    )


# enrollment


@router.get("/me/factors", responses=refusals(401, 403))
async def list_factors(services: ServicesDep, asker: AskerDep) -> core.Page[models.Factor]:
    """List your second factors."""
    found = await services.people.list_factors(_person(asker))
    return core.Page(items=[models.Factor.model_validate(each) for each in found], next=None)


@router.post("/me/factors/totp", status_code=status.HTTP_201_CREATED, responses=refusals(401, 403, 409))
async def begin_totp(services: ServicesDep, asker: AskerDep, new: models.NewTotp) -> models.TotpBegun:
    """Set up an authenticator app. Confirm it with a code."""
    begun = await services.people.start_totp_enrollment(_person(asker), new.name)
    return models.TotpBegun(id=begun.id, secret=begun.secret, uri=begun.uri, svg=svg_of(begun.uri))


@router.post("/me/factors/totp/{factor_id}/confirm", responses=refusals(401, 403, 404, 429))
async def confirm_totp(
    services: ServicesDep, asker: AskerDep, request: Request, factor_id: Id, given: models.TotpCode
) -> models.FactorAdded:
    """Confirm an authenticator app. It is active from now on."""
    code = given.code.get_secret_value()
    return _added(await services.people.confirm_totp(_person(asker), factor_id, code, source_of(request)))


@router.delete("/me/factors/{factor_id}", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def remove_factor(services: ServicesDep, asker: AskerDep, factor_id: Id) -> None:
    """Remove a second factor. The recovery codes are removed together with the last one."""
    await services.people.remove_factor(_person(asker), factor_id)


@router.post("/me/recovery-codes", responses=refusals(401, 403, 409))
async def renew_recovery_codes(services: ServicesDep, asker: AskerDep) -> models.RecoveryCodes:
    """Create new recovery codes. Earlier ones become void."""
    return models.RecoveryCodes(recovery_codes=list(await services.people.renew_recovery_codes(_person(asker))))


@router.post("/me/passkeys/options", responses=refusals(401, 403, 409))
async def passkey_options(services: ServicesDep, asker: AskerDep, request: Request) -> models.Options:
    """Get the options to create a passkey."""
    return dict(await services.people.passkey_options(_person(asker), origin_of(services, request)))


@router.post("/me/passkeys", status_code=status.HTTP_201_CREATED, responses=refusals(401, 403, 409, 410))
async def add_passkey(
    services: ServicesDep, asker: AskerDep, request: Request, new: models.NewPasskey
) -> models.FactorAdded:
    """Add a passkey created by a browser."""
    origin = origin_of(services, request)
    return _added(await services.people.add_passkey(_person(asker), new.name, new.credential, origin))


# step-up authentication


@router.post("/me/proofs/options", responses=refusals(401, 403, 409))
async def proof_options(services: ServicesDep, asker: AskerDep, request: Request) -> models.Options:
    """Get the options to confirm your identity with a passkey."""
    return dict(await services.people.proof_options(_person(asker), origin_of(services, request)))


@router.post("/me/proofs", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 410, 429))
async def prove_yourself(services: ServicesDep, asker: AskerDep, request: Request, given: models.ProveAgain) -> None:
    """Confirm your identity again. Valid for ten minutes, for requests rejected with `prove_yourself`."""
    proof = identity.Proof(
        totp=_told(given.totp),
        recovery_code=_told(given.recovery_code),
        passkey=given.passkey,
        password=_told(given.password),
    )
    await services.people.prove(_person(asker), proof, origin_of(services, request), source_of(request))


@router.delete(
    "/persons/{person_id}/factors", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404)
)
async def reset_person_factors(
    services: ServicesDep, asker: AskerDep, person_id: Id, tenant: TenantQuery = None
) -> None:
    """Remove the second factors of a person. Their sessions end."""
    within = await reach(services, asker, tenant, Action.PEOPLE_CHANGE)
    person = await services.people.person(within.tenant_id, person_id)
    if not may_grant(asker.principal, person.role):
        raise Forbidden("This requires a higher role than yours.", hint="Ask an operator.")
    await services.people.reset_factors(within.tenant_id, person.id)


def _person(asker: Asker) -> Principal:
    if not asker.principal.person_id:
        raise Invalid("The operator on the control socket has no account.", hint="Sign in as a user.")
    return asker.principal


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _added(added: AddedFactor) -> models.FactorAdded:
    return models.FactorAdded(factor=models.Factor.model_validate(added.factor), recovery_codes=[*added.recovery_codes])
