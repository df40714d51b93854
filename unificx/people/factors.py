"""Second factors: which a person has, one-time passwords, recovery codes. `people.proving` asks for them."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from unificx.kernel.errors import Conflict, Invalid, NotFound, TooMany
from unificx.people.contracts import FactorKind, Principal, Source
from unificx.people.entrance import Entrance
from unificx.people.factor_tables import TotpPart
from unificx.people.proofs import Added, Factor, TotpBegun
from unificx.people.queries import entry, factors
from unificx.people.queries.factors import Owner, StoredFactor
from unificx.people.refusals import ProveYourself
from unificx.people.room import Change, Tools
from unificx.people.rules import second, values
from unificx.people.rules.guesses import Guesses, Limit

FRESH = timedelta(minutes=10)
"""How long a proof is enough to change what one proves oneself with."""
BEGUN_LIFETIME = timedelta(minutes=15)
"""How long a shared secret waits for its first code."""
FOR_FACTOR = Limit(free=20, longest=3600.0)
"""Six digits are three in a million for each try, so guessing at one account from new places is held to one an hour."""
_SECRET_BYTES = 20
_CODE_BYTES = 5


class Factors(Entrance):
    """What people prove themselves with besides a password."""

    def __init__(self, tools: Tools) -> None:
        super().__init__(tools)
        self._factor_guesses = Guesses(account=FOR_FACTOR)

    async def list_factors(self, principal: Principal) -> tuple[Factor, ...]:
        """What the person set up, the oldest first."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        async with self._database.read() as session:
            found = await factors.of_person(session, self._keys, owner)
        return tuple(shown(each) for each in found if each.confirmed)

    async def begin_totp(self, principal: Principal, name: str) -> TotpBegun:
        """A shared secret for an authenticator; an earlier one that was only begun is void. Raises ProveYourself."""
        shown = values.name(name)
        secret = second.secret(self._clock.random_bytes(_SECRET_BYTES))
        tenant = self._tenant(principal.tenant_id)
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            person = await self._person(change, principal.tenant_id, principal.person_id)
            await factors.drop_begun(change.session, owner.tenant_id, owner.person_id)
            begun = StoredFactor(
                self._clock.new_id(), False, self._clock.now(), None, shown, totp=TotpPart(secret, None)
            )
            await self._add_factor(change, owner, begun)
        uri = second.address(secret, person.email or person.name, f"UnifiCX {tenant.name}")
        return TotpBegun(begun.id, secret, uri)

    async def confirm_totp(self, principal: Principal, factor_id: str, code: str, source: Source) -> Added:
        """The factor counts from now on. Raises NotFound, TooMany, and Invalid for a code of another secret."""
        self._slow_factor(principal.person_id, source)
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            found = await factors.of_person(change.session, self._keys, owner)
            begun = next((each for each in found if each.id == factor_id and not each.confirmed), None)
            if begun is None or begun.created + BEGUN_LIFETIME < self._clock.now():
                raise NotFound("There is nothing to confirm.", hint="Begin again.")
            after = self._used_totp(begun, code)
            if after is None:
                raise Invalid("That code is wrong.", hint="Is the clock of the device right?", field="code")
            confirmed = replace(after, confirmed=True)
            await factors.save(change.session, self._keys, owner, confirmed)
            codes = await self._first_codes(change, owner)
        self._factor_guesses.succeeded(principal.person_id, source.address, self._clock.monotonic())
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", begun.name))
        return Added(shown(confirmed), codes)

    async def remove_factor(self, principal: Principal, factor_id: str) -> None:
        """With the last one the recovery codes go too: a password is enough again. Raises NotFound, ProveYourself."""
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            found = await factors.of_person(change.session, self._keys, owner)
            gone = next((each for each in found if each.id == factor_id), None)
            if gone is None:
                raise NotFound("There is no such factor.")
            await factors.drop(change.session, owner.tenant_id, owner.person_id, factor_id)
            if not any(each.confirmed for each in found if each.id != factor_id):
                await factors.drop_recovery(change.session, owner.tenant_id, owner.person_id)
        self._tickets.drop_of(owner.person_id)
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", gone.name))

    async def renew_recovery_codes(self, principal: Principal) -> tuple[str, ...]:
        """New ones, shown once; the earlier ones are void. Raises Conflict without a factor, ProveYourself."""
        async with self._changing() as change:
            owner = await self._fresh_owner(change, principal)
            if not await factors.kinds(change.session, owner.tenant_id, owner.person_id):
                raise Conflict("There is no second factor to recover from.", hint="Set one up first.")
            codes = await self._new_codes(change, owner)
        self._later(self._tell(owner.tenant_id, owner.person_id, "factor_changed", ""))
        return codes

    async def reset_factors(self, tenant_id: str, person_id: str) -> None:
        """For somebody who lost them all, once an administrator knows them to be who they say. Raises NotFound."""
        async with self._changing() as change:
            await self._person(change, tenant_id, person_id)
            await factors.drop_all(change.session, tenant_id, person_id)
            await self._end_sessions(change, tenant_id, person_id)
        self._tickets.drop_of(person_id)
        self._later(self._tell(tenant_id, person_id, "factor_changed", ""))

    async def tidy(self) -> None:
        """As before, and drop what was begun and never confirmed."""
        await super().tidy()
        async with self._changing() as change:
            await factors.drop_stale(change.session, self._clock.now() - BEGUN_LIFETIME)

    # shared by the use cases

    async def _factors_of(self, session: AsyncSession, tenant_id: str, person_id: str) -> tuple[FactorKind, ...]:
        kinds = await factors.kinds(session, tenant_id, person_id)
        if not kinds:
            return ()
        owner = self._owner(tenant_id, person_id)
        left = await factors.recovery(session, self._keys, owner)
        every: tuple[FactorKind, ...] = ("totp", "passkey")
        return (*(each for each in every if each in kinds), *(("recovery_code",) if left else ()))

    def _owner(self, tenant_id: str, person_id: str) -> Owner:
        subject = self.directory.person_subject(person_id)
        if subject is None:
            raise NotFound("There is no such person.")
        return Owner(tenant_id, person_id, subject)

    async def _fresh_owner(self, change: Change, principal: Principal) -> Owner:
        """Who asks, if they proved it lately, or have nothing to prove it with. Raises ProveYourself."""
        owner = self._owner(principal.tenant_id, principal.person_id)
        proved = await factors.proved(change.session, owner.tenant_id, principal.session_id)
        if proved is not None and proved + FRESH > self._clock.now():
            return owner
        account = await entry.account(change.session, self._keys, owner.subject)
        kinds = await factors.kinds(change.session, owner.tenant_id, owner.person_id)
        if kinds or (account is not None and account.hash is not None):
            raise ProveYourself("Prove once more who you are.", hint="Ask /api/v1/me/proofs, then try again.")
        return owner

    async def _add_factor(self, change: Change, owner: Owner, factor: StoredFactor) -> None:
        if len(await factors.of_person(change.session, self._keys, owner)) >= second.MOST_FACTORS:
            raise Conflict(f"More than {second.MOST_FACTORS} are too many.", hint="Remove one you do not use.")
        await factors.add(change.session, self._keys, owner, factor)

    async def _first_codes(self, change: Change, owner: Owner) -> tuple[str, ...]:
        """Recovery codes, if the person has none."""
        if await factors.recovery(change.session, self._keys, owner):
            return ()
        return await self._new_codes(change, owner)

    async def _new_codes(self, change: Change, owner: Owner) -> tuple[str, ...]:
        codes = tuple(self._characters(_CODE_BYTES) for _ in range(second.RECOVERY_CODES))
        digests = tuple(second.recovery_digest(each) for each in codes)
        await factors.set_recovery(change.session, self._keys, owner, digests, self._clock.now())
        return tuple(f"{each[:4]}-{each[4:]}" for each in codes)

    def _used_totp(self, factor: StoredFactor, code: str) -> StoredFactor | None:
        """The factor as it is after this code; None for a wrong one, or one that was used."""
        if factor.totp is None:
            return None
        now = self._clock.now()
        step = second.right_step(factor.totp.secret, code, second.step_of(now.timestamp()), factor.totp.last_step)
        if step is None:
            return None
        return replace(factor, last_used=now.date(), totp=replace(factor.totp, last_step=step))

    def _slow_factor(self, person_id: str, source: Source) -> None:
        wait = self._factor_guesses.attempt(person_id, source.address, self._clock.monotonic())
        if wait > 0:
            raise TooMany("Too many wrong tries.", retry_after=wait, hint="Wait a little, then try again.")


def shown(factor: StoredFactor) -> Factor:
    """What its person sees of it."""
    kind = "totp" if factor.passkey is None else "passkey"
    return Factor(factor.id, kind, factor.created, factor.last_used, factor.name)
