"""Guards for archives that may have been changed by others: names, and what a manifest lists."""

from collections.abc import Mapping
from typing import Any

from unificx.core.errors import Invalid

ANOTHER_COPY = "Use another copy of it."


def shown_name(name: str) -> str:
    """Return a name from an archive so that it can be printed."""
    return "".join(each if each.isprintable() else "?" for each in name[:80])


def require_new_name(kind: str, name: str, known: Mapping[str, Any]) -> None:
    """Raise Invalid if the archive, a `kind` such as "backup", contains the name already."""
    if name in known:
        raise Invalid(f"The {kind} contains {shown_name(name)} twice.")


def require_listed_files(
    kind: str, found: Mapping[str, Mapping[str, Any]], listed: Mapping[str, Mapping[str, Any]]
) -> None:
    """Raise Invalid, which names the file, unless exactly the listed files were found, with the same digests."""
    for name in sorted(found.keys() | listed.keys()):
        if name not in found or name not in listed:
            raise Invalid(f"Manifest and contents of the {kind} differ: {shown_name(name)}.", hint=ANOTHER_COPY)
        if found[name] != listed[name]:
            raise Invalid(f"The {kind} is damaged: {shown_name(name)} has another SHA-256.", hint=ANOTHER_COPY)
