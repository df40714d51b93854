"""Released versions of the policy: files in `versions/`, numbered from 1, never changed afterwards.

The version id is the hash of the content, so that an acceptance or consent names exactly the text that was shown.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from unificx.privacy.policy.document import Content
from unificx.privacy.signing import digest

_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A released version. `summary`: what has changed, by language; `significant`: it needs consent."""

    number: int
    version: str
    in_force: date
    significant: bool
    summary: dict[str, str]
    content: Content


def version_of(content: Content) -> str:
    """Return the version id of a content: the start of its SHA-256."""
    return digest(content)[:_ID_LENGTH]


@cache
def released_versions() -> Sequence[PolicyVersion]:
    """Return all released versions, oldest first."""
    folder = files("unificx.privacy.policy").joinpath("versions")
    named = sorted((each for each in folder.iterdir() if each.name.endswith(".json")), key=lambda each: each.name)
    return tuple(_parse_version(json.loads(each.read_text("utf-8"))) for each in named)


def _parse_version(raw: dict[str, Any]) -> PolicyVersion:
    return PolicyVersion(**{**raw, "in_force": date.fromisoformat(raw["in_force"])})


def changes_since(accepted: str, versions: Sequence[PolicyVersion]) -> Sequence[PolicyVersion]:
    """Return the versions after the accepted one; all of them if it is unknown."""
    for index, each in enumerate(versions):
        if each.version == accepted:
            return versions[index + 1 :]
    return versions
