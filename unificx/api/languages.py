"""Languages of answers: the one that the caller prefers, as browsers and the client state it."""

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "de"]
LANGUAGES: Mapping[str, Language] = {"en": "en", "de": "de"}


def language_of(accept: str) -> Language:
    """Return the preferred supported language by `Accept-Language` (RFC 9110 section 12.5.4); English by default."""
    best: Language = "en"
    best_weight = 0.0
    for item in accept[:500].split(","):
        tag, _, parameter = item.partition(";")
        named = tag.strip().split("-", 1)[0].lower()
        try:
            weight = float(parameter.strip().lower().removeprefix("q=") or "1")
        except ValueError:
            continue
        if named in LANGUAGES and weight > best_weight:
            best, best_weight = LANGUAGES[named], weight
    return best
