"""Schemas of API keys."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx.api.schemas.core import REFERENCE, Input, Name, Output

Scope = Literal[
    "own",
    "directory:read",
    "contacts",
    "contacts:change",
    "people:read",
    "people:change",
    "settings:change",
    "calls:read",
    "calls:control",
    "history:read",
    "billing:read",
    "billing:change",
    "resell",
    "scim",
    "assistant",
    "assistant:act",
    "installation",
    "people_read",
    "people_change",
    "sign_in_help",
    "phones_change",
    "company_contacts",
    "calls_read",
    "calls_control",
    "history_read",
    "recordings_change",
    "routing_change",
    "queues_change",
    "announcements_change",
    "trunks_change",
    "billing_read",
    "invoices_change",
    "tenant_change",
    "privacy_change",
]
_SCOPES = (
    "`own`: what belongs to the user, such as their calls and messages; `directory:read`: names, numbers, rooms, "
    "groups; `contacts`, `contacts:change`: address books over CardDAV; only the second changes company contacts; "
    "`people:read`, `people:change`: people, phones and routing; `settings:change`: settings, webhooks; "
    "`calls:read`, `calls:control`: live calls; `history:read`: call records; "
    "`resell`: tenants of a reseller; `scim`: accounts, for an identity provider; "
    "`assistant`, `assistant:act`: tools at /mcp, only reading or also acting, within the other scopes; "
    "`billing:read`: prices and costs; `billing:change` and `installation`: for operators. "
    "With an underscore: one permission of custom roles each, see `/api/v1/roles/permissions`."
)


class ApiKey(Output):
    """An API key, without its text."""

    id: str
    tenant_id: str
    person_id: str = Field(description="The user whose rights it has.")
    name: str
    prefix: str = Field(description="The first characters of the key.", examples=["ucx_3vQx9aLm"])
    scopes: list[Scope]
    created: datetime
    expires: datetime
    last_used: date | None = Field(description="The day of the last request; null if it was never used.")


class CreatedApiKey(ApiKey):
    """A new API key."""

    token: str = Field(description="The key itself, shown once: `Authorization: Bearer ucx_…`.")


class NewApiKey(Input):
    name: Name
    scopes: Annotated[
        list[Scope],
        Field(default_factory=list, max_length=40, description=f"{_SCOPES} Empty: all that the user may do."),
    ]
    days: Annotated[int, Field(ge=1, le=366, description="Days until it expires.")] = 90
    person_id: Annotated[str, Field(max_length=64, pattern=REFERENCE)] | None = Field(
        default=None, description="The user whose rights it has; only on the server itself. Default: you."
    )
