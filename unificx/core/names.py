"""Names of a tenant's objects, such as rooms, queues and menus, and other lines of text that are entered."""

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

MAX_NAME_LENGTH = 100
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d\u200e\u200f"))
"""Invisible characters that names need: joiners of emoji and of Persian and Indic letters, marks of direction."""
_EMOJI_TAGS = dict.fromkeys(range(0xE0020, 0xE0080))
"""Invisible characters of the flags of England, Scotland and Wales."""
_INVISIBLE = _JOINERS | _EMOJI_TAGS
_FILLERS = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"))
"""Printable characters that show nothing."""
_SELECTORS = dict.fromkeys((*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
"""Variation selectors: they change the character before them."""
_UNSEEN = _INVISIBLE | _FILLERS | _SELECTORS


def is_printable(text: str) -> bool:
    """Whether a text is one line of characters of any script, with emoji.

    Overrides of the direction are not printable: a text could show other characters than it contains.
    """
    return text.translate(_INVISIBLE).isprintable()


def is_name(text: str, max_length: int) -> bool:
    """Whether a text is printable, not too long, and visible."""
    return len(text) <= max_length and is_printable(text) and bool(visible_part(text))


def visible_part(text: str) -> str:
    """Return a text without the characters that show nothing by themselves, and stripped."""
    return text.translate(_UNSEEN).strip()


def check_name(text: str) -> str:
    """Return the stripped name. Raises Invalid."""
    stripped = text.strip()
    if not is_name(stripped, MAX_NAME_LENGTH):
        raise Invalid(Phrase("The name must have 1 to {} printable characters.", MAX_NAME_LENGTH), field="name")
    return stripped
