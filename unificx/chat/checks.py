"""Pure rules of chat: checks of what a client sends, and the limit of messages per sender."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from unificx.chat.schemas import Encrypted, Member, Message, NewMessage
from unificx.cluster import Count, CounterKind
from unificx.core.errors import Invalid
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.core.rate_limit import TokenBucket

MAX_TEXT = 8_000
MAX_NAME = 100
MAX_MEMBERS = 1_000
MAX_MENTIONS = 50
MAX_EMOJI = 16
"""Characters of a reaction: the longest emoji are sequences of several."""
CAPACITY, RATE = 40.0, 1.0
"""Messages that a sender may send at once, and from then on per second."""
SENT_MESSAGES = CounterKind("chat messages", 50_000)
TYPING_CAPACITY, TYPING_RATE = 5.0, 0.5
"""Signs of typing that a member may send at once, and from then on per second."""
TYPING = CounterKind("chat typing", 50_000)
MAX_PINNED = 10
"""Pinned messages of a conversation."""
CLIENT_ID = r"^[A-Za-z0-9_.:-]{1,64}$"
"""Pattern of ids that clients make."""
MAX_ENCRYPTED_MEMBERS = 50
"""Each change of an encrypted group costs every device time and space in proportion to their number."""
MAX_CIPHERTEXT = 98_304
"""Characters of base64 of an encrypted body: that of the longest text, thumbnails of photos and padding."""
MAX_REACTION = 4_096
"""Characters of base64 of an encrypted reaction."""
_ALLOWED = "\n\t"
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)
_PICTURE = re.compile(
    r"(?:\N{INFORMATION SOURCE}|[^\x00-\x7f\w])\N{VARIATION SELECTOR-16}|\N{COMBINING ENCLOSING KEYCAP}"
    r"|[\N{WHITE MEDIUM SMALL SQUARE}\N{BLACK MEDIUM SMALL SQUARE}\U0001f000-\U0001faff]"
)
"""Emoji that are not symbols of the known Unicode version: those made of another character, and newer ones."""
_BETWEEN_WORDS = re.compile(r"[\s\-.,]+")
_MENTION = re.compile(r"@\[([A-Za-z0-9_-]{0,64})\]")


def checked_message(new: NewMessage) -> NewMessage:
    """Return the message. Raise Invalid that names the field."""
    if re.fullmatch(CLIENT_ID, new.client_id, re.ASCII) is None:
        raise Invalid(
            "A client_id has 1 to 64 letters, digits and characters of `_.:-`.",
            hint="Make a random one for each message, such as a UUID.",
            field="client_id",
        )
    checked_mentions(new.mentions)
    if new.encrypted is not None:
        return _checked_encrypted(new, new.encrypted)
    if new.text.strip() or not new.attachments:
        checked_text(new.text)
    return new


def _checked_encrypted(new: NewMessage, encrypted: Encrypted) -> NewMessage:
    if new.text or new.mentions or new.reply_to is not None:
        raise Invalid(
            "An encrypted message has its text, its mentions and its reply in the encrypted body.", field="encrypted"
        )
    checked_ciphertext(encrypted.body)
    return new


def checked_ciphertext(body: str) -> str:
    """Return an encrypted body. Raise Invalid."""
    if not 1 <= len(body) <= MAX_CIPHERTEXT or _BASE64.fullmatch(body) is None:
        raise Invalid(Phrase("An encrypted body is base64 of 1 to {} characters.", MAX_CIPHERTEXT), field="encrypted")
    return body


def checked_reaction(body: str) -> str:
    """Return an encrypted body of a reaction. Raise Invalid."""
    if len(body) > MAX_REACTION:
        raise Invalid(Phrase("A reaction has at most {} characters of base64.", MAX_REACTION), field="encrypted")
    return checked_ciphertext(body)


def checked_mentions(mentions: Sequence[str]) -> Sequence[str]:
    """Return ids of mentioned persons. Raise Invalid for too many."""
    if len(mentions) > MAX_MENTIONS:
        raise Invalid(Phrase("A message mentions at most {} people.", MAX_MENTIONS), field="mentions")
    return mentions


def checked_text(text: str) -> str:
    """Return the text of a message. Raise Invalid."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise Invalid(
            Phrase("A message has 1 to {} characters.", MAX_TEXT),
            hint="Send a longer text in several messages.",
            field="text",
        )
    if any(each not in _ALLOWED and unicodedata.category(each) in ("Cc", "Cs") for each in text):
        raise Invalid("The text has control characters.", field="text")
    return text


def checked_name(name: str) -> str:
    """Return the name of a group. Raise Invalid."""
    trimmed = name.strip()
    if not is_name(trimmed, MAX_NAME):
        raise Invalid(Phrase("A group has a name of 1 to {} printable characters.", MAX_NAME), field="name")
    return trimmed


def checked_emoji(emoji: str) -> str:
    """Return the emoji of a reaction. Raise Invalid for text."""
    rest = _PICTURE.sub("", emoji)
    if not 1 <= len(emoji) <= MAX_EMOJI or any(
        (each.isalnum() and not each.isdigit()) or each.isspace() for each in rest
    ):
        raise Invalid("A reaction is one emoji.", field="emoji")
    if rest == emoji and all(unicodedata.category(each) != "So" for each in emoji):
        raise Invalid("A reaction is one emoji.", field="emoji")
    return emoji


def count_message(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
    """Count a message of a sender; return the seconds to wait, 0 if it may be sent."""
    return _count(before, now, CAPACITY, RATE)


def count_typing(before: Sequence[Count], now: float) -> tuple[Sequence[Count], float]:
    """Count a sign of typing of a member; return the seconds to wait, 0 if it may be sent."""
    return _count(before, now, TYPING_CAPACITY, TYPING_RATE)


def _count(before: Sequence[Count], now: float, capacity: float, rate: float) -> tuple[Sequence[Count], float]:
    tokens, filled_at = before[0] or (capacity, now)
    bucket = TokenBucket(tokens, filled_at)
    available = bucket.available(now, capacity, rate)
    if available < 1:
        return before, (1 - available) / rate
    bucket.add(-1, now, capacity, rate)
    return [(bucket.tokens, bucket.filled_at)], 0.0


def named_text(text: str, name_of: Callable[[str], str]) -> str:
    """Return a text with names in place of the references of mentions, `@[id]`. `name_of` gets the id, "" for that of
    an erased person."""
    return _MENTION.sub(lambda found: f"@{name_of(found[1])}", text)


def without_erased(message: Message, exists: Callable[[str], bool]) -> Message:
    """Return a message whose references to persons who are erased are empty: `@[]`."""
    if message.text is None or not message.mentions or all(map(exists, message.mentions)):
        return message
    gone = {each for each in message.mentions if not exists(each)}
    text = _MENTION.sub(lambda found: "@[]" if found[1] in gone else found[0], message.text)
    return replace(message, text=text, mentions=tuple(each for each in message.mentions if each not in gone))


def shows_marks(me: Member, other: Member) -> bool:
    """Return whether a member sees what another one has received and read: both must share it."""
    return me.person_id == other.person_id or (me.shares_marks and other.shares_marks)


def is_shown(message: Message, member: Member, now: datetime) -> bool:
    """Return whether a member may see a message: not before they joined, not once it has disappeared."""
    return message.seq > member.from_seq and (message.expires is None or message.expires > now)


def search_words(text: str) -> Sequence[str]:
    """Return the words of a search, without accents and case."""
    return list(filter(None, _BETWEEN_WORDS.split(_plain(text))))


def matches(name: str, words: Sequence[str]) -> bool:
    """Return whether each word begins one of a name."""
    parts = _BETWEEN_WORDS.split(_plain(name))
    return all(any(part.startswith(word) for part in parts) for word in words)


def _plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(each))


def pair_of(person_ids: Sequence[str], *, encrypted: bool = False) -> str:
    """Return the key of the direct conversation of two persons, or of their encrypted one."""
    return ":".join(["mls"] * encrypted + sorted(person_ids))
