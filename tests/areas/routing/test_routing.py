"""Routing of dialled numbers within a tenant."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.identity import DirectoryCache, Extension, Tenant
from unificx.registrar import Binding, Caller, LocationService
from unificx.routing import NoSuchNumber, RingExtension, Routing
from unificx.routing.dial_plan import FeatureCode, Number, Undialable, parse_dialled
from unificx.sip.flow import Flow

NOW = 1000.0


def extension(tenant: str, number: str) -> Extension:
    return Extension(f"{tenant}-{number}", tenant, number, None, "s", 30, 600, "Somebody")


def caller(tenant: str, device: str = "desk") -> Caller:
    return Caller(tenant, f"{tenant}-1001", device, "s", "1001", "Somebody")


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
    routing = Routing(directory, location)
    for slug in ("acme", "globex"):
        found = routing.route(caller(slug), "1001", NOW)
        assert isinstance(found, RingExtension)
        assert found.extension.tenant_id == slug
        assert [one.id for one in found.bindings] == [slug]
    assert routing.route(caller("globex"), "1002", NOW) == NoSuchNumber()


def test_registered_phones_by_descending_q(directory: DirectoryCache) -> None:
    location = LocationService()
    ada = extension("acme", "1001")
    location.set_bindings(ada.id, "desk", (binding(ada, "desk", q=0.5),))
    location.set_bindings(ada.id, "mobile", (binding(ada, "mobile"),))
    location.set_bindings(ada.id, "old", (binding(ada, "old", expires_at=NOW),))
    location.set_bindings(ada.id, "tab", (binding(ada, "tab", cut=True),))
    found = Routing(directory, location).route(caller("acme"), "10-01", NOW)
    assert isinstance(found, RingExtension)
    assert [one.id for one in found.bindings] == ["mobile", "desk"]


def test_extension_without_phones_is_a_destination(directory: DirectoryCache) -> None:
    assert Routing(directory, LocationService()).route(caller("acme"), "1002", NOW) == RingExtension(
        extension("acme", "1002"), ()
    )


class PushTargets:
    def push_devices(self, extension_id: str) -> tuple[str, ...]:
        return ("mobile", "laptop") if extension_id == "acme-1001" else ()


def test_push_devices_are_listed(directory: DirectoryCache) -> None:
    routing = Routing(directory, LocationService(), PushTargets())
    called = RingExtension(extension("acme", "1001"), (), ("mobile", "laptop"))
    assert routing.route(caller("acme"), "1001", NOW) == called
    assert routing.route(caller("acme"), "1002", NOW) == RingExtension(extension("acme", "1002"), ())


def test_ring_test_code(directory: DirectoryCache) -> None:
    location = LocationService()
    ada = extension("acme", "1001")
    for name in ("desk", "mobile"):
        location.set_bindings(ada.id, name, (binding(ada, name),))
    routing = Routing(directory, location, PushTargets())
    found = routing.route(caller("acme", "mobile"), "*44", NOW)
    assert found == RingExtension(ada, (binding(ada, "mobile"),), ("mobile",), "mobile")
    assert routing.route(caller("acme"), "*44", NOW) == RingExtension(ada, (binding(ada, "desk"),), (), "desk")
    assert routing.route(caller("globex", "mobile"), "*44", NOW) == RingExtension(
        extension("globex", "1001"), (), (), "mobile"
    )


@pytest.mark.parametrize("dialled", ["*97", "alice", "", "4711", "1001x", "１００１"])
def test_unknown_numbers(directory: DirectoryCache, dialled: str) -> None:
    assert Routing(directory, LocationService()).route(caller("acme"), dialled, NOW) == NoSuchNumber()


@pytest.mark.parametrize(
    ("dialled", "meaning"),
    [
        ("1001", Number("1001")),
        ("(030) 12-34.5", Number("03012345")),
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
