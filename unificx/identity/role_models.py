"""Tables of custom roles."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ScalarSelect, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


class CustomRoleRow(Base):
    """A role that administrators of a tenant have made."""

    __tablename__ = "custom_role"
    __table_args__ = (UniqueConstraint("tenant_id", "name_key"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    name: Mapped[str] = plain("text of the tenant that names a role, not a person")
    name_key: Mapped[str] = plain("the same in lower case, for its uniqueness")
    permissions: Mapped[str] = plain("names of permissions")
    created: Mapped[datetime] = plain("creation time")


class PersonRoleRow(Base):
    """A custom role of a person. Deleted with the account; a role that is referred to cannot be deleted."""

    __tablename__ = "person_role"

    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"), primary_key=True)
    role_id: Mapped[str] = plain("custom role id", ForeignKey("custom_role.id"), primary_key=True, index=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)


def granted_to(person_id: Any, tenant_id: Any) -> ScalarSelect[str]:
    """Return the subquery for the permissions of the custom roles of a person, separated by spaces. It is part of the
    statement that reads the account, so that a role has effect on the next request."""
    query = select(func.aggregate_strings(CustomRoleRow.permissions, " ")).where(
        PersonRoleRow.person_id == person_id,
        PersonRoleRow.tenant_id == tenant_id,
        CustomRoleRow.tenant_id == PersonRoleRow.tenant_id,
        CustomRoleRow.id == PersonRoleRow.role_id,
    )
    return query.correlate_except(CustomRoleRow, PersonRoleRow).scalar_subquery()
