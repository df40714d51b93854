"""Input and output types of chat. Frozen; texts are excluded from `repr`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from unificx.attachments import Attachment

ConversationKind = Literal["direct", "group"]
"""Between two people, or a group with owners."""
MemberRole = Literal["owner", "member"]
MessageState = Literal["sent", "deleted", "erased"]
"""`deleted` for everyone by its author or an owner; `erased` with the personal data of its author."""


@dataclass(frozen=True, slots=True)
class Party:
    """The person who acts: a user of a tenant."""

    tenant_id: str
    person_id: str
    subject: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a conversation. Messages up to `read_seq` are read, those up to `delivered_seq` are on a device."""

    person_id: str
    role: MemberRole
    joined: datetime
    from_seq: int
    """Messages up to this number were sent before they joined, and are not shown to them."""
    read_seq: int
    delivered_seq: int
    shares_marks: bool
    """Whether others see what this member has received and read, and this member what others have."""
    muted: bool = False
    """Whether only mentions of this member notify them."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation. `last_seq` is the number of its newest message or change."""

    id: str
    tenant_id: str
    kind: ConversationKind
    created: datetime
    changed: datetime
    last_seq: int
    newest: str
    """Id of the newest message, "" for none."""
    period: str | None
    """ISO 8601 duration after which messages disappear, from their sending on; None for the tenant's period."""
    name: str = field(default="", repr=False)
    round: int | None = None
    """Number of the newest change of its MLS group; None: it is not encrypted end to end."""

    @property
    def is_encrypted(self) -> bool:
        return self.round is not None


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as one of its members sees it."""

    conversation: Conversation
    me: Member
    members: tuple[Member, ...]
    member_count: int
    unread: int
    newest: "Message | None"


@dataclass(frozen=True, slots=True)
class NewConversation:
    """`members` are numbers or ids of extensions. With one of them and no name it is a direct conversation."""

    members: tuple[str, ...]
    name: str = field(default="", repr=False)
    encrypted: bool = False
    """End to end: it stays so, and two people have one such conversation beside an ordinary one."""


@dataclass(frozen=True, slots=True)
class ConversationChange:
    """None leaves a value unchanged; period "" stands for the tenant's."""

    name: str | None = field(default=None, repr=False)
    period: str | None = None


@dataclass(frozen=True, slots=True)
class OwnChange:
    """Settings of a conversation for one member. None leaves a value unchanged."""

    shares_marks: bool | None = None
    muted: bool | None = None


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A body that only devices of the members open: a PrivateMessage of MLS in base64."""

    round: int
    """Number of the change of the group whose keys open it."""
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewMessage:
    """`client_id` is made by the client: the same one again makes no second message."""

    client_id: str
    text: str = field(repr=False)
    reply_to: str | None = None
    mentions: tuple[str, ...] = ()
    """Ids of persons; the text refers to each by `@[id]`."""
    attachments: tuple[str, ...] = ()
    """Ids of files that its author has uploaded."""
    encrypted: Encrypted | None = None
    """In place of the text, in a conversation that is encrypted end to end."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `seq` is its place in the conversation, `revision` the number of its last change; both come from one
    counter of the conversation. `text` is None unless its state is `sent`."""

    id: str
    conversation_id: str
    seq: int
    revision: int
    client_id: str
    person_id: str
    """Its author; "" for an erased person."""
    state: MessageState
    created: datetime
    edited: datetime | None
    expires: datetime | None
    reply_to: str | None
    text: str | None = field(repr=False)
    mentions: tuple[str, ...] = ()
    reactions: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Emoji by person."""
    pinned: datetime | None = None
    attachments: tuple[Attachment, ...] = ()
    encrypted: Encrypted | None = None
    """In place of the text."""
    encrypted_reactions: Mapping[str, Encrypted] = field(default_factory=dict[str, Encrypted])
    """By person, in place of the reactions."""


@dataclass(frozen=True, slots=True)
class ChatDevice:
    """A device that takes part in encrypted conversations."""

    id: str
    person_id: str
    joined: int | None = None
    """Number of the change that has added it to the group at hand; None: it is not in it."""
    from_seq: int = 0
    """Number of the last message before that."""


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A change of the MLS group of a conversation. `round` is its number, `restart` whether it starts a new group."""

    round: int
    restart: bool
    body: bytes = field(repr=False)
    welcome: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class NewGroupChange:
    """A change as a device reports it, with the devices that it adds and removes."""

    change: GroupChange
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GroupView:
    """The MLS group of a conversation as a device sees it. `changes` are those after the one that it has named."""

    round: int
    own: str
    """Id of the device of the session; "" for none."""
    key_packages: int
    """Of the device, without the last resort."""
    devices: tuple[ChatDevice, ...]
    """Of all members."""
    welcome: GroupChange | None
    """The change that has added the device."""
    changes: tuple[GroupChange, ...]
    oldest: int
    """Place of the oldest message that has not ended."""


@dataclass(frozen=True, slots=True)
class PhoneDelivery:
    """A message on its way to a phone of a member; `created` and `seq` are those of the message."""

    id: str
    tenant_id: str
    conversation_id: str
    message_id: str
    person_id: str
    device_id: str
    seq: int
    created: datetime
    due: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class PhoneText:
    """The text of a delivery. `group` is the name of its group, "" between two people."""

    delivery: PhoneDelivery
    author_id: str
    sent: datetime
    group: str = field(repr=False)
    text: str = field(repr=False)
