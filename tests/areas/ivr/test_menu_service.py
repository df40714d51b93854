"""Menus that are changed at the same time."""

from collections.abc import Awaitable, Callable

import pytest
from identity_factory import identity_on

from unificx.core.clock import ManualClock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.db import Database
from unificx.identity import NewTenant
from unificx.ivr import MenuChange, MenuDependencies, MenuService, NewMenu, PromptKind
from unificx.media.sounds import Sound
from unificx.privacy import KeyStore
from unificx.routing import DestinationDirectory, HangupKind


class FakeSounds:
    """Stores nothing."""

    async def put(self, key: tuple[str, str, str], sound: Sound) -> None: ...

    def get(self, tenant_id: str, language: str, name: str) -> None: ...


class SlowSpeech:
    """Speaks a text; `meanwhile` happens before it is done."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def spoken(self, text: str, language: str) -> Sound:
        if self.meanwhile is not None:
            await self.meanwhile()
        return Sound(text.encode())


async def test_a_menu_changed_while_a_text_is_spoken_forms_no_loop(
    database: Database, keys: KeyStore, clock: ManualClock
) -> None:
    people = identity_on(database, keys, clock)
    await people.start()
    tenant = await people.tenants.create(NewTenant("acme", "Acme Ltd", "acme.example"))
    destinations, speech = DestinationDirectory((HangupKind(),)), SlowSpeech()
    parts = MenuDependencies(database, keys, people.directory, destinations, FakeSounds(), speech, clock)  # type: ignore[arg-type]
    menus = MenuService(parts)
    destinations.add(menus)
    destinations.add(PromptKind(parts.sounds))
    first = await menus.create(tenant.id, NewMenu("7000", "hangup", say="Hello"))
    second = await menus.create(tenant.id, NewMenu("7001", "hangup", say="Hello"))
    speech.meanwhile = lambda: menus.update(second, MenuChange(otherwise="menu:7000"))
    with pytest.raises(Invalid, match="menu:7000 → menu:7001 → menu:7000"):
        await menus.update(first, MenuChange(say="Good morning", otherwise="menu:7001"))
    assert menus.by_id(first.id) == first
    with pytest.raises(Conflict, match="changed meanwhile"):
        await menus.update(second, MenuChange(name="Night"))
    assert menus.sound_of(tenant.id, "7000") == first.greeting
    await menus.set_sound(tenant.id, "7000", "general/goodbye")
    assert menus.sound_of(tenant.id, "7000") == "general/goodbye"
    assert menus.sound_of(tenant.id, "7002") is menus.sound_of("another", "7000") is None
    with pytest.raises(NotFound):
        await menus.set_sound(tenant.id, "7002", "general/goodbye")
    for menu in (second, first):
        await menus.delete(menu)
    for change in (menus.delete(first), menus.update(first, MenuChange(name="Main"))):
        with pytest.raises(NotFound):
            await change
    await people.join_background_tasks()
