"""All SQL on menus, and sealing and opening of their texts and destinations."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.db import Erased, Keys, SealedCodec
from unificx.ivr.models import MenuPart, MenuRow
from unificx.ivr.schemas import Menu, MenuSettings
from unificx.routing import DestinationRef

CODEC = SealedCodec(MenuRow, MenuPart)


async def all_menus(session: AsyncSession, keys: Keys) -> list[Menu]:
    """Return all menus of the installation, for the in-memory cache. Unreadable ones are left out."""
    # scope: all tenants, because calls of each of them are answered from memory.
    rows = (await session.scalars(select(MenuRow).order_by(MenuRow.id))).all()
    return [menu for row in rows if (menu := _to_menu(keys, row)) is not None]


async def get_menu(session: AsyncSession, keys: Keys, tenant_id: str, menu_id: str) -> Menu | None:
    """Return a menu, None if it does not exist."""
    row = await session.scalar(select(MenuRow).where(MenuRow.tenant_id == tenant_id, MenuRow.id == menu_id))
    return _to_menu(keys, row) if row is not None else None


async def insert_menu(session: AsyncSession, keys: Keys, menu: Menu) -> None:
    own = {"id": menu.id, "tenant_id": menu.tenant_id, "number": menu.number, "created": menu.created}
    await session.execute(insert(MenuRow).values(**own, subject_id=menu.id, **_mutable_columns(keys, menu)))


async def update_menu(session: AsyncSession, keys: Keys, menu: Menu) -> None:
    await session.execute(
        update(MenuRow)
        .where(MenuRow.tenant_id == menu.tenant_id, MenuRow.id == menu.id)
        .values(**_mutable_columns(keys, menu))
    )


async def delete_menu(session: AsyncSession, tenant_id: str, menu_id: str) -> None:
    await session.execute(delete(MenuRow).where(MenuRow.tenant_id == tenant_id, MenuRow.id == menu_id))


async def delete_tenant_menus(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(MenuRow).where(MenuRow.tenant_id == tenant_id))


def _mutable_columns(keys: Keys, menu: Menu) -> dict[str, object]:
    part = MenuPart(menu.say, tuple(f"{key}={ref}" for key, ref in menu.keys.items()), str(menu.otherwise))
    [sealed] = CODEC.seal(keys, menu.tenant_id, [(menu.id, menu.id, part)])
    own = {"name": menu.name, "sound": menu.sound, "greeting": menu.greeting, "sealed": sealed}
    return {**own, **asdict(menu.settings)}


def _to_menu(keys: Keys, row: MenuRow) -> Menu | None:
    [part] = CODEC.open(keys, row.tenant_id, [(row.subject_id, row.id, row.sealed)])
    if isinstance(part, Erased):
        return None
    return Menu(
        id=row.id,
        tenant_id=row.tenant_id,
        number=row.number,
        name=row.name,
        created=row.created,
        otherwise=DestinationRef.parse(part.otherwise),
        settings=MenuSettings(row.language, row.timeout, row.attempts, row.direct_dial),
        greeting=row.greeting,
        say=part.say,
        sound=row.sound,
        keys={each[0]: DestinationRef.parse(each[2:]) for each in part.keys},
    )
