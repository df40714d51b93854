"""Notifications: e-mails, and Web Push to signed-in devices."""

from unificx.notices.contracts import About, MessageNews, NewSubscription, NoSubscription, PushTest
from unificx.notices.courier import Courier
from unificx.notices.letters import LetterParts, Letters
from unificx.notices.ports import Answer, NotReached, NotTaken, Postman, PushGate, Sounds
from unificx.notices.push import Push, PushParts
from unificx.notices.rules.endpoints import LONGEST_ENDPOINT
from unificx.notices.vapid import KEY_BYTES, Vapid, new_private_key

__all__ = [
    "KEY_BYTES",
    "LONGEST_ENDPOINT",
    "About",
    "Answer",
    "Courier",
    "LetterParts",
    "Letters",
    "MessageNews",
    "NewSubscription",
    "NoSubscription",
    "NotReached",
    "NotTaken",
    "Postman",
    "Push",
    "PushGate",
    "PushParts",
    "PushTest",
    "Sounds",
    "Vapid",
    "new_private_key",
]
