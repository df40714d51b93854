"""Being reached by push."""

from typing import Annotated

from pydantic import Field

from unificx.notices import LONGEST_ENDPOINT
from unificx.web.models.core import Input, Output

Base64Url = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+=*$")]


class PushKey(Output):
    key: str = Field(description="What a browser subscribes with: `applicationServerKey`, base64url.")


class SubscriptionKeys(Input):
    p256dh: Base64Url = Field(description="The browser's public key.")
    auth: Base64Url = Field(description="The secret it shares with us.")


class PushSubscription(Input):
    """What a browser's PushSubscription says of itself."""

    endpoint: str = Field(
        min_length=1, max_length=LONGEST_ENDPOINT, examples=["https://push.example.com/send/AbCdEf"], repr=False
    )
    keys: SubscriptionKeys
    expirationTime: float | None = Field(default=None, description="Taken, and not looked at.")  # noqa: N815


class BegunPushTest(Output):
    id: str = Field(description="The test's id; the push carries it.")


class PushTest(Output):
    """How a test push fares."""

    sent: bool = Field(description="The push service took it.")
    seen: bool = Field(description="It came to the device.")
    problem: str | None = Field(description="Why it was not sent: gone, refused or unreachable.")
