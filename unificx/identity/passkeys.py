"""Passkeys: registration, and sign-in with a passkey alone."""

from unificx.core.errors import Conflict
from unificx.identity import webauthn
from unificx.identity.attempts import Attempts
from unificx.identity.challenges import ticket_expired
from unificx.identity.factor_records import FactorRecords
from unificx.identity.factor_schemas import (
    AddedFactor,
    PasskeyOptions,
    PasskeyResponse,
    PasskeySignInRequest,
    WebOrigin,
)
from unificx.identity.mfa import to_public
from unificx.identity.passkey_verifier import PasskeyVerifier
from unificx.identity.policies import signed_tokens, validation
from unificx.identity.repository import credentials, factors
from unificx.identity.repository.factors import FactorOwner, StoredFactor
from unificx.identity.schemas import Principal, SignedIn, SignInContext
from unificx.identity.security_notices import SecurityNotices
from unificx.identity.session_opener import SessionOpener
from unificx.identity.store import IdentityStore

SIGN_IN_PURPOSE = "sign in by passkey"


class Passkeys:
    """Passkey sign-in. A passkey with user verification counts as two factors (possession, and biometrics or PIN)."""

    def __init__(
        self,
        store: IdentityStore,
        factors: FactorRecords,
        verifier: PasskeyVerifier,
        attempts: Attempts,
        *,
        opener: SessionOpener,
        notices: SecurityNotices,
    ) -> None:
        self._store = store
        self._keys = store.keys
        self._clock = store.clock
        self._factors = factors
        self._verifier = verifier
        self._attempts = attempts
        self._opener = opener
        self._notices = notices

    async def creation_options(self, principal: Principal, origin: WebOrigin) -> PasskeyOptions:
        """Return creation options. Raise StepUpRequired, and Conflict without a host name."""
        async with self._store.transaction() as tx:
            owner = await self._factors.require_step_up(tx, principal)
            person = await self._store.person(tx.session, owner.tenant_id, owner.person_id)
            known = await factors.of_person(tx.session, self._keys, owner)
        user = webauthn.PasskeyUser(owner.subject, person.email, person.name)
        challenge = self._verifier.new_challenge(_registration_purpose(principal))
        return webauthn.creation_options(origin, user, challenge, [each.passkey for each in known if each.passkey])

    async def add(self, principal: Principal, name: str, response: PasskeyResponse, origin: WebOrigin) -> AddedFactor:
        """Register a passkey. Raise Invalid, TicketExpired, StepUpRequired, Conflict for a registered one."""
        label = validation.name(name)
        passkey = webauthn.verify_registration(
            response, origin, self._verifier.check_challenge(response, _registration_purpose(principal))
        )
        now = self._clock.now()
        added = StoredFactor(self._clock.new_id(), True, now, None, label, passkey=passkey)
        async with self._store.transaction() as tx:
            owner = await self._factors.require_step_up(tx, principal)
            for each in await factors.of_person(tx.session, self._keys, owner):
                if each.passkey is not None and each.passkey.credential_id == passkey.credential_id:
                    raise Conflict("This passkey is already registered.")
            await self._factors.add(tx, owner, added)
            codes = await self._factors.initial_recovery_codes(tx, owner)
        self._notices.send(owner.tenant_id, owner.person_id, "factor_changed", added.name)
        return AddedFactor(to_public(added), codes)

    def sign_in_options(self, origin: WebOrigin) -> PasskeySignInRequest:
        """Return request options for any discoverable passkey of this host."""
        challenge = self._verifier.new_challenge(SIGN_IN_PURPOSE)
        return PasskeySignInRequest(webauthn.request_options(origin, challenge), signed_tokens.encode(challenge))

    async def sign_in(
        self, ticket: str, response: PasskeyResponse, origin: WebOrigin, context: SignInContext
    ) -> SignedIn:
        """Sign in with a passkey. Raise TicketExpired, and InvalidProof if the passkey or the account is invalid."""
        if signed_tokens.decode(ticket) != self._verifier.check_challenge(response, SIGN_IN_PURPOSE):
            raise ticket_expired()
        attempt = await self._attempts.check("", context.source)
        async with self._store.transaction() as tx:
            account = await credentials.account(tx.session, self._keys, webauthn.unverified_user_handle(response))
            if account is None or account.state not in ("active", "suspended"):
                raise webauthn.passkey_rejected()
            owner = FactorOwner(account.tenant_id, account.person_id, account.subject)
            await self._verifier.verify(tx, owner, response, origin, SIGN_IN_PURPOSE)
            signed_in = await self._opener.open(tx, account, context, stepped_up=True)
        await self._attempts.record_success(attempt)
        return signed_in


def _registration_purpose(principal: Principal) -> str:
    return f"add a passkey {principal.session_id}"
