"""Number plan of a tenant. Each number belongs to one dialable object, which allocates it in the unit of work that
creates it and releases it when it is deleted."""

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.core.errors import Conflict
from unificx.identity.models import NumberRow
from unificx.identity.policies import validation


async def allocate_number(session: AsyncSession, tenant_id: str, text: str, kind: str) -> str:
    """Allocate a number and return it as stored. Raise Invalid for a malformed one, Conflict if it is in use."""
    number = validation.number(text)
    try:
        await session.execute(insert(NumberRow).values(tenant_id=tenant_id, number=number, kind=kind))
    except IntegrityError:
        # From None: the driver's message quotes the values.
        hint = "Choose another one: extensions, groups, queues, menus, rooms and mailboxes share the numbers."
        raise Conflict("This number is already in use.", hint=hint, field="number") from None
    return number


async def release_number(session: AsyncSession, tenant_id: str, number: str) -> None:
    """Release a number."""
    await session.execute(delete(NumberRow).where(NumberRow.tenant_id == tenant_id, NumberRow.number == number))
