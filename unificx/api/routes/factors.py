"""Second factors and passkeys: enrollment and sign-in."""

from fastapi import Request, Response, status
from pydantic import SecretStr

from unificx import identity
from unificx.api.access import (
    CurrentUser,
    CurrentUserDep,
    Id,
    ServicesDep,
    TenantQuery,
    purpose,
    require_access,
    source_of,
)
from unificx.api.managing import require_manageable
from unificx.api.origins import origin_of
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.routes.sign_in import qr_svg
from unificx.api.schemas import core
from unificx.api.schemas import factors as models
from unificx.api.sign_in_responses import sign_in_context, sign_in_declaration, sign_in_response
from unificx.core.errors import Invalid
from unificx.identity import Action, AddedFactor, Principal

router = Router(prefix="/api/v1", tags=["signing in"], dependencies=[purpose("authentication")])


# sign-in


@router.post("/sessions/second-factor", **sign_in_declaration(401, 403, 410, 429))
async def prove_second_factor(services: ServicesDep, request: Request, body: models.SecondFactorSignIn) -> Response:
    """Sign in with a ticket and a second factor."""
    context, origin = sign_in_context(request, body), origin_of(services, request)
    proof = identity.Proof(
        totp=_secret_value(body.totp), recovery_code=_secret_value(body.recovery_code), passkey=body.passkey
    )
    signed = await services.identity.second_factor.complete(body.ticket.get_secret_value(), proof, origin, context)
    return sign_in_response(services, signed, body.keep)


@router.post("/sessions/second-factor/options", responses=problem_responses(409, 410))
async def second_factor_options(services: ServicesDep, request: Request, body: models.TicketRequest) -> models.Options:
    """Get the options for a passkey as second factor."""
    origin = origin_of(services, request)
    return dict(await services.identity.second_factor.options(body.ticket.get_secret_value(), origin))


@router.post("/sessions/passkey/options", responses=problem_responses(409))
async def passkey_sign_in_options(services: ServicesDep, request: Request) -> models.PasskeyChallenge:
    """Get the options for a sign-in with a passkey only."""
    return models.PasskeyChallenge.model_validate(
        services.identity.passkeys.sign_in_options(origin_of(services, request))
    )


@router.post("/sessions/by-passkey", **sign_in_declaration(401, 403, 409, 410, 429))
async def sign_in_by_passkey(services: ServicesDep, request: Request, body: models.SignInByPasskey) -> Response:
    """Sign in with a passkey. It counts as both factors."""
    context, origin = sign_in_context(request, body), origin_of(services, request)
    ticket = body.ticket.get_secret_value()
    return sign_in_response(
        services, await services.identity.passkeys.sign_in(ticket, body.credential, origin, context), body.keep
    )


# enrollment


@router.get("/me/factors", responses=problem_responses(401, 403))
async def list_factors(services: ServicesDep, user: CurrentUserDep) -> core.Page[models.Factor]:
    """List your second factors."""
    found = await services.identity.mfa.list_factors(_require_account(user))
    return core.Page(items=[models.Factor.model_validate(each) for each in found], next=None)


@router.post("/me/factors/totp", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403, 409))
async def begin_totp(services: ServicesDep, user: CurrentUserDep, new: models.NewTotp) -> models.TotpBegun:
    """Set up an authenticator app. Confirm it with a code."""
    enrollment = await services.identity.mfa.start_totp_enrollment(_require_account(user), new.name)
    return models.TotpBegun(id=enrollment.id, secret=enrollment.secret, uri=enrollment.uri, svg=qr_svg(enrollment.uri))


@router.post("/me/factors/totp/{factor_id}/confirm", responses=problem_responses(401, 403, 404, 429))
async def confirm_totp(
    services: ServicesDep, user: CurrentUserDep, request: Request, factor_id: Id, body: models.TotpCode
) -> models.FactorAdded:
    """Confirm an authenticator app. It is active from now on."""
    code = body.code.get_secret_value()
    return _added(await services.identity.mfa.confirm_totp(_require_account(user), factor_id, code, source_of(request)))


@router.delete(
    "/me/factors/{factor_id}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404)
)
async def remove_factor(services: ServicesDep, user: CurrentUserDep, factor_id: Id) -> None:
    """Remove a second factor. The recovery codes are removed together with the last one."""
    await services.identity.mfa.remove_factor(_require_account(user), factor_id)


@router.post("/me/recovery-codes", responses=problem_responses(401, 403, 409))
async def renew_recovery_codes(services: ServicesDep, user: CurrentUserDep) -> models.RecoveryCodes:
    """Create new recovery codes. Earlier ones become void."""
    return models.RecoveryCodes(
        recovery_codes=list(await services.identity.mfa.renew_recovery_codes(_require_account(user)))
    )


@router.post("/me/passkeys/options", responses=problem_responses(401, 403, 409))
async def passkey_options(services: ServicesDep, user: CurrentUserDep, request: Request) -> models.Options:
    """Get the options to create a passkey."""
    return dict(await services.identity.passkeys.creation_options(_require_account(user), origin_of(services, request)))


@router.post("/me/passkeys", status_code=status.HTTP_201_CREATED, responses=problem_responses(401, 403, 409, 410))
async def add_passkey(
    services: ServicesDep, user: CurrentUserDep, request: Request, new: models.NewPasskey
) -> models.FactorAdded:
    """Add a passkey created by a browser."""
    origin = origin_of(services, request)
    return _added(await services.identity.passkeys.add(_require_account(user), new.name, new.credential, origin))


# step-up authentication


@router.post("/me/proofs/options", responses=problem_responses(401, 403, 409))
async def proof_options(services: ServicesDep, user: CurrentUserDep, request: Request) -> models.Options:
    """Get the options to confirm your identity with a passkey."""
    return dict(await services.identity.step_up.options(_require_account(user), origin_of(services, request)))


@router.post("/me/proofs", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 410, 429))
async def prove_yourself(services: ServicesDep, user: CurrentUserDep, request: Request, body: models.StepUp) -> None:
    """Confirm your identity again. Valid for ten minutes, for requests rejected with `prove_yourself`."""
    proof = identity.Proof(
        totp=_secret_value(body.totp),
        recovery_code=_secret_value(body.recovery_code),
        passkey=body.passkey,
        password=_secret_value(body.password),
    )
    await services.identity.step_up.prove(
        _require_account(user), proof, origin_of(services, request), source_of(request)
    )


@router.delete(
    "/persons/{person_id}/factors", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404)
)
async def reset_person_factors(
    services: ServicesDep, user: CurrentUserDep, person_id: Id, tenant: TenantQuery = None
) -> None:
    """Remove the second factors of a person. Their sessions end."""
    scope = await require_access(services, user, tenant, Action.SIGN_IN_HELP)
    person = await services.identity.users.get(scope.tenant_id, person_id)
    require_manageable(user, person.role, person.granted)
    await services.identity.mfa.reset_factors(scope.tenant_id, person.id)


def _require_account(user: CurrentUser) -> Principal:
    if not user.principal.person_id:
        raise Invalid("The operator on the control socket has no account.", hint="Sign in as a user.")
    return user.principal


def _secret_value(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _added(added: AddedFactor) -> models.FactorAdded:
    return models.FactorAdded(factor=models.Factor.model_validate(added.factor), recovery_codes=[*added.recovery_codes])
