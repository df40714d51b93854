"""Notifications: e-mails, and Web Push to signed-in devices."""

from unificx.notifications.email_queue import LetterParts, Letters
from unificx.notifications.policies.endpoints import LONGEST_ENDPOINT
from unificx.notifications.ports import Answer, NotReached, NotTaken, Sounds
from unificx.notifications.push import Push, PushParts
from unificx.notifications.schemas import About, MessageNews, NewSubscription, NoSubscription, PushTest
from unificx.notifications.service import Courier
from unificx.notifications.vapid import KEY_BYTES, Vapid, new_private_key

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
    "Push",
    "PushParts",
    "PushTest",
    "Sounds",
    "Vapid",
    "new_private_key",
]
