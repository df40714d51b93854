"""Composition of the identity services.

Every modifying method of a service commits its own transaction and updates the `directory` before it returns. Methods
take tenant ids; `tenants.get` resolves a short name. Errors are subclasses of `core.errors.DomainError`. Authorization
is up to the caller, with `may`.
"""

from dataclasses import dataclass

from unificx.cluster import Cluster
from unificx.core.access import Access, stating
from unificx.core.clock import Clock
from unificx.db.database import Database
from unificx.identity.acceptances import Acceptances
from unificx.identity.api_keys import TOKEN_MARK, ApiKeys
from unificx.identity.attempts import Attempts
from unificx.identity.cache import DirectoryCache
from unificx.identity.challenges import TokenSigner
from unificx.identity.closings import Closings
from unificx.identity.custom_roles import CustomRoles
from unificx.identity.devices import Devices
from unificx.identity.email_aliases import EmailAliases
from unificx.identity.extensions import Extensions
from unificx.identity.factor_records import FactorRecords
from unificx.identity.first_factor import FirstFactor
from unificx.identity.initial_setup import InitialSetup
from unificx.identity.invitations import Invitations
from unificx.identity.mfa import FACTOR_LIMIT, Mfa
from unificx.identity.passkey_verifier import PasskeyVerifier
from unificx.identity.passkeys import Passkeys
from unificx.identity.password_changes import Passwords, PasswordStore
from unificx.identity.passwords import PasswordHashing
from unificx.identity.people import People
from unificx.identity.people_imports import PeopleImports
from unificx.identity.phone_records import PhoneRecords
from unificx.identity.policies.login_throttle import LoginThrottle
from unificx.identity.ports import AccountNotifier, HttpFetch
from unificx.identity.proofs import ProofVerifier
from unificx.identity.provisioned_accounts import ProvisionedAccounts
from unificx.identity.provisioned_groups import ProvisionedGroups
from unificx.identity.provisioning import PhoneProvisioning
from unificx.identity.qr_sign_in import QrSignIn
from unificx.identity.recovery import Recovery
from unificx.identity.repository import accounts, links, phones
from unificx.identity.schemas import Principal
from unificx.identity.second_factor_sign_in import SecondFactorSignIn
from unificx.identity.security_notices import LoggedTasks, SecurityNotices
from unificx.identity.session_closer import SessionCloser
from unificx.identity.session_devices import SessionDevices
from unificx.identity.session_opener import SessionOpener
from unificx.identity.sessions import Sessions
from unificx.identity.sign_in import SignIn
from unificx.identity.single_sign_on import SingleSignOn
from unificx.identity.sso_links import SsoLinks
from unificx.identity.sso_providers import SsoProviders
from unificx.identity.step_up import StepUp
from unificx.identity.store import IdentityStore
from unificx.identity.suspensions import SuspensionReferences, Suspensions
from unificx.identity.tenants import Tenants
from unificx.identity.tickets import TicketStore
from unificx.identity.users import Users
from unificx.privacy import KeyStore


@dataclass(frozen=True, slots=True)
class Identity:
    """Identity services of an installation, with the operations that concern several of them."""

    store: IdentityStore
    background: LoggedTasks
    tenants: Tenants
    users: Users
    roles: CustomRoles
    suspensions: Suspensions
    closings: Closings
    passwords: Passwords
    extensions: Extensions
    devices: Devices
    people: People
    imports: PeopleImports
    provisioned: ProvisionedAccounts
    provisioned_groups: ProvisionedGroups
    provisioning: PhoneProvisioning
    session_devices: SessionDevices
    api_keys: ApiKeys
    sessions: Sessions
    acceptances: Acceptances
    sign_in: SignIn
    second_factor: SecondFactorSignIn
    step_up: StepUp
    mfa: Mfa
    passkeys: Passkeys
    qr_sign_in: QrSignIn
    sso: SingleSignOn
    sso_providers: SsoProviders
    sso_links: SsoLinks
    invitations: Invitations
    recovery: Recovery
    initial_setup: InitialSetup

    @property
    def directory(self) -> DirectoryCache:
        """The directory cache."""
        return self.store.directory

    async def start(self) -> None:
        """Load the directory. Call once, after the migrations and before any other method."""
        store, directory = self.store, self.store.directory
        async with store.read() as session:
            for tenant in await accounts.all_tenants(session):
                directory.put_tenant(tenant)
                with stating(Access("telephony", "directory", tenant.id)):
                    for extension in await phones.all_extensions(session, store.keys, tenant.id):
                        directory.put_extension(extension)
                with stating(Access("authentication", "directory", tenant.id)):
                    for device in await phones.all_logins(session, store.keys, tenant.id, tenant.domain):
                        directory.put_device(device)
            for known in await accounts.all_persons(session):
                directory.put_person(known.id, known.subject, known.language, suspended=known.state == "suspended")

    async def authenticate(self, token: str) -> Principal:
        """Return the owner of an access token or an API key. Raise Unauthenticated."""
        owner = self.api_keys if token.startswith(TOKEN_MARK) else self.sessions
        return await owner.authenticate(token)

    async def clean_up(self) -> None:
        """Store last-used dates and delete expired data. Called every few minutes and at shutdown."""
        async with self.store.transaction() as tx:
            await self.devices.store_last_used(tx)
            await self.sessions.clean_up(tx)
            await self.api_keys.clean_up(tx)
            await self.imports.clean_up(tx)
            await links.delete_expired(tx.session, self.store.clock.now())
            await self.mfa.clean_up(tx)
        await self.suspensions.end_expired()
        await self.devices.sign_out_due()

    async def join_background_tasks(self) -> None:
        """Wait for the background tasks. Called at shutdown."""
        await self.background.join()


@dataclass(frozen=True, slots=True)
class _Collaborators:
    """Parts shared by several services."""

    store: IdentityStore
    background: LoggedTasks
    notices: SecurityNotices
    emails: EmailAliases
    phones: PhoneRecords
    closer: SessionCloser
    opener: SessionOpener
    references: SuspensionReferences
    tickets: TicketStore
    factors: FactorRecords
    first: FirstFactor
    hashes: PasswordStore
    passwords: Passwords
    attempts: Attempts
    links: Attempts
    """Requests of links by e-mail, and attempts to guess the code of one or of an invitation. Apart from `attempts`, so
    that they keep no one at the same address from signing in."""
    second: Attempts
    """Attempts to guess a second factor."""


def _collaborators(
    store: IdentityStore,
    hashing: PasswordHashing,
    notifier: AccountNotifier,
    cluster: Cluster,
) -> _Collaborators:
    background = LoggedTasks(Access("authentication", "account notices"))
    notices = SecurityNotices(store, notifier, background)
    phone_records = PhoneRecords(store)
    closer = SessionCloser(store, phone_records)
    references = SuspensionReferences(store, TokenSigner(store.clock))
    opener = SessionOpener(store, notices, references.issue)
    tickets = TicketStore(store.clock, cluster.one_time)
    factors = FactorRecords(store)
    hashes = PasswordStore(store, hashing)
    attempts = Attempts(LoginThrottle(cluster.counters))
    return _Collaborators(
        store=store,
        background=background,
        notices=notices,
        emails=EmailAliases(store),
        phones=phone_records,
        closer=closer,
        opener=opener,
        references=references,
        tickets=tickets,
        factors=factors,
        first=FirstFactor(factors, opener, tickets),
        hashes=hashes,
        passwords=Passwords(store, hashes, closer, tickets, attempts=attempts, notices=notices),
        attempts=attempts,
        links=Attempts(LoginThrottle(cluster.counters, "link")),
        second=Attempts(LoginThrottle(cluster.counters, "second factor", account_limit=FACTOR_LIMIT)),
    )


def build_identity(
    database: Database,
    keys: KeyStore,
    clock: Clock,
    *,
    hashing: PasswordHashing,
    notifier: AccountNotifier,
    fetch: HttpFetch,
    cluster: Cluster,
) -> Identity:
    """Build the services. `fetch` sends requests to OpenID Connect providers."""
    store = IdentityStore(database, keys, clock, DirectoryCache())
    of = _collaborators(store, hashing, notifier, cluster)
    signer, providers = TokenSigner(clock), SsoProviders(store, fetch)
    verifier = PasskeyVerifier(store, signer, cluster.one_time)
    proofs = ProofVerifier(store, verifier, of.notices)
    api_keys = ApiKeys(store, of.factors, of.notices, cluster.counters)
    tenants = Tenants(store, of.closer, api_keys)
    users = Users(store, of.emails, of.hashes, of.closer, of.phones, api_keys=api_keys)
    devices = Devices(store, of.phones, of.notices)
    extensions = Extensions(store, users, of.emails, of.phones, devices)
    acceptances, sso_links = Acceptances(store, of.closer), SsoLinks(store, of.emails, of.factors, of.notices)
    suspensions = Suspensions(store, tenants, users, of.references)
    return Identity(
        store=store,
        background=of.background,
        tenants=tenants,
        users=users,
        roles=CustomRoles(store),
        suspensions=suspensions,
        closings=Closings(store, suspensions, tenants),
        passwords=of.passwords,
        extensions=extensions,
        devices=devices,
        people=People(store, users, extensions, devices),
        imports=PeopleImports(store, users, extensions, of.emails, of.phones),
        provisioned=ProvisionedAccounts(store, users, extensions, of.emails),
        provisioned_groups=ProvisionedGroups(store),
        provisioning=PhoneProvisioning(store, devices, cluster.one_time),
        session_devices=SessionDevices(store, devices),
        api_keys=api_keys,
        sessions=Sessions(store, of.opener, of.closer, of.notices),
        acceptances=acceptances,
        sign_in=SignIn(store, of.emails, of.hashes, of.attempts, of.first),
        second_factor=SecondFactorSignIn(store, of.factors, proofs, of.tickets, attempts=of.second, opener=of.opener),
        step_up=StepUp(store, of.factors, proofs, of.hashes, attempts=of.attempts, factor_attempts=of.second),
        mfa=Mfa(store, of.factors, of.second, of.tickets, closer=of.closer, notices=of.notices),
        passkeys=Passkeys(store, of.factors, verifier, of.attempts, opener=of.opener, notices=of.notices),
        qr_sign_in=QrSignIn(
            store, of.attempts, of.first, cluster.one_time, opener=of.opener, closer=of.closer, notices=of.notices
        ),
        sso=SingleSignOn(store, providers, sso_links, of.factors, first_factor=of.first, signer=signer),
        sso_providers=providers,
        sso_links=sso_links,
        invitations=Invitations(store, of.hashes, acceptances, of.first, attempts=of.links, notifier=notifier),
        recovery=Recovery(
            store, of.emails, of.passwords, of.first, attempts=of.links, notifier=notifier, background=of.background
        ),
        initial_setup=InitialSetup(store, tenants, users, extensions, of.hashes),
    )
