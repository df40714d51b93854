"""Chat: conversations of two people and of groups, and their messages."""

from unificx.chat.checks import CLIENT_ID, MAX_CIPHERTEXT, MAX_MEMBERS, MAX_NAME, MAX_TEXT, named_text, shows_marks
from unificx.chat.dependencies import ChatDependencies
from unificx.chat.encryption import MAX_CHANGE, MAX_CLAIMED, MAX_KEY_PACKAGES, MAX_PACKAGE
from unificx.chat.message_repository import authors
from unificx.chat.phones import PhoneDeliveries
from unificx.chat.privacy import chat_holding
from unificx.chat.retention import chat_expiries
from unificx.chat.schemas import (
    ConversationChange,
    ConversationKind,
    ConversationView,
    Encrypted,
    GroupChange,
    Member,
    MemberRole,
    Message,
    MessageState,
    NewConversation,
    NewGroupChange,
    NewMessage,
    OwnChange,
    Party,
    PhoneText,
)
from unificx.chat.service import Chat

__all__ = [
    "CLIENT_ID",
    "MAX_CHANGE",
    "MAX_CIPHERTEXT",
    "MAX_CLAIMED",
    "MAX_KEY_PACKAGES",
    "MAX_MEMBERS",
    "MAX_NAME",
    "MAX_PACKAGE",
    "MAX_TEXT",
    "Chat",
    "ChatDependencies",
    "ConversationChange",
    "ConversationKind",
    "ConversationView",
    "Encrypted",
    "GroupChange",
    "Member",
    "MemberRole",
    "Message",
    "MessageState",
    "NewConversation",
    "NewGroupChange",
    "NewMessage",
    "OwnChange",
    "Party",
    "PhoneDeliveries",
    "PhoneText",
    "authors",
    "chat_expiries",
    "chat_holding",
    "named_text",
    "shows_marks",
]
