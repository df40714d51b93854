"""Validation of menus."""

import re
from collections.abc import Mapping
from dataclasses import replace

from unificx.core.errors import Invalid
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.ivr.schemas import KEYS, MenuChange, MenuSettings
from unificx.prompts import LANGUAGES
from unificx.routing import DestinationRef

MAX_SAY_LENGTH = 1000
TIMEOUT_LIMITS = (1.0, 30.0)
"""Seconds."""
ATTEMPT_LIMITS = (1, 5)
_MARKUP = re.compile(r"[<>]|&[a-zA-Z#]|\{\{|\$\{")


def check_say(text: str) -> str:
    """Return a prompt text with single spaces. Raises Invalid for markup, which would not be spoken as it looks."""
    if _MARKUP.search(text):
        raise Invalid("The text contains markup.", field="say", hint="Write plain text, without tags such as SSML.")
    plain = " ".join(text.split())
    if not is_name(plain, MAX_SAY_LENGTH):
        raise Invalid(Phrase("The text must have 1 to {} printable characters.", MAX_SAY_LENGTH), field="say")
    return plain


def check_prompt(say: str, sound: str) -> None:
    """Raise Invalid unless a menu has either a text or a sound."""
    if bool(say) == bool(sound):
        raise Invalid("A menu has a prompt: either a text or a sound.", field="say", hint="Give either say or sound.")


def check_keys(keys: Mapping[str, str]) -> dict[str, DestinationRef]:
    """Return the destinations by key, in the order of the keys. Raises Invalid."""
    unknown = [key for key in keys if len(key) != 1 or key not in KEYS]
    if unknown:
        raise Invalid("This is not a key.", field="keys", hint="Keys are 0 to 9, * and #.")
    return {key: _destination(key, keys[key]) for key in KEYS if key in keys}


def _destination(key: str, text: str) -> DestinationRef:
    try:
        return DestinationRef.parse(text)
    except Invalid as fault:
        raise Invalid(Phrase("The key {} has no valid destination.", key), field="keys", hint=fault.hint) from None


def check_settings(settings: MenuSettings) -> MenuSettings:
    """Return the settings unchanged. Raises Invalid."""
    if settings.language not in ("", *LANGUAGES):
        raise Invalid("No prompts are available in this language.", field="language", hint="Use en or de.")
    for field, limits in (("timeout", TIMEOUT_LIMITS), ("attempts", ATTEMPT_LIMITS)):
        if not limits[0] <= getattr(settings, field) <= limits[1]:
            raise Invalid(Phrase("Must be between {} and {}.", *(f"{each:g}" for each in limits)), field=field)
    return settings


def apply_change(settings: MenuSettings, change: MenuChange) -> MenuSettings:
    """Return the settings with the change applied. Raises Invalid."""
    names = ("language", "timeout", "attempts", "direct_dial")
    changes = {name: value for name in names if (value := getattr(change, name)) is not None}
    return check_settings(replace(settings, **changes))
