"""Schemas of custom roles."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, Output, Versioned
from unificx.identity import ASSIGNABLE, Action, PermissionArea

PermissionNames = Annotated[
    list[Action],
    Field(
        min_length=1,
        max_length=sum(len(actions) for actions in ASSIGNABLE.values()),
        description="Names of permissions, see /api/v1/roles/permissions.",
        examples=[["people_read", "phones_change"]],
    ),
]
RoleName = Annotated[str, Field(min_length=1, max_length=60, examples=["Helpdesk"])]


class Permission(Output):
    """A permission that a custom role may hold."""

    name: str
    area: PermissionArea
    needs: str | None = Field(description="The permission without which its pages show nothing.")
    own: bool = Field(description="Whether you have it yourself, and so may pass it on.")


class CustomRole(Versioned):
    """A role that the organisation has made. Its holders have its permissions beside those of every user."""

    live: ClassVar[Mapping[str, Any]] = {"members": True, "groups": True, "editable": True}

    id: str
    name: str
    permissions: list[str]
    created: datetime
    members: int = Field(description="How many people were given it.")
    groups: list[str] = Field(description="Ids of the groups of the identity provider whose members have it as well.")
    editable: bool = Field(description="Whether you have all of its permissions, and so may change it and give it.")


class PersonRole(CustomRole):
    """A role of a person."""

    live: ClassVar[Mapping[str, Any]] = {**CustomRole.live, "given": True}

    given: bool = Field(
        description="Whether the person was given it; false if they have it only by a group of the identity provider."
    )


class ProvisionedGroup(Output):
    """A group that the identity provider of the organisation has created by SCIM."""

    id: str
    name: str
    external_id: str = Field(description="Its id at the identity provider, or empty.")
    members: int = Field(description="How many people are in it.")
    role_id: str | None = Field(description="The role that its members have.")
    created: datetime


class GroupLink(Input):
    """The role that the members of a group have from now on. It ends with the membership."""

    role_id: Annotated[str, Field(min_length=1, max_length=64, pattern=REFERENCE)] | None = Field(
        default=None, description="Id of a custom role; null or absent for none."
    )


class RoleMember(Output):
    """A person who has a role."""

    id: str
    name: str = Field(repr=False)
    email: str = Field(repr=False)


class NewCustomRole(Input):
    """A role to make."""

    name: RoleName
    permissions: PermissionNames


class CustomRoleChange(Input):
    """Absent fields stay unchanged."""

    name: RoleName | None = None
    permissions: PermissionNames | None = None
