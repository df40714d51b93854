"""The call app that runs all menus, the one that plays a prompt, and dial by name."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import structlog

from unificx.audio_store import sound_name
from unificx.callapps import App, Call, connect_with_ringback
from unificx.core.errors import DomainError
from unificx.identity import DirectoryCache
from unificx.ivr import names
from unificx.ivr.choices import Choice, Go, More, choose
from unificx.ivr.ports import Speech
from unificx.ivr.schemas import KEYS, Menu
from unificx.ivr.service import MENU_APP, MENU_KIND, MenuService
from unificx.privacy import Consents
from unificx.prompts import PromptNotFound, available_language, say_digits
from unificx.routing import DestinationRef

log = structlog.get_logger()
PROMPT_APP, NAMES_APP = "prompt", "names"
"""Apps: play the sound of the argument, then hang up; dial by name."""
MAX_TURNS = 40
"""Prompts that one call may hear: no entries and no destinations keep it for ever."""
MAX_DEPTH = 10
"""Menus to return to."""
DIGIT_SECONDS = 2.5
"""Seconds to wait for the next digit of a number."""
CHOICE_SECONDS = 5.0
"""Seconds to wait for the choice of a person."""
MAX_SEARCHES = 3


@dataclass(frozen=True, slots=True)
class MenuAppDependencies:
    """Collaborators of the apps."""

    menus: MenuService
    directory: DirectoryCache
    speech: Speech
    consents: Consents


def menu_apps(deps: MenuAppDependencies) -> tuple[App, App, App]:
    """The menu app, the prompt app, and dial by name."""
    return (
        App(MENU_APP, partial(_run_menu, deps)),
        App(PROMPT_APP, play_prompt),
        App.of_feature(NAMES_APP, partial(_dial_by_name, deps)),
    )


async def play_prompt(call: Call) -> None:
    """Play the sound of the argument, then hang up."""
    name = sound_name("".join(call.arguments))
    if name is not None:
        await call.answer()
        with contextlib.suppress(PromptNotFound):  # deleted meanwhile
            await call.play(name)


async def _run_menu(deps: MenuAppDependencies, call: Call) -> None:
    """Run the menu of the argument and the ones it leads to."""
    await _MenuCall(deps, call, list(call.arguments)).run()


@dataclass(slots=True)
class _MenuCall:
    """A call in menus. `path` are the ids of the menus that led here, the present one last."""

    deps: MenuAppDependencies
    call: Call
    path: list[str]
    failures: int = 0
    _language: str = field(init=False)

    def __post_init__(self) -> None:
        self._language = self.call.language

    async def run(self) -> None:
        for _ in range(MAX_TURNS):
            menu = self.deps.menus.by_id(self.path[-1])
            if menu is None or menu.tenant_id != self.call.caller.tenant_id:
                break  # it was deleted meanwhile
            self.call.language = menu.settings.language or self._language
            match await self._ask(menu):
                case Go(ref):
                    self.failures = 0
                    await self._go(ref)
                case "again":
                    pass
                case "back":
                    self.path.pop()
                case "nothing" | "invalid" as entry:
                    if not await self._failed(menu, entry):
                        break
                case "silent":
                    log.warning("menu_without_prompt", menu=menu.id)
                    if not await self._go(menu.otherwise):
                        break
        await self.call.play("general/goodbye")

    async def _ask(self, menu: Menu) -> Choice | Literal["silent"]:
        """Play the prompt and read the caller's choice. "silent": the sound was deleted, or its speaker erased."""
        name = menu.greeting or sound_name(menu.sound) or ""
        await self.call.answer()
        try:
            digits = await self.call.play(name, escape_digits=KEYS)
        except PromptNotFound:
            return "silent"
        digits = digits or await self.call.read_digit(menu.settings.timeout)
        numbers = self._extensions() if menu.settings.direct_dial else frozenset[str]()
        choice = choose(digits, menu.keys, numbers, nested=len(self.path) > 1)
        while isinstance(choice, More):
            further = await self.call.read_digit(DIGIT_SECONDS)
            if further in ("", "#"):
                return choice.otherwise
            digits += further
            choice = choose(digits, menu.keys, numbers, nested=len(self.path) > 1)
        return choice

    async def _failed(self, menu: Menu, entry: str) -> bool:
        """Process a missing or invalid entry. Return whether the call continues here."""
        self.failures += 1
        if entry == "invalid":
            await self.call.play("general/invalid")
        if self.failures < menu.settings.attempts:
            return True
        self.failures = 0
        return await self._go(menu.otherwise)

    async def _go(self, ref: DestinationRef) -> bool:
        """Continue at a destination. Return whether that is another menu; False: it has not answered."""
        if ref.kind == MENU_KIND:
            menu = self.deps.menus.by_number(self.call.caller.tenant_id, ref.name)
            if menu is not None:
                self.path = [*self.path, menu.id][-MAX_DEPTH:]
                return True
        elif ref.kind == "hangup":
            await self.call.hang_up()
        else:
            await connect_with_ringback(self.call, ref)
        await self.call.play("general/nobody-available")
        return False

    def _extensions(self) -> frozenset[str]:
        return frozenset(each.number for each in self.deps.directory.extensions(self.call.caller.tenant_id))


async def _dial_by_name(deps: MenuAppDependencies, call: Call) -> None:
    """Ask for the letters of a name, confirm the person, and connect the caller."""
    directory = deps.directory
    people = [
        names.Entry(each.number, directory.display_name(each))
        for each in deps.consents.without_objection(directory.extensions(call.caller.tenant_id), "directory")
        if each.person_id is not None
    ]
    for _ in range(MAX_SEARCHES):
        await call.play_until_digit("names/enter")
        found = names.find(await call.read_digits(12, timeout_seconds=4.0), people)
        if not found:
            await call.play("names/none")
        elif len(found) > names.MAX_OFFERED:
            await call.play("names/many")
        else:
            chosen = await _choose_person(deps, call, found)
            if chosen is not None:
                await connect_with_ringback(call, DestinationRef("extension", chosen.number))
                await call.play("general/nobody-available")
    await call.play("general/goodbye")


async def _choose_person(deps: MenuAppDependencies, call: Call, found: Sequence[names.Entry]) -> names.Entry | None:
    """Offer people by key, twice without an entry; None if the caller chooses none of them."""
    keys = KEYS[: len(found)]
    for _ in range(2):
        for key, person in zip(keys, found, strict=True):
            digit = await _say_name(deps, call, person, keys) or await call.play(
                "names/connect", f"press/{key}", escape_digits=f"{keys}*"
            )
            if digit:
                break
        else:
            digit = await call.play("names/other", "press/star", escape_digits=f"{keys}*")
            digit = digit or await call.read_digit(CHOICE_SECONDS)
        if digit:
            return found[keys.index(digit)] if digit in keys else None
    return None


async def _say_name(deps: MenuAppDependencies, call: Call, person: names.Entry, keys: str) -> str:
    """Speak a name, or the number if it cannot be spoken. Return the key that the caller has pressed."""
    with contextlib.suppress(DomainError):
        sound = await deps.speech.spoken(person.name, available_language(call.language))
        return await call.play(sound, escape_digits=f"{keys}*")
    return await call.play("names/extension", *say_digits(person.number), escape_digits=f"{keys}*")
