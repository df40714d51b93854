"""Schemas of single sign-on."""

from datetime import datetime

from pydantic import Field, SecretStr

from unificx.api.schemas.core import Input, Output


class SingleSignOn(Output):
    """Single sign-on provider of a tenant (OpenID Connect)."""

    issuer: str
    client_id: str
    link_by_email: bool
    changed: datetime
    redirect_uri: str = Field(description="Redirect URI to register at the provider.")


class NewSingleSignOn(Input):
    """The provider's discovery document is fetched before the settings are stored."""

    issuer: str = Field(max_length=500, examples=["https://login.example.com"])
    client_id: str = Field(min_length=1, max_length=500)
    client_secret: SecretStr | None = Field(
        default=None,
        max_length=500,
        description="Never returned. Omitted: the current secret stays, if issuer and client are unchanged;"
        " empty: no secret.",
    )
    link_by_email: bool = Field(
        default=False, description="Whether an e-mail address verified by the provider identifies the account."
    )


class SingleSignOnRedirect(Output):
    """Where to send the browser to link the account."""

    url: str


class SingleSignOnStatus(Output):
    linked: bool = Field(description="Whether the account is linked with the tenant's provider.")
