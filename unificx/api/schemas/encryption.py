"""Schemas of conversations that are encrypted end to end."""

from typing import Annotated

from pydantic import Base64Bytes, Field

from unificx import chat
from unificx.api.schemas.core import REFERENCE, Input, Output

DeviceId = Annotated[str, Field(min_length=16, max_length=64, pattern=REFERENCE)]
DeviceIds = Annotated[list[DeviceId], Field(max_length=chat.MAX_CLAIMED)]
Package = Annotated[
    Base64Bytes, Field(max_length=2 * chat.MAX_PACKAGE, description="A KeyPackage (RFC 9420 section 10) in base64.")
]
Change = Annotated[Base64Bytes, Field(max_length=2 * chat.MAX_CHANGE)]
_ROUND = "Number of the newest change of the group."


class NewKeyPackages(Input):
    """Key packages of a device. Those beyond fifty are ignored."""

    id: DeviceId = Field(description="Random; made by the device.")
    key_packages: list[Package] = Field(max_length=chat.MAX_KEY_PACKAGES, description="Each is used once.")
    last_resort: Package | None = Field(default=None, description="Used when there is no other; for a new device.")


class RegisteredDevice(Output):
    id: str
    key_packages: int = Field(description="Number of stored key packages, without the last resort.")


class ChatDevice(Output):
    """A device of a member."""

    id: str
    person_id: str
    joined: int | None = Field(description="Number of the change that has added it to the group; null: it waits.")
    from_seq: int = Field(description="Number of the last message before that.")


class EncryptionChange(Output):
    """A change of the group."""

    round: int = Field(description="Its number.")
    restart: bool = Field(description="It starts a new group.")
    body: str = Field(description="A Commit (RFC 9420 section 12.4) in base64.")
    welcome: str | None = Field(description="For the devices that it has added.")


class EncryptionGroup(Output):
    """The MLS group of a conversation."""

    round: int = Field(description=_ROUND)
    own: str | None = Field(description="Id of the device of your session; null: register one.")
    key_packages: int = Field(description="Number of stored key packages of the device of your session.")
    devices: list[ChatDevice] = Field(description="Of all members.")
    welcome: EncryptionChange | None = Field(description="The change that has added the device of your session.")
    changes: list[EncryptionChange] = Field(description="The first twenty changes after the one named.")
    oldest: int = Field(
        description="Place of the oldest message that has not ended. Devices delete what they have of earlier ones."
    )


class ClaimedDevices(Input):
    device_ids: DeviceIds


class KeyPackage(Output):
    device_id: str
    person_id: str
    key_package: str


class NewEncryptionChange(Input):
    """A change. Refused with `stale_round` if another one has come first."""

    round: int = Field(ge=0, le=2**31 - 1, description=_ROUND)
    restart: bool = Field(default=False, description="Starts a new group, which is refused while a device is in one.")
    body: Change
    welcome: Change | None = None
    added: DeviceIds
    removed: DeviceIds


class EncryptionRound(Output):
    round: int = Field(description=_ROUND)
