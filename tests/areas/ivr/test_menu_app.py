"""The call app of menus: keys, missing and invalid entries, nested menus, direct dialling, dial by name."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from app_harness import AppHarness

from unificx.calls import ConnectRequest
from unificx.core.errors import Conflict
from unificx.identity import DirectoryCache, Extension
from unificx.ivr import Menu, MenuAppDependencies, MenuSettings, menu_apps
from unificx.ivr import app as menu_app
from unificx.media.sounds import Sound
from unificx.routing import DestinationRef, GoTo
from unificx.sip.legs import ByeReceived

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
ANNA, BOX = DestinationRef("extension", "1001"), DestinationRef("mailbox", "1001")
QUICK = MenuSettings(timeout=0.01, attempts=2)
MAIN = Menu(
    "m-1", "acme", "7000", "Main", WHEN, BOX, QUICK, sound="own/main",
    keys={"1": ANNA, "2": DestinationRef("menu", "7100"), "9": DestinationRef("hangup")},
)  # fmt: skip
SUB = Menu("m-2", "acme", "7100", "Sub", WHEN, DestinationRef("hangup"), QUICK, greeting="spoken/x", say="Sub", keys={})


@dataclass
class FakeMenus:
    menus: list[Menu] = field(default_factory=lambda: [MAIN, SUB])

    def by_id(self, menu_id: str) -> Menu | None:
        return next((each for each in self.menus if each.id == menu_id), None)

    def by_number(self, tenant_id: str, number: str) -> Menu | None:
        return next((each for each in self.menus if each.number == number), None)


class FakeSpeech:
    async def spoken(self, text: str, language: str) -> Sound:
        if text.startswith("Ben"):
            raise Conflict("no voice")
        return Sound(f"{text}!".encode())


class Objections:
    """Objections of these subjects."""

    def __init__(self, *those: str) -> None:
        self.those = those

    def without_objection(self, things: list[Extension], purpose: str) -> list[Extension]:
        assert purpose == "directory"
        return [each for each in things if each.subject not in self.those]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DIGIT_SECONDS", "CHOICE_SECONDS"):
        monkeypatch.setattr(menu_app, name, 0.01)


def directory() -> DirectoryCache:
    found = DirectoryCache()
    for number, name in (("1001", "Anna Adam"), ("1002", "Ben Bell"), ("1003", "Bea Adler")):
        found.put_extension(Extension(f"e-{number}", "acme", number, f"p-{number}", f"s-{number}", 30, 3600, name))
    return found


def stage(app: int = 0, menus: FakeMenus | None = None, objections: tuple[str, ...] = (), **more: object) -> AppHarness:
    fakes = menus or FakeMenus(), directory(), FakeSpeech(), Objections(*objections)
    parts = MenuAppDependencies(*fakes)  # type: ignore[arg-type]
    return AppHarness(menu_apps(parts)[app], arguments=("m-1",) if app == 0 else ("main",), **more)  # type: ignore[arg-type]


def heard(found: AppHarness) -> list[str]:
    return [one for one in found.played if not one.startswith("sound ")]


def led_to(found: AppHarness) -> list[DestinationRef]:
    requests = [one.plan.steps[0].action for one in found.events if isinstance(one, ConnectRequest)]
    return [one.ref for one in requests if isinstance(one, GoTo)]


async def test_key_connects_the_caller_while_they_hear_ringback() -> None:
    found = stage(digits={"own/main": ["1"]}, outcomes=["answered"])
    await found.run()
    assert (led_to(found), heard(found)) == ([ANNA], ["own/main"])
    assert not isinstance(found.events[-1], ByeReceived)


async def test_unanswered_destination_returns_to_the_menu() -> None:
    found = stage(digits={"own/main": ["1", "9"]}, outcomes=["busy"])
    await found.run()
    assert heard(found) == ["own/main", "general/nobody-available", "own/main"]
    assert isinstance(found.events[-1], ByeReceived)


async def test_missing_and_invalid_entries_lead_to_the_other_destination() -> None:
    found = stage(digits={"own/main": ["5"]}, outcomes=["unreachable"])
    await found.run()
    assert heard(found) == [*("own/main", "general/invalid", "own/main", "general/nobody-available", "general/goodbye")]
    assert led_to(found) == [BOX]


async def test_a_menu_without_its_prompt_leads_to_the_other_destination_at_once() -> None:
    """As after the erasure of the person who has spoken it."""
    found = stage(digits={"own/main": ["5"]}, outcomes=["answered"])
    found.prompts.missing = {"own/main"}
    await found.run()
    assert (led_to(found), heard(found)) == ([BOX], [])


async def test_nested_menu_speaks_its_text_and_star_returns() -> None:
    found = stage(digits={"own/main": ["2", "9"], "spoken/x": ["#", "*"]})
    await found.run()
    assert heard(found) == ["own/main", "spoken/x", "spoken/x", "own/main"]
    assert led_to(found) == []


async def test_deleted_menu_and_endless_entries_end_the_call() -> None:
    found = stage(menus=FakeMenus([]))
    await found.run()
    assert heard(found) == ["general/goodbye"]
    found = stage(digits={"own/main": ["#"] * 100})
    await found.run()
    assert len(heard(found)) == menu_app.MAX_TURNS + 1


async def test_extension_is_dialled_directly_only_if_allowed() -> None:
    for allowed, refs in ((True, [DestinationRef("extension", "1002")]), (False, [ANNA])):
        settings = replace(QUICK, direct_dial=allowed)
        found = stage(menus=FakeMenus([replace(MAIN, settings=settings)]), outcomes=["answered"])
        found.digits = {"own/main": ["1002"]}
        await found.run()
        assert led_to(found) == refs


async def test_language_of_the_menu_applies_to_its_prompts() -> None:
    languages: list[str] = []
    menu = replace(MAIN, settings=replace(QUICK, language="de"))
    found = stage(menus=FakeMenus([menu]), digits={"own/main": ["9"]})

    async def named(name: str, language: str, tenant_id: str) -> list[Sound]:
        languages.append(language)
        return [Sound(f"{name}!".encode())]

    found.host._prompts.named = named  # type: ignore[method-assign]
    await found.run()
    assert languages == ["de"]


async def test_prompt_is_played_and_the_call_ends() -> None:
    found = stage(1)
    await found.run()
    assert (found.played, isinstance(found.events[-1], ByeReceived)) == (["own/main"], True)


async def test_name_is_found_spoken_and_connected() -> None:
    found = stage(2, digits={"names/enter": ["2322#"], "press/1": ["1"]}, outcomes=["answered"])
    await found.run()
    assert heard(found) == ["names/enter", "Bea Adler", "names/connect", "press/1"]


@pytest.mark.promise("D4")
async def test_a_person_who_has_objected_is_not_found_by_name() -> None:
    found = stage(2, objections=("s-1003",), digits={"names/enter": ["2322#", "2322#", "2322#"]})
    await found.run()
    assert "Bea Adler" not in heard(found)


async def test_unknown_names_end_the_search() -> None:
    found = stage(2, digits={"names/enter": ["999#", "#", "236#"], "press/1": ["1"]}, outcomes=["missed"])
    await found.run()
    assert led_to(found) == [DestinationRef("extension", "1002")]
    assert "names/extension" in heard(found)  # the name cannot be spoken
    assert heard(found)[-1] == "general/goodbye"


async def test_names_are_offered_twice() -> None:
    found = stage(2, digits={"names/enter": ["2322#", "#", "#"], "names/other": ["", "*"]})
    await found.run()
    assert (heard(found).count("Bea Adler"), led_to(found)) == (2, [])


async def test_names_on_the_same_keys_are_offered_by_key() -> None:
    """Press 2 while the second name is spoken."""
    found = stage(2, digits={"names/enter": ["23#"], "Bea Adler": ["2"]}, outcomes=["answered"])
    await found.run()
    assert heard(found) == [
        *("names/enter", "Anna Adam", "names/connect", "press/1", "Bea Adler"),
    ]
    assert led_to(found) == [DestinationRef("extension", "1003")]
