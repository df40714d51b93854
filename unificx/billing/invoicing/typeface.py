"""The typeface of invoices: Inter with Latin letters, and a second part with Greek, Cyrillic and Vietnamese ones.

Both parts are made from the web fonts of the client (SIL Open Font License): instances of the weights 400 and 700,
merged. The second one is loaded only for documents that need it, so a document without those letters keeps its bytes.
"""

from functools import cache
from importlib.resources import as_file, files

FAMILY, OTHER_SCRIPTS = "Inter", "InterOther"
STYLES = {"": "Regular", "B": "Bold"}
_FONTS = files("unificx.billing.invoicing").joinpath("fonts")


def path_of(family: str, style: str) -> str:
    """Return the file of a part of the typeface."""
    return str(_FONTS.joinpath(f"{family}-{STYLES[style]}.ttf"))


@cache
def characters(family: str) -> frozenset[str]:
    """Return the characters of a part of the typeface."""
    from fontTools.ttLib import TTFont

    with as_file(_FONTS.joinpath(f"{family}-Regular.ttf")) as path, TTFont(path, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap() or ()))


def missing(text: str) -> str:
    """Return the first character that an invoice cannot show, or nothing."""
    return next((each for each in text if each not in characters(FAMILY) and each not in characters(OTHER_SCRIPTS)), "")


def shown(text: str) -> str:
    """Return a text with a question mark for each character that an invoice cannot show. PDF/A forbids the glyph of
    missing characters (ISO 19005-3, 6.2.11.8)."""
    return "".join("?" if each != "\n" and missing(each) else each for each in text)


def needs_other_scripts(text: str) -> bool:
    """Return whether a text has characters of the second part only."""
    return any(each not in characters(FAMILY) and each in characters(OTHER_SCRIPTS) for each in text)
