"""All SQL on pictures of users, and their sealing and opening."""

from base64 import b64decode, b64encode
from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.contacts.models import PersonPictureRow, PicturePart
from unificx.contacts.schemas import AddressBook
from unificx.db import Erased, Keys, SealedCodec

CODEC = SealedCodec(PersonPictureRow, PicturePart)
_ROW = PersonPictureRow


async def versions(session: AsyncSession, tenant_id: str) -> Mapping[str, str]:
    """Return the versions of the pictures of a tenant, by person."""
    found = await session.execute(select(_ROW.person_id, _ROW.version).where(_ROW.tenant_id == tenant_id))
    return {each.person_id: each.version for each in found}


async def get(session: AsyncSession, keys: Keys, tenant_id: str, person_id: str) -> bytes | None:
    """Return the picture of a person; None without one, and for an erased person."""
    row = await session.scalar(select(_ROW).where(_ROW.tenant_id == tenant_id, _ROW.person_id == person_id))
    if row is None:
        return None
    [part] = CODEC.open(keys, tenant_id, [(row.subject_id, row.person_id, row.sealed)])
    return None if isinstance(part, Erased) else b64decode(part.image)


async def put(session: AsyncSession, keys: Keys, person: AddressBook, version: str, image: bytes) -> None:
    """Store the picture of a person, in place of the present one."""
    await remove(session, person.tenant_id, person.person_id)
    part = PicturePart(b64encode(image).decode())
    [sealed] = CODEC.seal(keys, person.tenant_id, [(person.subject, person.person_id, part)])
    await session.execute(
        insert(_ROW).values(
            person_id=person.person_id,
            tenant_id=person.tenant_id,
            version=version,
            subject_id=person.subject,
            sealed=sealed,
        )
    )


async def remove(session: AsyncSession, tenant_id: str, person_id: str) -> bool:
    """Delete the picture of a person; return whether there was one."""
    chosen = delete(_ROW).where(_ROW.tenant_id == tenant_id, _ROW.person_id == person_id)
    return (await session.execute(chosen.returning(_ROW.person_id))).first() is not None


async def remove_of_subject(session: AsyncSession, tenant_id: str, subject: str) -> None:
    """Delete the picture of an erased person."""
    await session.execute(delete(_ROW).where(_ROW.tenant_id == tenant_id, _ROW.subject_id == subject))


async def remove_of_tenant(session: AsyncSession, tenant_id: str) -> None:
    await session.execute(delete(_ROW).where(_ROW.tenant_id == tenant_id))
