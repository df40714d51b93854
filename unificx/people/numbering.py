"""An organisation's numbers. Each leads to one thing: whoever makes something that can be dialled takes a number for it
in the same unit of work, and gives it back when the thing goes."""

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.kernel.errors import Conflict
from unificx.people.rules import values
from unificx.people.tables import NumberRow


async def take_number(session: AsyncSession, tenant_id: str, text: str, kind: str) -> str:
    """Take a number; what it is kept as. Raises Invalid for one that is none; Conflict if anything else has it."""
    number = values.number(text)
    try:
        await session.execute(insert(NumberRow).values(tenant_id=tenant_id, number=number, kind=kind))
    except IntegrityError:
        # From None: the driver's words quote the values.
        raise Conflict("That number is taken.", field="number") from None
    return number


async def release_number(session: AsyncSession, tenant_id: str, number: str) -> None:
    """Give a number back."""
    await session.execute(delete(NumberRow).where(NumberRow.tenant_id == tenant_id, NumberRow.number == number))
