"""App registry: built-in and installed apps; broken ones are reported before serving."""

from datetime import UTC, datetime
from importlib.metadata import EntryPoint

import pytest

from unificx.callapps import ECHO, App, AppRegistry, Call, installed_apps, registry
from unificx.core.errors import StartupError
from unificx.identity import DirectoryCache, Tenant
from unificx.routing import CallApp


async def nothing(call: Call) -> None: ...


WEATHER = App("weather", nothing, ("*70",), tenants=("acme",))


@pytest.fixture
def directory() -> DirectoryCache:
    directory = DirectoryCache()
    for slug in ("acme", "globex"):
        began = datetime(2026, 1, 1, tzinfo=UTC)
        directory.put_tenant(Tenant(f"t-{slug}", slug, slug, f"{slug}.example", "active", began))
    return directory


def test_code_routes_to_its_app_for_its_tenants(directory: DirectoryCache) -> None:
    apps = AppRegistry((ECHO, WEATHER), directory)
    assert apps.at_number("t-acme", "*43") == apps.at_number("t-globex", "*43") == CallApp("echo")
    assert apps.at_number("t-acme", "*70") == CallApp("weather")
    assert apps.at_number("t-globex", "*70") is None
    assert apps.at_number("t-acme", "*71") is None
    assert apps.at_number("nobody", "*43") is None


def test_number_may_follow_the_code_of_a_numbered_app(directory: DirectoryCache) -> None:
    apps = AppRegistry(
        (ECHO, App("fetch", nothing, ("*86",), numbered=True), App("more", nothing, ("*861",))), directory
    )
    assert apps.at_number("t-acme", "*86") == CallApp("fetch")
    assert apps.at_number("t-acme", "*8612") == CallApp("fetch", ("12",))
    assert apps.at_number("t-acme", "*861") == CallApp("more")
    for wrong in ("*431", "*86*1", "*8", "*"):
        assert apps.at_number("t-acme", wrong) is None


def test_app_is_a_destination_by_its_name(directory: DirectoryCache) -> None:
    apps = AppRegistry((ECHO, WEATHER), directory)
    assert apps.find("t-globex", "echo") == CallApp("echo")
    assert apps.find("t-acme", "weather") == CallApp("weather")
    assert apps.find("t-globex", "weather") is None
    assert apps.find("t-acme", "*43") is None
    assert apps.at_number("t-acme", "43") is None


@pytest.mark.parametrize(
    "other",
    [App("echo", nothing), App("other", nothing, ("*43",)), App("x", nothing, ("43",)), App("x", nothing, ("*",))],
)
def test_conflicting_or_undialable_apps_are_rejected(directory: DirectoryCache, other: App) -> None:
    with pytest.raises(StartupError):
        AppRegistry((ECHO, other), directory)


def bring(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    def points(group: str) -> list[EntryPoint]:
        assert group == "unificx.callapps"
        return [EntryPoint("weather", value, group)]

    monkeypatch.setattr(registry, "entry_points", points)


def test_installed_package_provides_an_app(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, f"{__name__}:WEATHER")
    assert installed_apps() == {"weather": WEATHER}


@pytest.mark.parametrize("value", ["no.such.module:x", f"{__name__}:no_such", f"{__name__}:nothing"])
def test_broken_package_prevents_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    bring(monkeypatch, value)
    with pytest.raises(StartupError):
        installed_apps()
