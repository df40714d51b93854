"""The log of files that were handed over to authorities. Entries are only added; the audit log proves them unchanged.

The object of the entry in the audit log is the id of the hand-over and the SHA-256 of its canonical JSON: scope,
authority, file and person who downloaded it. A random salt keeps the digest from confirming guesses once the texts are
deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from unificx.core.access import current_access, stating
from unificx.privacy import AuditLog, AuditParty, NewAuditEntry, canonical
from unificx.support.rights import handover_repository as repository
from unificx.support.rights.disclosures import Disclosures
from unificx.support.rights.schemas import Disclosure, Handover

ACTION = "disclose_file"
_SALT = 16


@dataclass(frozen=True, slots=True)
class DisclosedFile:
    """A file with the data of a disclosure. `size` in bytes."""

    disclosure_id: str
    size: int
    sha256: str


class Handovers:
    """The log of all tenants."""

    def __init__(self, disclosures: Disclosures, audit: AuditLog) -> None:
        self._disclosures, self._audit = disclosures, audit
        deps = disclosures.deps
        self._database, self._keys, self._clock = deps.database, deps.keys, deps.database.clock

    async def record(self, tenant_id: str, file: DisclosedFile, by: str, actor: AuditParty | None) -> None:
        """Record that a file is handed over, before it is. Raise Conflict unless two people have agreed to it."""
        await self._disclosures.approved_data(tenant_id, file.disclosure_id)
        with stating(current_access().to("requests")):
            disclosure = await self._disclosures.find(tenant_id, file.disclosure_id)
            made, salt = self._entry(disclosure, file, by), self._clock.random_bytes(_SALT).hex()
            async with self._database.begin() as uow:
                await repository.insert(uow.session, self._keys, disclosure.subject, made, salt)
                await self._audit.record(uow, NewAuditEntry(tenant_id, ACTION, _object(made, salt), actor))

    async def of_request(self, tenant_id: str, request_id: str) -> Sequence[Handover]:
        """Return the files that were handed over for a request, oldest first."""
        return await self._checked(tenant_id, repository.of_request(tenant_id, request_id))

    async def of_tenant(self, tenant_id: str) -> Sequence[Handover]:
        """Return the latest files that a tenant has handed over, oldest first."""
        return await self._checked(tenant_id, repository.of_tenant(tenant_id))

    async def own(self, tenant_id: str, person_id: str) -> Sequence[Handover]:
        """Return the files about a user, except those of which they may not know yet."""
        shown = {each.id for each in await self._disclosures.own(tenant_id, person_id)}
        found = await self._checked(tenant_id, repository.of_person(tenant_id, person_id))
        return [each for each in found if each.disclosure_id in shown]

    def _entry(self, disclosure: Disclosure, file: DisclosedFile, by: str) -> Handover:
        return Handover(
            id=self._clock.new_id(),
            tenant_id=disclosure.tenant_id,
            request_id=disclosure.request_id,
            disclosure_id=disclosure.id,
            person_id=disclosure.person_id,
            at=self._clock.now().replace(microsecond=0),
            by=by,
            size=file.size,
            sha256=file.sha256,
            logged=None,
            authority=disclosure.authority,
            basis=disclosure.basis,
            scope=disclosure.wording(),
        )

    async def _checked(self, tenant_id: str, chosen: repository.Chosen) -> list[Handover]:
        async with self._database.read() as session:
            found = await repository.select_handovers(session, self._keys, tenant_id, chosen)
        objects = {made.id: _object(made, salt) for made, salt in found if salt}
        recorded = await self._audit.recorded(tenant_id, ACTION, tuple(objects.values()))
        return [replace(made, logged=objects[made.id] in recorded) if salt else made for made, salt in found]


def _object(made: Handover, salt: str) -> str:
    content = {
        "id": made.id,
        "request": made.request_id,
        "disclosure": made.disclosure_id,
        "person": made.person_id,
        "at": made.at.isoformat(),
        "by": made.by,
        "size": made.size,
        "sha256": made.sha256,
        "authority": made.authority,
        "basis": made.basis,
        "scope": made.scope,
        "salt": salt,
    }
    return f"handover:{made.id} {sha256(canonical(content)).hexdigest()}"
