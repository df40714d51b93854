"""Schemas of single sign-on."""

from datetime import datetime

from pydantic import Field, SecretStr

from unificx.api.schemas.core import Input, Output


class SingleSignOn(Output):
    """Single sign-on provider of a tenant (OpenID Connect)."""

    issuer: str
    client_id: str
    link_by_email: bool
    has_secret: bool = Field(description="Whether a client secret is stored. It is never returned.")
    changed: datetime
    redirect_uri: str = Field(description="Redirect URI to register at the provider.")


class SingleSignOnSetup(Output):
    """The addresses to register at a provider, and the provider that is set."""

    redirect_uri: str = Field(description="Redirect URI (OpenID Connect Core section 3.1.2.1).")
    initiate_login_uri: str = Field(
        description="Begins a sign-in, for a tile at the provider (OpenID Connect Core section 4)."
    )
    provider: SingleSignOn | None = Field(description="Null before one is set.")


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
