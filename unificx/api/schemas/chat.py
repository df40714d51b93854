"""Schemas of conversations and messages."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from unificx import attachments, chat
from unificx.api.schemas.core import REFERENCE, Input, Output
from unificx.attachments import MAX_ATTACHMENTS, AttachmentKind
from unificx.chat import MAX_MEMBERS, MAX_NAME, MAX_TEXT, ConversationKind, MemberRole, MessageState

PersonId = Annotated[str, Field(max_length=64, pattern=REFERENCE)]
Members = Annotated[
    list[PersonId],
    Field(
        min_length=1, max_length=MAX_MEMBERS, description="Extensions of people: numbers or ids.", examples=[["1002"]]
    ),
]
GroupName = Annotated[str, Field(min_length=1, max_length=MAX_NAME, examples=["Workshop"])]
Text = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_TEXT,
        description="Text. Clients show a safe part of Markdown: bold, italic, strikethrough, code, quotes, links.",
        examples=["Are you in tomorrow?"],
    ),
]
_MENTIONS = (
    "Ids of the members mentioned. The text refers to each by `@[id]`, so that clients show their present names."
)
_SEQ = "Messages have rising numbers in each conversation."


class Reaction(Output):
    """An emoji, and the people who chose it."""

    emoji: str
    person_ids: list[str]


class Attachment(Output):
    """A file of a message."""

    id: str
    kind: AttachmentKind = Field(
        description="Found by content; `voice` is a recorded message, `encrypted` is opaque to the server."
    )
    name: str
    media_type: str
    size: int = Field(description="Bytes.")
    width: int | None = Field(description="Pixels, of photos.")
    height: int | None = Field(description="Pixels, of photos.")
    seconds: float | None = Field(description="Duration of a voice message.")
    peaks: list[int] = Field(description="Peak levels of a voice message from start to end, 0 to 100.")

    @classmethod
    def of(cls, file: attachments.Attachment) -> "Attachment":
        """Return the schema of a file."""
        return cls(
            id=file.id,
            kind=file.kind,
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            width=file.width,
            height=file.height,
            seconds=file.seconds,
            peaks=list(file.peaks),
        )


class EncryptedBody(Output):
    """A body that only devices of the members open."""

    round: int = Field(description="Number of the change of the group whose keys open it.")
    body: str = Field(description="A PrivateMessage of MLS (RFC 9420) in base64.")


class EncryptedReaction(EncryptedBody):
    """A reaction that only devices of the members open."""

    person_id: str


class ChatMessage(Output):
    """A message of a conversation."""

    id: str
    conversation_id: str
    seq: int = Field(description="Place in the conversation.")
    revision: int = Field(description="Number of the last change; it is taken from the same sequence as `seq`.")
    client_id: str = Field(description="The id that the sender's client has made.")
    person_id: str | None = Field(description="The author; null for a deleted user.")
    state: MessageState = Field(description="`deleted` for everyone; `erased` with the data of its author.")
    created: datetime
    edited: datetime | None
    expires: datetime | None = Field(description="When it disappears; null: with the tenant's period.")
    reply_to: str | None = Field(description="Id of the message that it answers.")
    format: Literal["text", "mls"]
    text: str | None = Field(description="Null unless the state is `sent` and the format `text`.")
    encrypted: EncryptedBody | None = Field(description="In place of the text, with the format `mls`.")
    mentions: list[str] = Field(
        description="Ids of the persons mentioned. The text refers to each by `@[id]`, to a deleted user by `@[]`."
    )
    reactions: list[Reaction]
    encrypted_reactions: list[EncryptedReaction] = Field(description="In place of reactions, with the format `mls`.")
    pinned: datetime | None = Field(description="When it was pinned; null: it is not.")
    attachments: list[Attachment] = Field(description="Files, in the order in which the author has attached them.")

    @classmethod
    def of(cls, message: chat.Message) -> "ChatMessage":
        """Return the schema of a message, which is the same for all members."""
        by_emoji: dict[str, list[str]] = {}
        for person_id, emoji in sorted(message.reactions.items()):
            by_emoji.setdefault(emoji, []).append(person_id)
        encrypted = message.encrypted
        return cls(
            id=message.id,
            conversation_id=message.conversation_id,
            seq=message.seq,
            revision=message.revision,
            client_id=message.client_id,
            person_id=message.person_id or None,
            state=message.state,
            created=message.created,
            edited=message.edited,
            expires=message.expires,
            reply_to=message.reply_to,
            format="text" if encrypted is None else "mls",
            text=message.text,
            encrypted=None if encrypted is None else EncryptedBody(round=encrypted.round, body=encrypted.body),
            mentions=list(message.mentions),
            reactions=[Reaction(emoji=each, person_ids=people) for each, people in by_emoji.items()],
            encrypted_reactions=[
                EncryptedReaction(person_id=person_id, round=each.round, body=each.body)
                for person_id, each in sorted(message.encrypted_reactions.items())
            ],
            pinned=message.pinned,
            attachments=[Attachment.of(each) for each in message.attachments],
        )


class ConversationMember(Output):
    """A member of a conversation."""

    person_id: str
    extension_id: str = Field(description="Empty for a person without an extension.")
    number: str = Field(description="Empty for a person without an extension.")
    name: str
    role: MemberRole
    joined: datetime
    read_seq: int | None = Field(description="Number up to which they have read; null if you do not both share it.")
    delivered_seq: int | None = Field(description="Number up to which messages have reached one of their devices.")
    own: bool = Field(description="The member is the user.")


class Conversation(Output):
    """A conversation of the user."""

    id: str
    kind: ConversationKind
    name: str = Field(description="Name of a group; empty for two people.")
    created: datetime
    changed: datetime = Field(description="Time of the newest message.")
    last_seq: int = Field(description="Number of the newest message or change.")
    period: str | None = Field(description="ISO 8601 duration after which messages disappear; null: the tenant's.")
    encrypted: bool = Field(description="End to end: the server cannot read its messages.")
    shares_marks: bool = Field(description="You and others see of each other what was delivered and read.")
    muted: bool = Field(description="Only mentions of you notify your devices.")
    read_seq: int = Field(description="Number up to which you have read.")
    unread: int
    member_count: int
    members: list[ConversationMember] = Field(description="In a list of conversations the first five.")
    newest: ChatMessage | None


class NewConversation(Input):
    members: Members
    name: GroupName | None = Field(default=None, description="Required for a group of more than two people.")
    encrypted: bool = Field(
        default=False,
        description="End to end. It stays so. Two people have one such conversation beside their ordinary one.",
    )


class ConversationChange(Input):
    """Omitted or null fields stay unchanged. Name and period of a group are changed by its owners."""

    name: GroupName | None = None
    period: str | None = Field(
        default=None, max_length=20, description="ISO 8601 duration after which new messages disappear; empty: none."
    )
    shares_marks: bool | None = Field(default=None, description="For yourself.")
    muted: bool | None = Field(default=None, description="For yourself: only mentions of you notify your devices.")


class MemberChange(Input):
    role: MemberRole


class NewMembers(Input):
    members: Members


class NewEncryptedBody(Input):
    """A body that only devices of the members open. Refused with `stale_round` if the group has changed."""

    round: int = Field(ge=0, le=2**31 - 1, description="Number of the change of the group whose keys open it.")
    body: str = Field(
        min_length=1, max_length=chat.MAX_CIPHERTEXT, description="A PrivateMessage of MLS (RFC 9420) in base64."
    )

    def of(self) -> chat.Encrypted:
        """Return the type of the area."""
        return chat.Encrypted(self.round, self.body)


class NewMessage(Input):
    client_id: Annotated[
        str,
        Field(
            min_length=1,
            max_length=64,
            pattern=chat.CLIENT_ID,
            description="Made by the client. The same one again makes no second message.",
        ),
    ]
    text: Annotated[str, Field(max_length=MAX_TEXT, description="May be empty if there are attachments.")] = ""
    reply_to: PersonId | None = None
    mentions: list[PersonId] = Field(default_factory=list[str], max_length=50, description=_MENTIONS)
    attachments: list[PersonId] = Field(
        default_factory=list[str], max_length=MAX_ATTACHMENTS, description="Ids of files that you have uploaded."
    )
    encrypted: NewEncryptedBody | None = Field(
        default=None, description="In place of the text, in a conversation that is encrypted end to end."
    )


class MessageChange(Input):
    """Either `text` or `encrypted`."""

    text: Text | None = None
    encrypted: NewEncryptedBody | None = None
    mentions: list[PersonId] | None = Field(default=None, max_length=50, description="Null: unchanged.")


class MessagePin(Input):
    pinned: bool


class NewReaction(Input):
    """Either `emoji` or `encrypted`."""

    emoji: str = Field(default="", max_length=16, description="One emoji; empty: none.")
    encrypted: NewEncryptedBody | None = Field(
        default=None, description="In place of the emoji, in a conversation that is encrypted end to end."
    )


class Marks(Input):
    """Numbers that are lower than the present ones change nothing."""

    read_seq: int = Field(default=0, ge=0, le=2**53, description=_SEQ)
    delivered_seq: int = Field(default=0, ge=0, le=2**53, description=_SEQ)
