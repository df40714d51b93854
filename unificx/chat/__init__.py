"""Chat: conversations of two people and of groups, and their messages."""

from unificx.chat.checks import CLIENT_ID, MAX_MEMBERS, MAX_NAME, MAX_TEXT, shows_marks
from unificx.chat.parts import ChatParts
from unificx.chat.privacy import chat_holding
from unificx.chat.retention import chat_expiries
from unificx.chat.schemas import (
    Conversation,
    ConversationChange,
    ConversationKind,
    ConversationView,
    Member,
    MemberRole,
    Message,
    MessageState,
    NewConversation,
    NewMessage,
    Party,
)
from unificx.chat.service import Chat

__all__ = [
    "CLIENT_ID",
    "MAX_MEMBERS",
    "MAX_NAME",
    "MAX_TEXT",
    "Chat",
    "ChatParts",
    "Conversation",
    "ConversationChange",
    "ConversationKind",
    "ConversationView",
    "Member",
    "MemberRole",
    "Message",
    "MessageState",
    "NewConversation",
    "NewMessage",
    "Party",
    "chat_expiries",
    "chat_holding",
    "shows_marks",
]
