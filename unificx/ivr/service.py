"""Menus of all tenants: their settings and prompts, and their kind of destination."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from unificx.audio_store import MENU_SOUNDS, CustomSounds, sound_name
from unificx.core.clock import Clock
from unificx.core.errors import Conflict, Invalid, NotFound
from unificx.core.names import check_name
from unificx.core.preconditions import Precondition, unconditional
from unificx.db import Database, MemoryCopy, Page, UnitOfWork, lock_scope
from unificx.identity import DirectoryCache, allocate_number, release_number
from unificx.identity.events import TenantDeleted
from unificx.ivr import repository, values
from unificx.ivr.ports import Speech
from unificx.ivr.schemas import Menu, MenuChange, NewMenu
from unificx.privacy import KeyStore
from unificx.prompts import ANY
from unificx.routing import CallApp, Destination, DestinationDirectory, DestinationRef, PathObject, TenantObject

MENU_APP = "menu"
"""The app that runs the menu of its argument."""
MENU_KIND = "menu"


@dataclass(frozen=True, slots=True)
class MenuDependencies:
    """Collaborators of `MenuService`."""

    database: Database
    keys: KeyStore
    directory: DirectoryCache
    destinations: DestinationDirectory
    sounds: CustomSounds
    speech: Speech
    clock: Clock


class MenuService:
    """All menus of the installation. Call `start` first; lookups are served from memory.

    Implements `DestinationKind`.
    """

    kind = MENU_KIND

    def __init__(self, deps: MenuDependencies) -> None:
        self._deps = deps
        self._menus = MemoryCopy[Menu](lambda menu: menu.number)

    async def start(self) -> None:
        """Load all menus."""
        async with self._deps.database.read() as session:
            for menu in await repository.all_menus(session, self._deps.keys):
                self._menus.put(menu)

    # ---- lookups

    def by_number(self, tenant_id: str, number: str) -> Menu | None:
        """Return the menu with a number."""
        return self._menus.named(tenant_id, number)

    def by_id(self, menu_id: str) -> Menu | None:
        return self._menus.get(menu_id)

    def find_menu(self, tenant_id: str, reference: str) -> Menu:
        """Return a menu by id or number. Raises NotFound."""
        menu = self._menus.find(tenant_id, reference)
        if menu is None:
            raise _not_found()
        return menu

    def menus_of_tenant(self, tenant_id: str) -> Sequence[Menu]:
        """Return the menus of a tenant in order of creation."""
        return self._menus.of_tenant(tenant_id)

    def list(self, tenant_id: str, cursor: str | None = None, limit: int = 100) -> Page[Menu]:
        """Return a page of menus. Raises Invalid for an invalid cursor."""
        return self._menus.page(tenant_id, cursor, limit)

    def sound_of(self, tenant_id: str, number: str) -> str | None:
        """Return the name of the sound that a menu plays."""
        menu = self.by_number(tenant_id, number)
        return (menu.greeting or _sound(menu.sound)) if menu is not None else None

    # ---- the kind of destination

    def find(self, tenant_id: str, name: str) -> Destination | None:
        menu = self.by_number(tenant_id, name)
        if menu is None:
            return None
        return TenantObject(CallApp(MENU_APP, (menu.id,)), PathObject("menu", menu.number, menu.name))

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        return self.find(tenant_id, dialled)

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        return {menu.number: _targets(menu) for menu in self.menus_of_tenant(tenant_id)}

    # ---- changes

    async def create(self, tenant_id: str, new: NewMenu) -> Menu:
        """Create a menu. Raises Invalid; Conflict if the number is in use or no voice is installed; StorageFull."""
        values.check_prompt(new.say, new.sound)
        menu = Menu(
            id=self._deps.clock.new_id(),
            tenant_id=tenant_id,
            number=new.number,
            name=check_name(new.name or new.number),
            created=self._deps.clock.now(),
            otherwise=DestinationRef.parse(new.otherwise, "otherwise"),
            settings=values.check_settings(new.settings),
            say=values.check_say(new.say) if new.say else "",
            sound=_sound(new.sound),
            keys=values.check_keys(new.keys),
        )
        self._check(menu)
        menu = await self._with_greeting(menu)
        try:
            async with self._deps.database.begin() as uow:
                await self._deps.destinations.lock(uow, tenant_id)
                self._check(menu)  # again: destinations may have changed while the text was spoken
                await allocate_number(uow.session, tenant_id, menu.number, "menu")
                await repository.insert_menu(uow.session, self._deps.keys, menu)
                uow.after_commit.append(partial(self._menus.put, menu))
        except BaseException:
            await self._drop_greeting(menu)
            raise
        return menu

    async def update(self, menu: Menu, change: MenuChange, condition: Precondition[Menu] = unconditional) -> Menu:
        """Change a menu; calls in it continue with the new settings. Raises Invalid; NotFound for a deleted menu;
        Conflict if it was changed meanwhile or no voice is installed; StorageFull; what `condition` raises."""
        condition(menu)  # before a text is spoken
        after = self._changed(menu, change)
        self._check(after)
        spoken_anew = (after.say, after.settings.language) != (menu.say, menu.settings.language)
        if spoken_anew:
            after = await self._with_greeting(after)
        try:
            async with self._deps.database.begin() as uow:
                await self._deps.destinations.lock(uow, menu.tenant_id)
                await lock_scope(uow.session, "menu", menu.id)
                stored = await repository.get_menu(uow.session, self._deps.keys, menu.tenant_id, menu.id)
                if stored is None:
                    raise _not_found()
                condition(stored)
                if stored != menu:
                    raise Conflict("The menu was changed meanwhile.", hint="Try again.")
                self._check(after)  # again: destinations may have changed while the text was spoken
                await repository.update_menu(uow.session, self._deps.keys, after)
                uow.after_commit.append(partial(self._menus.put, after))
        except BaseException:
            if spoken_anew:
                await self._drop_greeting(after)
            raise
        if spoken_anew:
            await self._drop_greeting(menu)
        return after

    async def set_sound(self, tenant_id: str, number: str, name: str) -> None:
        """Have a menu play a sound, not its text. Raises NotFound; Invalid; Conflict if it was changed meanwhile."""
        await self.update(self.find_menu(tenant_id, number), MenuChange(sound=name))

    async def delete(self, menu: Menu, condition: Precondition[Menu] = unconditional) -> None:
        """Delete a menu and release its number. Raises Conflict that names what leads to it, NotFound; what `condition`
        raises."""
        async with self._deps.database.begin() as uow:
            await self._deps.destinations.lock(uow, menu.tenant_id)
            await lock_scope(uow.session, "menu", menu.id)
            stored = await repository.get_menu(uow.session, self._deps.keys, menu.tenant_id, menu.id)
            if stored is None:
                raise _not_found()  # its number may be that of another object by now
            condition(stored)
            self._deps.destinations.require_unused(menu.tenant_id, DestinationRef(MENU_KIND, menu.number))
            await repository.delete_menu(uow.session, menu.tenant_id, menu.id)
            await release_number(uow.session, menu.tenant_id, menu.number)
            uow.after_commit.append(partial(self._menus.drop, menu))
        await self._drop_greeting(stored)

    async def on_tenant_deleted(self, event: TenantDeleted, uow: UnitOfWork) -> None:
        """Delete the menus of a deleted tenant. Outbox handler."""
        await repository.delete_tenant_menus(uow.session, event.tenant)
        for menu in self.menus_of_tenant(event.tenant):
            uow.after_commit.append(partial(self._menus.drop, menu))

    # ---- inside

    def _changed(self, menu: Menu, change: MenuChange) -> Menu:
        say, sound = menu.say, menu.sound
        if change.say is not None or change.sound is not None:
            say, sound = change.say or "", change.sound or ""
            values.check_prompt(say, sound)
        return replace(
            menu,
            name=menu.name if change.name is None else check_name(change.name),
            settings=values.apply_change(menu.settings, change),
            say=values.check_say(say) if change.say else say,
            sound=_sound(sound),
            greeting=menu.greeting if say else "",
            keys=menu.keys if change.keys is None else values.check_keys(change.keys),
            otherwise=menu.otherwise
            if change.otherwise is None
            else DestinationRef.parse(change.otherwise, "otherwise"),
        )

    def _check(self, menu: Menu) -> None:
        """Check where a menu leads, and that its sound exists. Raises Invalid."""
        destinations, owner = self._deps.destinations, DestinationRef(MENU_KIND, menu.number)
        if menu.sound:
            destinations.check(menu.tenant_id, None, [DestinationRef("prompt", menu.sound)], "sound")
        destinations.check(menu.tenant_id, owner, [menu.otherwise], "otherwise")
        destinations.check(menu.tenant_id, owner, _targets(menu), "keys")

    async def _with_greeting(self, menu: Menu) -> Menu:
        """Return the menu with its text stored as audio, in its language or that of the tenant."""
        if not menu.say:
            return menu
        language = menu.settings.language or self._deps.directory.language(menu.tenant_id)
        sound = await self._deps.speech.spoken(menu.say, language)
        greeting = f"{MENU_SOUNDS}{self._deps.clock.new_id()}"
        await self._deps.sounds.put((menu.tenant_id, ANY, greeting), sound)
        return replace(menu, greeting=greeting)

    async def _drop_greeting(self, menu: Menu) -> None:
        sound = self._deps.sounds.get(menu.tenant_id, ANY, menu.greeting) if menu.greeting else None
        if sound is not None:
            await self._deps.sounds.drop(sound)


def _sound(text: str) -> str:
    """Return the full name of a sound. Raises Invalid."""
    name = sound_name(text) if text else ""
    if name is None:
        raise Invalid("This is not the name of a sound.", field="sound", hint="See `unificx sound list`.")
    return name


def _targets(menu: Menu) -> tuple[DestinationRef, ...]:
    sound = (DestinationRef("prompt", menu.sound),) if menu.sound else ()
    return (*dict.fromkeys((*menu.keys.values(), menu.otherwise)), *sound)


def _not_found() -> NotFound:
    return NotFound("Menu not found.")
