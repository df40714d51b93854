"""Usage insight, computed on request and never stored. Only data of people who agree to it is read."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime

from unificx.cdr import uses_of
from unificx.chat import authors
from unificx.db import Database
from unificx.identity import Identity
from unificx.insight.cells import cells, complete_months, rounded_people
from unificx.insight.schemas import FEATURES, Feature, Month, OwnMonth, UsageReport
from unificx.privacy import Consents
from unificx.voicemail import played_in


@dataclass(frozen=True, slots=True)
class InsightDependencies:
    """Dependencies."""

    database: Database
    identity: Identity
    consents: Consents


class UsageInsight:
    """Usage insight of all tenants."""

    def __init__(self, deps: InsightDependencies) -> None:
        self._deps = deps
        self._directory = deps.identity.directory

    async def report(self, tenant_id: str) -> UsageReport:
        """Return which features people use who agree to `analytics` and do not object to `statistics`."""
        people = self._counted(tenant_id)
        shown = rounded_people(len(people))
        if shown is None:
            return UsageReport(None, ())
        months = [
            Month(month, cells(await self._users(tenant_id, people, since, until), len(people)))
            for month, since, until in self._months(tenant_id)
        ]
        return UsageReport(shown, tuple(months))

    async def own(self, tenant_id: str, person_id: str) -> Sequence[OwnMonth] | None:
        """Return for which features a person is counted; None if they are not, because they do not agree or object."""
        people = {each: owned for each, owned in self._counted(tenant_id).items() if each == person_id}
        if not people:
            return None
        found: list[OwnMonth] = []
        for month, since, until in self._months(tenant_id):
            users = await self._users(tenant_id, people, since, until)
            found.append(OwnMonth(month, tuple(each for each in FEATURES if users[each])))
        return found

    def _months(self, tenant_id: str) -> Sequence[tuple[date, datetime, datetime]]:
        return complete_months(self._deps.database.clock.now(), self._directory.time_zone(tenant_id))

    def _counted(self, tenant_id: str) -> dict[str, list[str]]:
        """Return the people who are counted, with the ids of their extensions."""
        consents, found = self._deps.consents, defaultdict[str, list[str]](list)
        for each in self._directory.extensions(tenant_id):
            agrees = consents.allows(each.subject, "analytics") and not consents.objects(each.subject, "statistics")
            if each.person_id and agrees:
                found[each.person_id].append(each.id)
        return dict(found)

    async def _users(
        self, tenant_id: str, people: Mapping[str, Sequence[str]], since: datetime, until: datetime
    ) -> Mapping[Feature, Set[str]]:
        """Return the users of each feature among these people. Nothing about others is read."""
        deps, found = self._deps, defaultdict[Feature, set[str]](set)
        owner = {extension: person for person, owned in people.items() for extension in owned}
        kinds = await deps.identity.devices.kinds(tenant_id)
        async with deps.database.read() as session:
            uses = await uses_of(session, tenant_id, tuple(owner), since, until)
            played = await played_in(session, tenant_id, tuple(owner), since, until)
            written = await authors(session, tenant_id, tuple(people), since, until)
        for use in uses:
            person = owner[use.extension_id]
            if use.device_id is not None and use.device_id in kinds:
                found["phone" if kinds[use.device_id] == "phone" else "app"].add(person)
            if use.is_outside:
                found["outside"].add(person)
            if use.is_meeting:
                found["meetings"].add(person)
        found["voicemail"] = {owner[each] for each in played}
        found["chat"] = written
        return found
