"""Tables of custom roles, and of the groups of identity providers that can be linked to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ScalarSelect, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped

from unificx.db.base import Base, plain


def name_key(name: str) -> str:
    """Return the form of a name in which two roles, or two groups, of a tenant must differ (`name_key`)."""
    return name.casefold()


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


class ProvisionedGroupRow(Base):
    """A group of the identity provider (SCIM), whose members have a custom role if an administrator has linked it."""

    __tablename__ = "provisioned_group"
    __table_args__ = (UniqueConstraint("tenant_id", "name_key"),)

    id: Mapped[str] = plain("random row id", primary_key=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"))
    name: Mapped[str] = plain("text of the tenant that names a group, not a person")
    name_key: Mapped[str] = plain("the same in lower case, for its uniqueness")
    external_id: Mapped[str] = plain("id of the group at the identity provider, or empty")
    role_id: Mapped[str | None] = plain("custom role id, if linked", ForeignKey("custom_role.id"), index=True)
    created: Mapped[datetime] = plain("creation time")


class ProvisionedMemberRow(Base):
    """A member of a group of the identity provider. Deleted with the account."""

    __tablename__ = "provisioned_member"

    person_id: Mapped[str] = plain("person id", ForeignKey("person.id"), primary_key=True)
    group_id: Mapped[str] = plain("group id", ForeignKey("provisioned_group.id"), primary_key=True, index=True)
    tenant_id: Mapped[str] = plain("tenant id", ForeignKey("tenant.id"), index=True)


def granted_to(person_id: Any, tenant_id: Any) -> ScalarSelect[str]:
    """Return the subquery for the permissions of the custom roles of a person, separated by spaces: of those that they
    were given, and of those of their groups. It is part of the statement that reads the account, so that a role has
    effect on the next request."""
    given = (
        select(PersonRoleRow.role_id)
        .where(PersonRoleRow.person_id == person_id, PersonRoleRow.tenant_id == tenant_id)
        .correlate_except(PersonRoleRow)
    )
    by_group = (
        select(ProvisionedGroupRow.role_id)
        .join(ProvisionedMemberRow, ProvisionedMemberRow.group_id == ProvisionedGroupRow.id)
        .where(ProvisionedMemberRow.person_id == person_id, ProvisionedGroupRow.tenant_id == tenant_id)
        .correlate_except(ProvisionedGroupRow, ProvisionedMemberRow)
    )
    query = select(func.aggregate_strings(CustomRoleRow.permissions, " ")).where(
        CustomRoleRow.id.in_(given) | CustomRoleRow.id.in_(by_group), CustomRoleRow.tenant_id == tenant_id
    )
    return query.correlate_except(CustomRoleRow).scalar_subquery()
