"""Validation of what is entered for a phone."""

import re
from collections.abc import Iterable

from unificx.core.errors import Invalid
from unificx.core.names import is_name, is_printable
from unificx.core.phrases import Phrase
from unificx.provisioning.schemas import PhoneKey

MAX_KEYS = 60
MAX_LABEL = 32
_MAC = re.compile(r"[0-9a-f]{12}\Z")
_NAMED_MAC = re.compile(r"(?!0{6})[0-9a-f]{12}\Z")
"""At the end of a file name. Names for all phones of a model may have twelve digits, too: `y000000000058.cfg`."""
_SEPARATORS = str.maketrans("", "", " :-.")
_NUMBER = re.compile(r"(?:[+*#]?[0-9*#]{1,32})\Z")


def parse_mac(text: str) -> str:
    """Return a MAC address as twelve hexadecimal digits in lower case. Raise Invalid."""
    mac = text.translate(_SEPARATORS).lower()
    if not _MAC.match(mac) or mac in ("0" * 12, "f" * 12):
        raise Invalid(
            "This is not a MAC address.",
            hint="It is on the label of the phone: 12 digits and letters A to F.",
            field="mac",
        )
    return mac


def check_keys(keys: Iterable[PhoneKey]) -> tuple[PhoneKey, ...]:
    """Return the keys of a phone with clean labels. Raise Invalid."""
    found = tuple(PhoneKey(each.kind, each.number.strip(), _clean_label(each.label)) for each in keys)
    if len(found) > MAX_KEYS:
        raise Invalid(Phrase("A phone has at most {} keys.", MAX_KEYS), field="keys")
    for each in found:
        if not _NUMBER.match(each.number):
            raise Invalid(
                "A key has a number or a code that can be dialled.", hint="Such as 1002 or *861.", field="keys"
            )
    return found


def _clean_label(label: str) -> str:
    """Return a label of one line, "" if it is invisible: the key then has its number."""
    clean = "".join(filter(is_printable, label)).strip()[:MAX_LABEL]
    return clean if is_name(clean, MAX_LABEL) else ""


def names_mac(file_name: str, mac: str) -> bool:
    """Return whether the name of a requested file has this MAC address: each maker adds a prefix and an ending."""
    return _stem(file_name).endswith(mac)


def names_a_phone(file_name: str) -> bool:
    """Return whether a requested file can be the settings of one phone.

    Phones also ask for files of all phones of their model, for `MAC.boot` (Yealink), which would replace the settings
    and has none, and for `cfgMAC` (Grandstream), which is not text.
    """
    return not file_name.lower().endswith(".boot") and bool(_NAMED_MAC.search(_stem(file_name)))


def _stem(file_name: str) -> str:
    return re.sub("[^0-9a-z]", "", file_name.lower().rpartition(".")[0])
