"""Routing of dialled numbers within a tenant."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.registrar import Binding, Caller, LocationService
from unificx.routing import (
    NO_OUTSIDE_LINE,
    CallApp,
    DestinationDirectory,
    DestinationRef,
    DialPlan,
    ExtensionKind,
    Fork,
    GoTo,
    Plan,
    Reject,
    Rejection,
    RingTarget,
    Routing,
    Step,
)
from unificx.routing.destinations import RingExtension
from unificx.routing.dial_plan import FeatureCode, Number, OutsideNumber, Undialable, parse_dialled
from unificx.routing.plans import NO_SUCH_NUMBER
from unificx.sip.flow import Flow

NOW = 1000.0


def extension(tenant: str, number: str) -> Extension:
    return Extension(f"{tenant}-{number}", tenant, number, None, "s", 30, 600, "Somebody")


def caller(tenant: str, device: str = "desk") -> Caller:
    return Caller(tenant, f"{tenant}-1001", device, "s", "1001", "Somebody")


def dial_plan(directory: DirectoryCache) -> DialPlan:
    return DialPlan(directory, DestinationDirectory([ExtensionKind(directory)]))


def binding(owner: Extension, name: str, *, q: float = 1.0, expires_at: float = NOW + 60, cut: bool = False) -> Binding:
    return Binding(
        id=name, tenant_id=owner.tenant_id, extension_id=owner.id, device_id=name, expires_at=expires_at, cseq=1,
        call_id="reg", contact="sip:here@192.0.2.1", flow=Flow("tcp", "192.0.2.1", 5060, 1), q=q, disconnected=cut,
    )  # fmt: skip


@pytest.fixture
def directory() -> DirectoryCache:
    people = DirectoryCache()
    for slug in ("acme", "globex"):
        people.put_tenant(Tenant(slug, slug, slug, f"{slug}.example", "active", datetime(2026, 1, 1, tzinfo=UTC)))
        people.put_extension(extension(slug, "1001"))
    people.put_extension(extension("acme", "1002"))
    return people


def test_numbers_are_per_tenant(directory: DirectoryCache) -> None:
    location = LocationService()
    for slug in ("acme", "globex"):
        location.set_bindings(f"{slug}-1001", slug, (binding(extension(slug, "1001"), slug),))
    routing = Routing(dial_plan(directory), location)
    for slug in ("acme", "globex"):
        found = routing.route(caller(slug), "1001")
        assert found.called is not None
        assert found.called.tenant_id == slug
        assert [one.id for one in routing.bindings(RingTarget(found.called), NOW)] == [slug]
    assert routing.route(caller("globex"), "1002") == NO_SUCH_NUMBER.plan()


def test_registered_phones_by_descending_q(directory: DirectoryCache) -> None:
    location = LocationService()
    ada = extension("acme", "1001")
    location.set_bindings(ada.id, "desk", (binding(ada, "desk", q=0.5),))
    location.set_bindings(ada.id, "mobile", (binding(ada, "mobile"),))
    location.set_bindings(ada.id, "old", (binding(ada, "old", expires_at=NOW),))
    location.set_bindings(ada.id, "tab", (binding(ada, "tab", cut=True),))
    routing = Routing(dial_plan(directory), location)
    fork = routing.route(caller("acme"), "10-01").fork
    assert fork == Fork((RingTarget(ada),), 30.0, 600.0)
    assert [one.id for one in routing.bindings(fork.targets[0], NOW)] == ["mobile", "desk"]


def test_extension_without_phones_is_a_destination(directory: DirectoryCache) -> None:
    routing = Routing(dial_plan(directory), LocationService())
    called = extension("acme", "1002")
    assert routing.route(caller("acme"), "1002") == RingExtension(called).plan()
    assert routing.bindings(RingTarget(called), NOW) == []


class PushTargets:
    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        return ("mobile", "laptop") if extension_id == "acme-1001" else ()


def test_push_devices_are_listed(directory: DirectoryCache) -> None:
    routing = Routing(dial_plan(directory), LocationService(), PushTargets())
    assert routing.push_devices(RingTarget(extension("acme", "1001"))) == ["mobile", "laptop"]
    assert routing.push_devices(RingTarget(extension("acme", "1002"))) == []


def test_ring_test_code(directory: DirectoryCache) -> None:
    location = LocationService()
    ada = extension("acme", "1001")
    for name in ("desk", "mobile"):
        location.set_bindings(ada.id, name, (binding(ada, name),))
    routing = Routing(dial_plan(directory), location, PushTargets())
    for device, push in (("mobile", ["mobile"]), ("desk", [])):
        plan = routing.route(caller("acme", device), "*44")
        assert plan == RingExtension(ada, device).plan()
        assert plan.fork is not None
        (target,) = plan.fork.targets
        assert routing.bindings(target, NOW) == [binding(ada, device)]
        assert routing.push_devices(target) == push
    elsewhere = RingTarget(extension("globex", "1001"), "mobile")
    assert routing.route(caller("globex", "mobile"), "*44") == RingExtension(elsewhere.extension, "mobile").plan()
    assert routing.bindings(elsewhere, NOW) == routing.push_devices(elsewhere) == []


class ShortNumbers:
    """Speed dials of one extension."""

    def number(self, extension_id: str, code: str) -> str:
        return {"07": "1002", "08": "+49301234567"}.get(code, "") if extension_id == "acme-1001" else ""


def test_speed_dial_code_dials_the_callers_own_number(directory: DirectoryCache) -> None:
    plan = DialPlan(directory, DestinationDirectory([ExtensionKind(directory)]), speed_dials=ShortNumbers())
    routing = Routing(plan, LocationService())
    assert routing.route(caller("acme"), "*7507") == RingExtension(extension("acme", "1002")).plan()
    assert routing.route(caller("acme"), "*7508") == NO_OUTSIDE_LINE.plan()
    for unknown in (routing.route(caller("acme"), "*7509"), routing.route(caller("globex"), "*7507")):
        assert unknown == NO_SUCH_NUMBER.plan()


def test_extension_rings_before_its_app(directory: DirectoryCache) -> None:
    ada, voicemail = extension("acme", "1001"), CallApp("voicemail")
    plan = RingExtension(ada, fallback=voicemail).plan()
    fork = Fork((RingTarget(ada),), 30.0, 600.0)
    assert plan == Plan((Step(fork), Step(CallApp("voicemail", max_seconds=600.0))), ada)
    assert plan.fork == fork
    assert plan.app is None
    only = plan.only_fork("mobile")
    assert only == Plan((Step(Fork((RingTarget(ada, "mobile"),), 30.0, 600.0)),), ada)
    assert voicemail.plan().only_fork() is None


def test_destination_is_replaced_by_its_steps(directory: DirectoryCache) -> None:
    ada, bob = extension("acme", "1001"), extension("acme", "1002")
    first, last = RingExtension(ada).plan().steps[0], Step(CallApp("voicemail"))
    plan = Plan((first, Step(GoTo(DestinationRef("extension", "1002"))), last), ada)
    target = RingExtension(bob).plan()
    assert plan.with_step_replaced(1, target) == Plan((first, *target.steps, last), bob)
    assert plan.with_step_replaced(1, NO_SUCH_NUMBER.plan()) == Plan((first, Step(NO_SUCH_NUMBER), last), ada)


def test_only_a_plan_that_does_nothing_else_rejects_the_call(directory: DirectoryCache) -> None:
    busy = Reject(Rejection.BUSY)
    assert busy.plan().is_rejected
    assert not Plan((Step(busy), Step(CallApp("voicemail")))).is_rejected
    assert not GoTo(DestinationRef("extension", "1002")).plan().is_rejected


@pytest.mark.parametrize("dialled", ["*97", "alice", "", "4711", "1001x", "１００１"])
def test_unknown_numbers(directory: DirectoryCache, dialled: str) -> None:
    assert Routing(dial_plan(directory), LocationService()).route(caller("acme"), dialled) == NO_SUCH_NUMBER.plan()


@pytest.mark.parametrize(
    "dialled", ["+49 30 1234567", "+49 (0)30/12-34", "030 1234567", "004930123", "015551234567", "112"]
)
def test_calls_outside_are_not_set_up(directory: DirectoryCache, dialled: str) -> None:
    """Otherwise a user would look for a typing error in a right number."""
    assert Routing(dial_plan(directory), LocationService()).route(caller("acme"), dialled) == NO_OUTSIDE_LINE.plan()


def test_extension_with_the_digits_of_an_outside_number_is_called(directory: DirectoryCache) -> None:
    directory.put_extension(extension("acme", "112"))
    plan = Routing(dial_plan(directory), LocationService()).route(caller("acme"), "112")
    assert plan == RingExtension(extension("acme", "112")).plan()


@pytest.mark.parametrize(
    ("dialled", "meaning"),
    [
        ("1001", Number("1001")),
        ("(030) 12-34.5", Number("03012345")),
        ("+49 30", OutsideNumber("4930")),
        ("++49", Undialable()),
        ("*97", FeatureCode("*97")),
        ("**1001#", FeatureCode("**1001#")),
        ("*", Undialable()),
        ("", Undialable()),
        ("1" * 16, Undialable()),
        ("-" * 65, Undialable()),
        ("1001\n", Undialable()),
        ("٣", Undialable()),
    ],
)
def test_classification_of_dialled_strings(dialled: str, meaning: object) -> None:
    assert parse_dialled(dialled) == meaning


@given(st.text(max_size=80))
def test_any_text_is_classified(dialled: str) -> None:
    match parse_dialled(dialled):
        case Number(digits):
            assert digits.isascii()
            assert digits.isdigit()
            assert len(digits) <= 15
        case FeatureCode(text):
            assert text[0] in "*#"
        case Undialable():
            pass
