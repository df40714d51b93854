"""Content of the privacy policy: the texts of `policy.toml` combined with the declarations of personal data.

`build_content` is pure. Its result is plain JSON and is stored with each released version, so that a version can be
shown and compared without the code that it was made from. `texts` are objects with the keys `en` and `de`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any, cast

from unificx.core.personal import VOCABULARY
from unificx.privacy.register import PersonalField

LANGUAGES = ("en", "de")
_DURATION = re.compile(r"|P(\d+)(D|M|Y)")
_DAYS = {"D": 1, "M": 31, "Y": 366}
_PLACES = ("before", "after", "recipients")

Content = Mapping[str, Any]


class InvalidPolicy(ValueError):
    """The policy contradicts the declarations of personal data, or a text is missing."""


def read_source() -> Mapping[str, Any]:
    """Return the content of `policy.toml`."""
    return tomllib.loads(files("unificx.privacy.policy").joinpath("policy.toml").read_text("utf-8"))


def build_content(source: Mapping[str, Any], fields: Iterable[PersonalField]) -> Content:
    """Return the content of the policy. `fields` are all declared personal fields.

    Raise InvalidPolicy for a category, purpose or retention class without text or outside the vocabulary, a category in
    several topics, and a missing language.
    """
    data = _declared_data(fields)
    used = {
        "categories": set(data),
        "purposes": {use for each in data.values() for use in each["purposes"]},
        "retention": {each for one in data.values() for each in one["retention"]},
    }
    listed = [key for topic in source["topics"] for key in topic["categories"]]
    _require(len(listed) == len(set(listed)), "a category is listed in two topics")
    _require_same("categories", used["categories"] - set(listed))
    _require_same("purposes", used["purposes"] - source["purposes"].keys())
    _require_same("retention", used["retention"] - source["retention"].keys())
    for kind, known in (("purposes", VOCABULARY.purposes), ("retention", VOCABULARY.retention)):
        _require(source[kind].keys() <= known.keys(), f"{kind}: not in the vocabulary")
    _require(set(listed) <= VOCABULARY.categories.keys(), "topics: a category is not in the vocabulary")
    for name, each in source["retention"].items():
        _require(_DURATION.fullmatch(each["longest"]) is not None, f"retention.{name}: longest must be as P12M")
    _require(all(each["place"] in _PLACES for each in source["sections"]), "a section has no place")
    content = {
        "data": data,
        **{name: source[name] for name in ("purposes", "retention", "recipients", "topics", "sections", "permissions")},
    }
    for text in _texts(content, "policy"):
        _require(all(text[1].get(language) for language in LANGUAGES), f"{text[0]}: a language is missing")
    _require_unique_ids(content)
    return content


def days(longest: str) -> float:
    """Return a duration of `longest` in days; infinite for "", the end of which is an event."""
    found = _DURATION.fullmatch(longest)
    if found is None or not longest:
        return float("inf")
    return int(found[1]) * _DAYS[found[2]]


def _declared_data(fields: Iterable[PersonalField]) -> dict[str, dict[str, list[str]]]:
    """Return purposes and retention classes by category."""
    data: dict[str, dict[str, set[str]]] = {}
    for each in fields:
        found = data.setdefault(each.category, {"purposes": set(), "retention": set()})
        found["purposes"].update(each.uses)
        found["retention"].add(each.retention)
    return {key: {name: sorted(data[key][name]) for name in data[key]} for key in sorted(data)}


def _texts(value: object, path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield every object that has a text in one of the languages."""
    if isinstance(value, list):
        for number, each in enumerate(cast("list[object]", value)):
            yield from _texts(each, f"{path}[{number}]")
    elif isinstance(value, dict):
        named = cast("dict[str, Any]", value)
        if named.keys() & set(LANGUAGES):
            yield path, named
        for key, each in named.items():
            yield from _texts(each, f"{path}.{key}")


def _require_unique_ids(content: Content) -> None:
    sentences = [each["id"] for section in content["sections"] for each in section["sentences"]]
    names = [*sentences, *(each["key"] for each in (*content["topics"], *content["sections"]))]
    _require(len(sentences) == len(set(sentences)), "two sentences have the same id")
    _require(all(re.fullmatch(r"[a-z-]+", each) for each in names), "an id has other characters than a-z and -")


def _require_same(kind: str, missing: set[str]) -> None:
    _require(not missing, f"{kind}: declared, but without a text in policy.toml: {', '.join(sorted(missing))}")


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise InvalidPolicy(message)
