"""Sign-up of an organisation by its future administrator: a link proves the e-mail address, then the tenant is created.

Until then nothing is in the database: the form is held for an hour by `cluster.OneTimeStore`, so it may be lost at a
restart. The answer does not depend on whether an address is known. Organisation, administrator, extension and what
follows for others, such as the request for an approval, are one transaction: a process that dies stores all or nothing.
"""

import json
import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from unificx.cluster import Count, CounterKind, Counters, OneTimeKind, OneTimeStore
from unificx.core.clock import random_id
from unificx.core.errors import Conflict, Expired, Invalid, TooManyRequests
from unificx.core.rate_limit import SlidingWindow
from unificx.identity.acceptances import check_versions
from unificx.identity.policies import token_rotation, validation
from unificx.identity.policies.login_throttle import source_key
from unificx.identity.ports import AccountNotifier
from unificx.identity.repository.credentials import SignInAccount
from unificx.identity.schemas import Acceptance, Language, NewExtension, NewPerson, NewTenant, Person, Role, Tenant
from unificx.identity.service import Identity
from unificx.identity.store import Transaction
from unificx.identity.suspension_schemas import NewSuspension

FIRST_NUMBER = "1001"
CODE_BYTES = 24
_PENDING = OneTimeKind("organisation sign-up", 3600.0)
_SENT = CounterKind("organisation sign-ups", 50_000)
_WINDOWS = (SlidingWindow(5, 3600.0), SlidingWindow(3, 86_400.0), SlidingWindow(20, 86_400.0))
"""Per network address, e-mail address and mail domain."""
_MAX_SLUG = 24
FollowUp = Callable[[Transaction, Tenant, Person], Awaitable[None]]
"""Further changes for a new organisation and its administrator, within the transaction that creates them."""
SignUpMode = Literal["closed", "open", "approval"]
"""Whether visitors may set up organisations, and whether an operator has to approve each."""


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """Content of the form. The versions are those of terms and policy that were accepted."""

    organisation: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    terms_version: str
    policy_version: str
    language: Language = "en"


class OrganisationSignUp:
    """Creates organisations for visitors without an account."""

    def __init__(
        self, identity: Identity, counters: Counters, one_time: OneTimeStore, notifier: AccountNotifier
    ) -> None:
        self._identity = identity
        self._store = identity.store
        self._clock = identity.store.clock
        self._counters = counters
        self._one_time = one_time
        self._notifier = notifier

    @property
    def can_send(self) -> bool:
        """Whether the link can be sent."""
        return self._notifier.can_send

    async def submit(self, form: SignUpForm, link: Callable[[str], str], address: str) -> None:
        """Send a link that is valid for an hour. `link` builds the URL from a code; `address`: of the visitor.

        Raise Invalid that names the field, TooManyRequests."""
        check_versions(Acceptance(True, form.terms_version, form.policy_version))
        checked = replace(
            form,
            organisation=validation.name(form.organisation, "organisation"),
            name=validation.name(form.name),
            email=validation.email(form.email),
        )
        await self._limit(address, validation.email_key(checked.email))
        operator = self._store.directory.operator()
        if operator is None:
            raise Invalid("This installation has no operator yet.", field="organisation")
        code = token_rotation.base64url(self._clock.random_bytes(CODE_BYTES))
        recipient = self._recipient(operator, checked.email)
        value = {**asdict(checked), "subject": recipient.subject}
        await self._one_time.put(_PENDING, token_rotation.digest(code), json.dumps(value).encode())
        await self._notifier.send_sign_up(recipient, link(code), form.language)

    async def is_pending(self, code: str) -> bool:
        """Whether a link can still be used."""
        return await self._one_time.get(_PENDING, token_rotation.digest(code)) is not None

    async def complete(
        self, code: str, password: str, host: str, follow_up: FollowUp, *, needs_approval: bool = False
    ) -> None:
        """Create the organisation with its administrator and first extension; the link is used up. Its SIP domain is
        below `host`. With `needs_approval` it is suspended at once. Raise Invalid for the password, Expired."""
        validation.password(password)
        stored = await self._one_time.take(_PENDING, token_rotation.digest(code))
        if stored is None:
            raise Expired("The link was used or has expired.")
        value = json.loads(stored)
        subject = value.pop("subject")
        form = SignUpForm(**value)
        new = NewPerson(form.name, form.email, Role.TENANT_ADMIN, password, form.language)
        try:
            hashed = await self._identity.users.hash_password(new)
            async with self._store.transaction() as tx:
                suspension = NewSuspension("approval") if needs_approval else None
                tenant = await self._add_tenant(tx, form, host, suspension)
                person = await self._add_administrator(tx, tenant, form, new, hashed)
                await follow_up(tx, tenant, person)
        except BaseException:
            await self._one_time.put(_PENDING, token_rotation.digest(code), stored)
            raise
        operator = self._store.directory.operator()
        if operator is not None:
            self._store.keys.destroy_unused(operator.id, subject)

    async def _add_tenant(
        self, tx: Transaction, form: SignUpForm, host: str, suspension: NewSuspension | None
    ) -> Tenant:
        base = _short_name(form.organisation)
        random = random_id(self._clock).replace("-", "")[-8:]
        for slug in (base, *(f"{base}-{each}" for each in range(2, 10)), f"{base[:20]}-{random}"):
            try:
                new = NewTenant(slug, form.organisation, f"{slug}.{host}", form.language)
                return await self._identity.tenants.add(tx, new, suspension)
            except Conflict:
                continue
        raise Conflict("No short name is free.", field="organisation")

    async def _add_administrator(
        self, tx: Transaction, tenant: Tenant, form: SignUpForm, new: NewPerson, hashed: str | None
    ) -> Person:
        identity = self._identity
        person = await identity.users.add_with_password(tx, tenant.id, new, hashed)
        account = SignInAccount(
            person.id, tenant.id, person.subject, person.role, person.state, must_change=False, hash=hashed
        )
        acceptance = Acceptance(True, form.terms_version, form.policy_version)
        await identity.acceptances.record(tx, account, acceptance, locale=form.language)
        await identity.extensions.add(tx, NewExtension(FIRST_NUMBER, form.name), person)
        return person

    def _recipient(self, operator: Tenant, email: str) -> Person:
        """Return the recipient without the entered name: the form must not put a text into the mailbox of another."""
        return Person(
            id=self._clock.new_id(),
            tenant_id=operator.id,
            subject=random_id(self._clock),
            role=Role.USER,
            state="invited",
            created=self._clock.now(),
            name="",
            email=email,
        )

    async def _limit(self, address: str, email: str) -> None:
        def count(before: Sequence[Count], now: float) -> tuple[Sequence[Count], bool]:
            counted = [window.add(one, now) for window, one in zip(_WINDOWS, before, strict=True)]
            allowed = all(each for _, each in counted)
            return ([after for after, _ in counted] if allowed else before), allowed

        domain = email.rpartition("@")[2]
        keys = [f"source {source_key(address)}", f"address {email}", f"domain {domain}"]
        if not await self._counters.update(_SENT, keys, count):
            raise TooManyRequests("Too many sign-ups.", retry_after=3600.0)


def _short_name(organisation: str) -> str:
    """Return a short name for a tenant, made of the letters and digits of a name."""
    ascii_name = unicodedata.normalize("NFKD", organisation.replace("ß", "ss")).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:_MAX_SLUG].strip("-")
    if not found or not found[0].isalpha():
        found = f"org-{found}".strip("-")
    return found
