"""Whether advertising may be sent to a person now: with a consent in force, and to an address that has not
unsubscribed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from unificx.db import Database, ErasedSubject
from unificx.identity import DirectoryCache, Language, Person, email_key
from unificx.notifications import campaign_repository as repository
from unificx.notifications.models import SuppressedRow
from unificx.notifications.unsubscription import Recipient, Unsubscription
from unificx.privacy import ConsentRecord, Consents

SECRET_PURPOSE = "advertising"  # noqa: S105 - the name of a purpose


SuppressionReason = Literal["unsubscribe", "complaint"]
"""Why an address gets no advertising: by the link of an e-mail, or because the recipient has called one spam."""


@dataclass(frozen=True, slots=True)
class AddressState:
    """The address of a person. `fails`: it does not work; `suppressed`: since when it gets no advertising, and why."""

    fails: bool
    suppressed: datetime | None
    reason: SuppressionReason | None


@dataclass(frozen=True, slots=True)
class AdvertisingDependencies:
    """Dependencies of Advertising; `secret`: 32 bytes, see `Unsubscription`."""

    database: Database
    consents: Consents
    directory: DirectoryCache
    secret: bytes


class Advertising:
    """Answers from the ledger of consents and the list of unsubscribed addresses.

    The list holds keyed hashes. It is not changed when an account is closed, erased or created again, so that an
    address that was unsubscribed once gets no advertising through another account, whatever that account agrees to. The
    person who unsubscribed may agree again, in the app.
    """

    def __init__(self, deps: AdvertisingDependencies) -> None:
        self._deps = deps
        self._links = Unsubscription(deps.secret)

    async def consent(self, tenant_id: str, subject: str, address: str) -> ConsentRecord | None:
        """Return the consent on which advertising may be sent to this address now; None if it may not."""
        async with self._deps.database.read() as session:
            row = await repository.suppressed(session, tenant_id, self._hash(tenant_id, address))
            failing = await repository.undeliverable(session, tenant_id)
        return self._valid(subject, row) if self._hash(tenant_id, address) not in failing else None

    async def permitted(self, tenant_id: str, persons: list[Person]) -> list[Person]:
        """Return the active people among these that may get advertising now, without addresses that do not work."""
        async with self._deps.database.read() as session:
            rows: Mapping[str, SuppressedRow] = await repository.all_suppressed(session, tenant_id)
            failing = await repository.undeliverable(session, tenant_id)
        return [
            person
            for person in persons
            if person.state == "active"
            and person.email
            and self._hash(tenant_id, person.email) not in failing
            and self._valid(person.subject, rows.get(self._hash(tenant_id, person.email))) is not None
        ]

    def proof(self, person: Person) -> str:
        """Return the proof for the link by which a person unsubscribes."""
        address = self._hash(person.tenant_id, person.email)
        return self._links.proof(Recipient(person.tenant_id, person.subject, address))

    def is_proof(self, proof: str) -> bool:
        """Return whether a link is one of this installation."""
        return self._links.verify(proof) is not None

    async def unsubscribe(
        self, proof: str, locale: Language | Literal[""], reason: SuppressionReason = "unsubscribe"
    ) -> bool:
        """Withdraw the consent of a recipient and suppress the address, in force at once. Idempotent.

        Return False for a proof that is not one of this installation."""
        recipient = self._links.verify(proof)
        if recipient is None:
            return False
        if self._deps.directory.tenant(recipient.tenant_id) is None:
            return True  # the tenant was deleted, with its accounts
        await self._suppress(recipient, locale, reason)
        return True

    async def complain(self, tenant_id: str, subject: str, address: str) -> None:
        """Do what `unsubscribe` does, for a recipient who has called an e-mail spam."""
        await self._suppress(Recipient(tenant_id, subject, self._hash(tenant_id, address)), "", "complaint")

    async def address_state(self, person: Person) -> AddressState:
        """Return whether the address of a person works and may get advertising, apart from consents."""
        address = self._hash(person.tenant_id, person.email)
        async with self._deps.database.read() as session:
            row = await repository.suppressed(session, person.tenant_id, address)
            fails = await repository.is_undeliverable(session, person.tenant_id, address)
        if row is None:
            return AddressState(fails, None, None)
        return AddressState(fails, row.at, cast("SuppressionReason", row.reason))

    async def _suppress(self, recipient: Recipient, locale: str, reason: SuppressionReason) -> None:
        now = self._deps.database.clock.now()
        async with self._deps.database.begin() as uow:
            await repository.suppress(uow.session, recipient, now, reason)
        if self._deps.consents.allows(recipient.subject, "marketing"):
            await self._withdraw(recipient, locale, reason)

    async def _withdraw(self, recipient: Recipient, locale: str, reason: SuppressionReason) -> None:
        try:
            await self._deps.consents.decide(
                recipient.tenant_id, recipient.subject, "marketing", given=False, locale=locale, method=reason
            )
        except ErasedSubject:
            return

    def _valid(self, subject: str, row: SuppressedRow | None) -> ConsentRecord | None:
        record = self._deps.consents.in_force(subject, "marketing")
        if record is None or row is None:
            return record
        return record if _agreed_again(subject, record.at, row) else None

    def _hash(self, tenant_id: str, address: str) -> str:
        return self._links.hash_of(tenant_id, email_key(address))


def _agreed_again(subject: str, at: datetime, row: SuppressedRow) -> bool:
    return row.subject_id == subject and at > row.at
