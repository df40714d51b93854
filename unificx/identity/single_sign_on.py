"""Single sign-on with the OpenID Connect provider of a tenant.

Accounts are found by an alias of issuer and subject, or, if the tenant allows it, linked once by a verified e-mail
address. No accounts are created.
"""

import json
from dataclasses import asdict
from urllib.parse import urlsplit

from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.identity import oidc
from unificx.identity.errors import NotLinked, SingleSignOnFailed
from unificx.identity.factor_schemas import Departure, NewProvider, Provider, Return
from unificx.identity.passkeys import CHALLENGE_LIFETIME, ticket_over
from unificx.identity.policies import provider_validation as rules
from unificx.identity.policies import signed_tokens, validation
from unificx.identity.repository import credentials, providers
from unificx.identity.schemas import Admission, Arrival, Principal
from unificx.identity.service_base import Change, Tools
from unificx.identity.step_up import Proving

ALIAS = "single_sign_on"
"""Alias kind of an SSO identity."""
REMEMBERED_SECONDS = 300.0
"""How long provider metadata is cached."""
_MOST_REMEMBERED = 200
_RANDOM_BYTES = 32


class SingleSignOn(Proving):
    """Single sign-on."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._fetch = tools.fetch
        self._metadata: dict[tuple[str, bool], tuple[float, oidc.Metadata]] = {}

    # the provider of a tenant

    async def set_provider(self, tenant_id: str, new: NewProvider) -> Provider:
        """Set the provider of the tenant, after checking that it answers. Raise Invalid."""
        issuer = rules.issuer(new.issuer, inside=new.inside)
        client_id = rules.client_id(new.client_id)
        secret = rules.client_secret(new.client_secret) if new.client_secret is not None else None
        self._tenant(tenant_id)
        try:
            found = await oidc.discover(self._fetch, issuer, inside=new.inside)
        except oidc.ProviderFault:
            raise Invalid(
                "No sign-in provider answers at this address.",
                hint="It has to serve /.well-known/openid-configuration over HTTPS.",
                field="issuer",
            ) from None
        async with self._changing() as change:
            before = await providers.find(change.session, self._keys, tenant_id)
            same = before is not None and (before.issuer, before.client_id) == (found.issuer, client_id)
            if before is not None and before.client_secret and secret is None and not same:
                raise Invalid(
                    "The stored secret belongs to the previous client. Enter the new client's secret.",
                    hint="Pass an empty secret for a public client.",
                    field="client_secret",
                )
            stored = providers.StoredProvider(
                tenant_id=tenant_id,
                subject=before.subject if before is not None else self._clock.new_id(),
                issuer=found.issuer,
                client_id=client_id,
                link_by_email=new.link_by_email,
                inside=new.inside,
                changed=self._clock.now(),
                client_secret=secret if secret is not None else before.client_secret if before is not None else "",
            )
            await providers.put(change.session, self._keys, stored)
        return _shown(stored)

    async def provider(self, tenant_id: str) -> Provider:
        """Return the provider of the tenant. Raise NotFound."""
        async with self._database.read() as session:
            return _shown(_there(await providers.find(session, self._keys, tenant_id)))

    async def drop_provider(self, tenant_id: str) -> None:
        """Remove the provider. Raise NotFound."""
        async with self._changing() as change:
            if not await providers.drop(change.session, tenant_id):
                raise _no_provider()

    async def has_provider(self, tenant_id: str) -> bool:
        """Whether the tenant offers single sign-on."""
        async with self._database.read() as session:
            return self._tenant_works(tenant_id) and await providers.has(session, tenant_id)

    # sign-in

    async def depart(self, tenant_id: str, redirect_uri: str) -> Departure:
        """Start a sign-in at the provider. Raise NotFound, and SingleSignOnFailed if it does not answer."""
        return await self._depart(tenant_id, redirect_uri, "")

    async def depart_to_link(self, principal: Principal, redirect_uri: str) -> Departure:
        """Start linking the caller's account at the provider. Raise StepUpRequired too."""
        async with self._changing() as change:
            await self._fresh_owner(change, principal)
        return await self._depart(principal.tenant_id, redirect_uri, principal.person_id)

    async def linked(self, principal: Principal) -> bool:
        """Whether an SSO identity is linked to the caller's account."""
        subject = self.directory.person_subject(principal.person_id)
        return subject is not None and self._keys.bound(principal.tenant_id, ALIAS, subject)

    async def unlink(self, principal: Principal) -> None:
        """Unlink the caller's account. Raise StepUpRequired; Conflict without another sign-in method."""
        async with self._changing() as change:
            await self._fresh_owner(change, principal)
            account = await self._account(change, principal.tenant_id, principal.person_id)
            if account.hash is None:
                raise Conflict("This is your only sign-in method.", hint="Set a password first.")
        self._keys.unbind_all(account.tenant_id, ALIAS, account.subject)
        self._later(self._tell(account.tenant_id, account.person_id, "factor_changed", ""))

    async def come_back(self, returned: Return, arrival: Arrival) -> Admission | None:
        """Handle the authorization response: return a session or a ticket for one; None after linking.

        Raise TicketExpired for a flow that this browser did not start, SingleSignOnFailed, NotLinked, Conflict.
        """
        flow = self._flow(returned)
        async with self._database.read() as session:
            provider = await providers.find(session, self._keys, flow.tenant_id)
        if provider is None or provider.issuer != flow.issuer:
            raise ticket_over()
        try:
            metadata = await self._about(provider)
            named = returned.issuer if returned.issuer is not None or metadata.names_itself else provider.issuer
            if returned.error or not returned.code or named != provider.issuer:
                raise oidc.ProviderFault("answer")
            found = await oidc.identity(self._fetch, metadata, provider, flow, code=returned.code, now=self._seconds())
        except oidc.ProviderFault:
            raise _failed() from None
        if flow.person_id:
            await self._link(flow, found)
            return None
        async with self._changing() as change:
            account = await self._known_by(change, provider, found)
            return await self._admit(change, account, arrival)

    # internal helpers

    async def _depart(self, tenant_id: str, redirect_uri: str, person_id: str) -> Departure:
        async with self._database.read() as session:
            provider = _there(await providers.find(session, self._keys, tenant_id))
        if not self._tenant_works(tenant_id):
            raise _no_provider()
        try:
            metadata = await self._about(provider)
        except oidc.ProviderFault:
            raise _failed() from None
        state, nonce, verifier = (signed_tokens.as_text(self._clock.random_bytes(_RANDOM_BYTES)) for _ in range(3))
        flow = oidc.Flow(tenant_id, provider.issuer, redirect_uri, person_id, nonce, verifier)
        until = self._seconds() + int(CHALLENGE_LIFETIME.total_seconds())
        stamped = signed_tokens.stamp(self._stamp_secret, _under_way(state), json.dumps(asdict(flow)).encode(), until)
        return Departure(oidc.departure(metadata, provider.client_id, flow, state), signed_tokens.as_text(stamped))

    def _flow(self, returned: Return) -> oidc.Flow:
        """Return the flow this browser started. Raise TicketExpired."""
        stamped = signed_tokens.from_text(returned.flow)
        payload = signed_tokens.read(self._stamp_secret, _under_way(returned.state), stamped, self._seconds())
        if payload is None:
            raise ticket_over()
        return oidc.Flow(**json.loads(payload))

    async def _about(self, provider: providers.StoredProvider) -> oidc.Metadata:
        key, now = (provider.issuer, provider.inside), self._clock.monotonic()
        known = self._metadata.get(key)
        if known is not None and known[0] > now:
            return known[1]
        found = await oidc.discover(self._fetch, provider.issuer, inside=provider.inside)
        if found.issuer != provider.issuer:
            raise oidc.ProviderFault("issuer")
        if len(self._metadata) >= _MOST_REMEMBERED:
            self._metadata.clear()
        self._metadata[key] = (now + REMEMBERED_SECONDS, found)
        return found

    async def _known_by(
        self, change: Change, provider: providers.StoredProvider, found: oidc.Identity
    ) -> credentials.Account:
        """Return the account of the identity. Raise NotLinked."""
        tenant_id, name = provider.tenant_id, _name(found)
        account = await self._linked_to(change, tenant_id, name)
        if account is None and provider.link_by_email and found.email:
            owner = await self._owner_of_email(change.session, tenant_id, validation.email_key(found.email))
            account = await self._account_of(change, tenant_id, owner)
            if account is not None:
                self._bind(change, account, found)
        if account is None:
            raise NotLinked(
                "Your single sign-on identity is not linked to an account.",
                hint="Sign in another way and link it, or ask your administrator.",
            )
        return account

    async def _link(self, flow: oidc.Flow, found: oidc.Identity) -> None:
        async with self._changing() as change:
            account = await self._account(change, flow.tenant_id, flow.person_id)
            other = await self._linked_to(change, flow.tenant_id, _name(found))
            if other is not None and other.person_id != account.person_id:
                raise Conflict("This identity is linked to another account.", hint="Ask your administrator.")
            self._bind(change, account, found)

    async def _linked_to(self, change: Change, tenant_id: str, name: str) -> credentials.Account | None:
        return await self._account_of(change, tenant_id, self._keys.find(tenant_id, ALIAS, name))

    async def _account_of(self, change: Change, tenant_id: str, subject: str | None) -> credentials.Account | None:
        account = await credentials.account(change.session, self._keys, subject or "")
        return account if account is not None and account.tenant_id == tenant_id else None

    def _bind(self, change: Change, account: credentials.Account, found: oidc.Identity) -> None:
        """Link the identity exclusively to the account, and notify its user."""
        name = _name(found)
        if self._keys.find(account.tenant_id, ALIAS, name) != account.subject:
            self._keys.unbind(account.tenant_id, ALIAS, name)
            self._keys.bind(account.tenant_id, ALIAS, name, account.subject)
        who, where = (account.tenant_id, account.person_id), urlsplit(found.issuer).netloc
        change.afterwards.append(lambda: self._later(self._tell(*who, "factor_changed", where)))


def _name(found: oidc.Identity) -> str:
    return f"{found.issuer} {found.subject}"


def _under_way(state: str) -> str:
    return f"single sign-on {state}"


def _shown(stored: providers.StoredProvider) -> Provider:
    return Provider(stored.issuer, stored.client_id, stored.link_by_email, stored.changed)


def _there(stored: providers.StoredProvider | None) -> providers.StoredProvider:
    if stored is None:
        raise _no_provider()
    return stored


def _no_provider() -> NotFound:
    return NotFound("Single sign-on is not set up.", hint="Sign in with your password.")


def _failed() -> SingleSignOnFailed:
    return SingleSignOnFailed("Single sign-on failed.", hint="Try again, or use another sign-in method.")
