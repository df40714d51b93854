"""Single sign-on, as it goes over the wire."""

from datetime import datetime

from pydantic import Field, SecretStr

from unificx.web.models.core import Input, Output


class SingleSignOn(Output):
    """Where an organisation's people sign in, if not here (OpenID Connect)."""

    issuer: str
    client_id: str
    link_by_email: bool
    changed: datetime
    redirect_uri: str = Field(description="What the provider has to be told of this installation.")


class NewSingleSignOn(Input):
    """The provider is asked for its own description before it is taken."""

    issuer: str = Field(max_length=500, examples=["https://login.example.com"])
    client_id: str = Field(min_length=1, max_length=500)
    client_secret: SecretStr | None = Field(
        default=None,
        max_length=500,
        description="Never shown again. Left out, the one before stays, if issuer and client are the same;"
        " empty, there is none.",
    )
    link_by_email: bool = Field(
        default=False, description="Whether an address that the provider verified is enough to know somebody by."
    )


class SingleSignOnBegun(Output):
    """Where the browser is to go, to be known by the provider from now on."""

    url: str


class OwnSingleSignOn(Output):
    linked: bool = Field(description="The organisation's provider lets one in here.")
