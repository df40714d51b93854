"""Number plan of a tenant. Each number belongs to one dialable object, which allocates it in the unit of work that
creates it and releases it when it is deleted."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict
from unificx.identity.models import NumberRow
from unificx.identity.policies import validation

_NUMBER = cast("Table", NumberRow.__table__)


async def allocate_number(session: AsyncSession, tenant_id: str, text: str, kind: str) -> str:
    """Allocate a number and return it as stored. Raise Invalid for a malformed one, Conflict if it is in use."""
    [number] = await allocate_numbers(session, tenant_id, [text], kind)
    return number


async def allocate_numbers(session: AsyncSession, tenant_id: str, texts: Sequence[str], kind: str) -> list[str]:
    """Allocate numbers, at least one, by one statement; like `allocate_number`."""
    numbers = [validation.number(text) for text in texts]
    rows = [{"tenant_id": tenant_id, "number": number, "kind": kind} for number in numbers]
    try:
        await session.execute(insert(_NUMBER), rows)
    except IntegrityError:
        # From None: the driver's message quotes the values.
        hint = "Choose another one: extensions, groups, queues, menus, rooms and mailboxes share the numbers."
        raise Conflict("This number is already in use.", hint=hint, field="number") from None
    return numbers


async def release_number(session: AsyncSession, tenant_id: str, number: str) -> None:
    """Release a number."""
    await session.execute(delete(NumberRow).where(NumberRow.tenant_id == tenant_id, NumberRow.number == number))
