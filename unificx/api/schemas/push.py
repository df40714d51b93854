"""Schemas of push notifications."""

from typing import Annotated

from pydantic import Field

from unificx.api.schemas.core import Input, Output
from unificx.notifications import MAX_ENDPOINT_LENGTH

Base64Url = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+=*$")]


class PushKey(Output):
    key: str = Field(description="`applicationServerKey` for the browser's subscription, base64url.")


class SubscriptionKeys(Input):
    p256dh: Base64Url = Field(description="The browser's public key.")
    auth: Base64Url = Field(description="The browser's authentication secret.")


class PushSubscription(Input):
    """A browser's PushSubscription as JSON."""

    endpoint: str = Field(
        min_length=1, max_length=MAX_ENDPOINT_LENGTH, examples=["https://push.example.com/send/AbCdEf"], repr=False
    )
    keys: SubscriptionKeys
    expirationTime: float | None = Field(default=None, description="Accepted and ignored.")  # noqa: N815


class PushTestStarted(Output):
    id: str = Field(description="Id of the test, contained in the push message.")


class PushTest(Output):
    """State of a test push."""

    sent: bool = Field(description="Accepted by the push service.")
    seen: bool = Field(description="Received by the device.")
    problem: str | None = Field(description="Why it could not be sent: gone, refused or unreachable.")
