"""Schemas of custom roles."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import Input, Output
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


class CustomRole(Output):
    """A role that the organisation has made. Its holders have its permissions beside those of every user."""

    id: str
    name: str
    permissions: list[str]
    created: datetime
    members: int = Field(description="How many people have it.")
    editable: bool = Field(description="Whether you have all of its permissions, and so may change it and give it.")


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
