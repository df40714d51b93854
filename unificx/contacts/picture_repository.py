"""All SQL on pictures of users and of contacts, and their sealing and opening."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from unificx.contacts.models import ContactPicturePart, ContactPictureRow, PersonPictureRow, PicturePart
from unificx.contacts.schemas import AddressBook, Contact, ContactPicture
from unificx.db import Erased, Keys, SealedCodec, owned_by

CODEC = SealedCodec(PersonPictureRow, PicturePart)
_ROW = PersonPictureRow
_CONTACT_CODEC = SealedCodec(ContactPictureRow, ContactPicturePart)
_CONTACT_ROW = ContactPictureRow
_BATCH = 200
"""Pictures that are opened at a time."""


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


# ---- pictures of contacts


async def of_contacts(
    session: AsyncSession, keys: Keys, tenant_id: str, contact_ids: Sequence[str]
) -> dict[str, ContactPicture]:
    """Return the pictures of contacts, by their ids."""
    found: dict[str, ContactPicture] = {}
    for start in range(0, len(contact_ids), _BATCH):
        chosen = (
            owned_by(_CONTACT_ROW.tenant_id, tenant_id),
            _CONTACT_ROW.contact_id.in_(contact_ids[start:][:_BATCH]),
        )
        rows = (await session.scalars(select(_CONTACT_ROW).where(*chosen))).all()
        opened = _CONTACT_CODEC.open(keys, tenant_id, [(row.subject_id, row.contact_id, row.sealed) for row in rows])
        for row, part in zip(rows, opened, strict=True):
            if not isinstance(part, Erased):
                found[row.contact_id] = ContactPicture(b64decode(part.image), part.source)
    return found


async def put_of_contacts(
    session: AsyncSession, keys: Keys, pictures: Sequence[tuple[Contact, ContactPicture]]
) -> None:
    """Store pictures of contacts of one tenant, in place of the present ones, or remove those."""
    for start in range(0, len(pictures), _BATCH):
        batch = pictures[start : start + _BATCH]
        tenant_id, ids = batch[0][0].tenant_id, [one.id for one, _ in batch]
        replaced = delete(_CONTACT_ROW).where(owned_by(_CONTACT_ROW.tenant_id, tenant_id))
        await session.execute(replaced.where(_CONTACT_ROW.contact_id.in_(ids)))
        present = [(one, each) for one, each in batch if each.image]
        parts = [
            (one.subject, one.id, ContactPicturePart(b64encode(each.image).decode(), each.source))
            for one, each in present
        ]
        sealed = _CONTACT_CODEC.seal(keys, tenant_id, parts)
        rows = [
            {"contact_id": one.id, "tenant_id": tenant_id, "subject_id": one.subject, "sealed": blob}
            for (one, _), blob in zip(present, sealed, strict=True)
        ]
        if rows:
            await session.execute(insert(_CONTACT_ROW), rows)
