"""Feature codes of each tenant: what the service accepts is never ambiguous, and calls take it at once."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity_factory import identity_on

from unificx.callapps import App, AppRegistry, Call
from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import Extension, NewExtension, NewTenant
from unificx.identity.events import TenantDeleted
from unificx.privacy import KeyStore
from unificx.registrar import Caller
from unificx.routing import (
    FEATURES,
    CallApp,
    CodeTable,
    CodeUse,
    DestinationDirectory,
    DestinationRef,
    DestinationServiceDependencies,
    DialPlan,
    ExtensionKind,
    FeatureCodes,
    HangupKind,
    HoursChange,
    HoursService,
    NewHours,
)
from unificx.routing.codes.table import check_form
from unificx.routing.destinations import RingExtension
from unificx.routing.feature_codes import FEATURE_CODES

NAMES = st.sampled_from([each.name for each in FEATURE_CODES])
CODES = st.from_regex(r"(?:\*|\*\*|#)[0-4]{1,4}", fullmatch=True) | st.sampled_from(
    [each.code for each in FEATURE_CODES]
)


def accepts(codes: dict[str, str], name: str, code: str) -> bool:
    wanted = CodeUse.of_feature(FEATURES[name], code)
    return not any(wanted.shared_with(other) for other in CodeTable(codes).uses() if other.name != name)


def meanings(table: CodeTable, dialled: str) -> list[tuple[str, str]]:
    """The obvious reference: what a dialled text can mean, one feature after the other."""
    found: list[tuple[str, str]] = []
    for feature in FEATURE_CODES:
        code, (least, most) = table.codes[feature.name], feature.digits
        following = f"[0-9]{{{least},{most}}}" if most else ""
        if feature.name == "withhold-number":
            following = r"#?(?:[0-9]{1,15}|\+[0-9]{3,15})"
        read = re.fullmatch(f"{re.escape(code)}({following})?", dialled) if code else None
        if read is not None:
            found.append((feature.name, (read[1] or "").lstrip("#")))
    return found


@given(st.lists(st.tuples(NAMES, CODES | st.just("")), max_size=30), st.data())
def test_codes_that_are_accepted_are_unambiguous(changes: list[tuple[str, str]], data: st.DataObject) -> None:
    codes: dict[str, str] = {}
    for name, code in changes:
        if not code or accepts(codes, name, code):
            codes[name] = code
    table = CodeTable(codes)
    used = st.sampled_from([code for code in table.codes.values() if code])
    dialled = data.draw(st.tuples(used, st.from_regex(r"[0-4]{0,9}", fullmatch=True)).map("".join) | CODES)
    [*found] = meanings(table, dialled)
    match = table.match(dialled)
    assert found == ([(match[0].name, match[1])] if match is not None else [])


@given(NAMES, NAMES, CODES, CODES)
def test_two_uses_differ_or_share_the_text_that_is_named(one: str, other: str, first: str, second: str) -> None:
    a, b = CodeUse.of_feature(FEATURES[one], first), CodeUse.of_feature(FEATURES[other], second)
    shared = a.shared_with(b)
    assert shared == b.shared_with(a)
    both = [CodeTable(dict.fromkeys(FEATURES, "") | {use.name: use.code}) for use in (a, b)]
    texts = {code + "0" * digits for code in (first, second) for digits in range(16)}
    if shared:
        assert all(table.match(shared) for table in both)
    else:
        assert not any(all(table.match(text) for table in both) for text in texts)


def test_the_default_codes_are_unambiguous() -> None:
    assert all(accepts({}, each.name, each.code) for each in FEATURE_CODES)


@pytest.mark.parametrize(
    "code", ["112", "1001", "*", "#", "***1", "*1*", "*123456", "*7a", "+49", "*７", "* 7", "*7\n"]
)
def test_a_code_never_has_the_form_of_a_number(code: str) -> None:
    with pytest.raises(Invalid):
        check_form(code)


# ---- stored


@dataclass
class Office:
    """Two tenants with an extension each."""

    database: Database
    parts: DestinationServiceDependencies
    codes: FeatureCodes
    hours: HoursService
    plan: DialPlan
    anna: Extension
    carla: Extension

    def dial(self, extension: Extension, dialled: str) -> object:
        """Return the app and its arguments, the extension that rings, or None."""
        found = self.plan.destination(Caller.of(extension), dialled)
        if isinstance(found, CallApp):
            return (found.app, *found.arguments)
        return found.extension.number if isinstance(found, RingExtension) else None


async def nothing(call: Call) -> None: ...


@pytest.fixture
async def office(database: Database, keys: KeyStore, clock: ManualClock) -> AsyncIterator[Office]:
    people = identity_on(database, keys, clock)
    await people.start()
    members: list[Extension] = []
    for slug in ("acme", "globex"):
        tenant = await people.tenants.create(NewTenant(slug, slug, f"{slug}.example"))
        await people.extensions.create(tenant.id, NewExtension("1001", "Anna"))
        found = people.directory.extension(tenant.id, "1001")
        assert found is not None
        members.append(found)
    destinations = DestinationDirectory((ExtensionKind(people.directory), HangupKind()))
    parts = DestinationServiceDependencies(database, keys, people.directory, destinations, clock)
    codes = FeatureCodes(parts)
    hours = HoursService(parts, codes)
    apps = [App.of_feature(name, nothing) for name in ("echo", "park", "fetch", "presence-state")]
    registry = AppRegistry((*apps, App("weather", nothing, ("*70",))), people.directory, codes.tables)
    codes.uses.append(registry.code_uses)
    destinations.add(hours)
    destinations.add(registry)
    plan = DialPlan(people.directory, destinations, codes=codes.tables)
    yield Office(database, parts, codes, hours, plan, *members)
    await people.join_background_tasks()


async def test_a_changed_code_is_dialled_at_once_and_stored(office: Office) -> None:
    acme, anna, carla = office.anna.tenant_id, office.anna, office.carla
    changes: list[tuple[str, str]] = []
    office.codes.on_change.append(lambda *change: changes.append(change))
    assert (await office.codes.change(acme, "fetch", "##8")).code == "##8"
    assert changes == [(acme, "fetch")]
    await office.codes.change(acme, "ring-test", "*86")
    await office.codes.change(acme, "echo", "")
    shown = ["##8", "##812", "*43", "*8612", "*86", "*44"]
    assert [office.dial(anna, each) for each in shown] == [("fetch",), ("fetch", "12"), None, None, "1001", None]
    assert [office.dial(carla, each) for each in shown] == [None, None, ("echo",), ("fetch", "12"), ("fetch",), "1001"]
    loaded = FeatureCodes(office.parts)
    await loaded.start()
    assert [loaded.tables.code(acme, each) for each in ("fetch", "echo", "park")] == ["##8", "", "*85"]
    assert loaded.tables.code(carla.tenant_id, "fetch") == "*86"
    await office.codes.change(acme, "ring-test", "*44")
    await office.codes.change(acme, "fetch", "*86")
    assert [office.dial(anna, each) for each in shown[:-1]] == [None, None, None, ("fetch", "12"), ("fetch",)]
    async with office.database.begin() as uow:
        await office.codes.on_tenant_deleted(TenantDeleted("f-2", carla.tenant_id), uow)
    await loaded.start()
    assert loaded.tables.code(acme, "echo") == ""
    with pytest.raises(NotFound):
        await office.codes.change(acme, "unknown", "*11")


async def test_a_code_with_two_meanings_is_refused_with_the_other_one(office: Office) -> None:
    acme, hangup = office.anna.tenant_id, DestinationRef("hangup", "")
    made = await office.hours.create(acme, NewHours("office", ("mon 09:00-17:00",), hangup, hangup, code="*28"))
    for code, other in (
        ("*43", "*43 is dialled for the code *43: Echo test"),
        ("*3", "*310 is dialled for the code *31: Call outside"),
        ("*41", "*4100 is dialled for the code *4: Pick up"),
        ("*28", "*28 is dialled for the code *28 of the opening hours office"),
        ("*281", "*281 is dialled for the code *28 of the opening hours office"),
        ("*70", "*70 is dialled for the code *70 of the call app weather"),
    ):
        with pytest.raises(Conflict, match=re.escape(other)):
            await office.codes.change(acme, "speed-dial", code)
    assert office.codes.tables.code(acme, "speed-dial") == "*75"
    for code, other in (("*75", "speed dial"), ("*97", "Your voicemail"), ("*44", "your own phone rings")):
        with pytest.raises(Conflict, match=other):
            await office.hours.update(made, HoursChange(code=code))
    await office.codes.change(acme, "speed-dial", "*99")
    await office.hours.update(made, HoursChange(code="*75"))
    with pytest.raises(Conflict, match="opening hours office"):
        await office.codes.change(acme, "speed-dial", "*75")


async def test_a_code_from_before_a_feature_stays_what_it_was(office: Office) -> None:
    """The feature was added, or its code found, after the code of the opening hours had been chosen."""
    acme, hangup = office.anna.tenant_id, DestinationRef("hangup", "")
    await office.codes.change(acme, "presence-state", "")
    hours = await office.hours.create(acme, NewHours("office", ("mon 09:00-17:00",), hangup, hangup, code="*76"))
    office.codes.tables.put(acme, {})
    assert office.dial(office.anna, "*761") == ("hours-switch", hours.id, "1")
    assert office.codes.get(acme, "presence-state").collision == CodeUse("hours", "office", "*76", 1, 1)
    assert [each.feature.name for each in office.codes.of_tenant(acme) if each.collision] == ["presence-state"]
    await office.hours.update(hours, HoursChange(switch="open", code="*76"))
    assert office.codes.get(office.carla.tenant_id, "presence-state").collision is None
