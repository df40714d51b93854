"""Access of the operator's staff to the personal data of a tenant: only with the consent of an administrator of the
tenant, and only for some hours."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from unificx.core.errors import Conflict, Forbidden, Invalid
from unificx.core.phrases import Phrase
from unificx.db import Database
from unificx.identity import Action, Principal, Role
from unificx.support import repository
from unificx.support.models import SupportAccessRow
from unificx.support.schemas import SupportGrant

MAX_HOURS = 72
MAX_GRANTS = 100
"""Stored ones per tenant, the newest."""
PERSONAL = frozenset(
    {
        Action.DIRECTORY,
        Action.CONTACTS,
        Action.COMPANY_CONTACTS,
        Action.PEOPLE_READ,
        Action.PEOPLE_CHANGE,
        Action.SIGN_IN_HELP,
        Action.PHONES_CHANGE,
        Action.ROLES_CHANGE,
        Action.ROUTING_CHANGE,
        Action.QUEUES_CHANGE,
        Action.RECORDINGS_CHANGE,
        Action.PRIVACY_CHANGE,
        Action.EMAILS_READ,
        Action.CALLS_READ,
        Action.CALLS_CONTROL,
        Action.HISTORY_READ,
    }
)
"""Actions on data of people. Settings, plans and the state of a tenant are the operator's business without consent,
except where a route declares that they name people (`api.support_consent.names_people`)."""


class SupportAccessNeeded(Forbidden):
    """An administrator of the tenant has not allowed support access."""

    code = "support_access_needed"


def is_console(principal: Principal) -> bool:
    """Return whether this is the console on the server. It acts for the tenant by contract (it is named in the access
    log), and has no person."""
    return principal.role is Role.OPERATOR and not principal.person_id and not principal.key_id


def needs_consent(principal: Principal, tenant_id: str, action: Action, *, names_people: bool = False) -> bool:
    """Return whether an action needs the consent of the tenant: on personal data, by staff of the operator.

    `names_people`: whether it opens data that names people whatever the action is."""
    is_staff = principal.role is Role.OPERATOR and principal.tenant_id != tenant_id and not is_console(principal)
    return is_staff and (names_people or action in PERSONAL)


class SupportAccess:
    """The consents of all tenants. `has_administrator`: whether a tenant has an active administrator; one without
    administrators is still being set up by the operator."""

    def __init__(self, database: Database, has_administrator: Callable[[str], Awaitable[bool]]) -> None:
        self._database, self._clock = database, database.clock
        self._has_administrator = has_administrator
        # Owner: this node: what it has recorded within this hour.
        self._looks: set[tuple[str, str, str]] = set()
        self._hour: datetime | None = None

    async def require(self, tenant_id: str) -> None:
        """Raise SupportAccessNeeded unless staff of the operator may open personal data of this tenant now."""
        async with self._database.read() as session:
            granted = await repository.grant_in_force(session, tenant_id, self._clock.now())
        if granted is None and await self._has_administrator(tenant_id):
            raise SupportAccessNeeded(
                "The organisation has not allowed support access.",
                hint="Ask one of its administrators: portal, Organisation, Support access.",
            )

    def is_recorded(self, look: tuple[str, str, str]) -> bool:
        """Return whether a look of this hour is in the audit log: (tenant, person, operation)."""
        hour = self._clock.now().replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._hour, self._looks = hour, set()
        return look in self._looks

    def mark_recorded(self, look: tuple[str, str, str]) -> None:
        """State that a look of this hour is in the audit log."""
        self._looks.add(look)

    async def grant(self, tenant_id: str, principal: Principal, hours: int) -> SupportGrant:
        """Allow access for some hours from now, by an administrator of the tenant in person. A consent in force ends.

        Raise Forbidden for anyone else, Invalid."""
        if principal.role is not Role.TENANT_ADMIN or principal.tenant_id != tenant_id or principal.key_id:
            raise Forbidden("Only an administrator of the organisation can allow this.", hint="Sign in as one.")
        if principal.is_substitute:
            raise Forbidden("Another person made this access.", hint="Prove your identity first.")
        if not 1 <= hours <= MAX_HOURS:
            raise Invalid(Phrase("Choose 1 to {} hours.", MAX_HOURS), field="hours")
        now = self._clock.now()
        row = SupportAccessRow(
            id=self._clock.new_id(),
            tenant_id=tenant_id,
            granted=now,
            granted_by=principal.person_id,
            until=now + timedelta(hours=hours),
            ended=None,
        )
        async with self._database.begin() as uow:
            await repository.end_grants(uow.session, tenant_id, now)
            await repository.delete_oldest_grants(uow.session, tenant_id, MAX_GRANTS - 1)
            uow.session.add(row)
        return _grant(row)

    async def end(self, tenant_id: str) -> None:
        """End the consent in force. Raise Conflict if there is none."""
        async with self._database.begin() as uow:
            if not await repository.end_grants(uow.session, tenant_id, self._clock.now()):
                raise Conflict("Support access is not allowed now.")

    async def list(self, tenant_id: str) -> list[SupportGrant]:
        """Return the consents of a tenant, newest first."""
        async with self._database.read() as session:
            return [_grant(row) for row in await repository.grants(session, tenant_id)]


def _grant(row: SupportAccessRow) -> SupportGrant:
    return SupportGrant(row.id, row.granted, row.granted_by, row.until, row.ended)
