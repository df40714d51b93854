"""Comparison of two versions of the policy: a readable list of changes, and which of them are significant.

Significant (promise V3): a new category, purpose or recipient, an old one that serves or receives more, or a longer
retention. A retention class that is new for a category counts as longer unless its period is known to be shorter.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from unificx.privacy.policy.document import Content, days

Kind = Literal["category", "purpose", "recipient", "retention", "text"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `key` names what has changed; `before` and `after` are "" for something new or removed."""

    kind: Kind
    key: str
    before: str
    after: str
    significant: bool


def compare(before: Content, after: Content) -> list[Change]:
    """Return the differences, the significant ones first."""
    found = [*_data(before, after), *_recipients(before, after), *_periods(before, after), *_texts(before, after)]
    return sorted(found, key=lambda each: (not each.significant, each.kind, each.key))


def _data(before: Content, after: Content) -> Iterator[Change]:
    old, new = before["data"], after["data"]
    for category in sorted(old.keys() | new.keys()):
        if category not in old or category not in new:
            yield Change("category", category, _present(category, old), _present(category, new), category in new)
            continue
        yield from _listed("purpose", category, old[category]["purposes"], new[category]["purposes"])
        longest = max(days(before["retention"][each]["longest"]) for each in old[category]["retention"])
        for each in sorted(set(new[category]["retention"]) - set(old[category]["retention"])):
            period = days(after["retention"][each]["longest"])
            is_shorter = period < float("inf") and period <= longest
            yield Change("retention", f"{category}: {each}", "", each, significant=not is_shorter)
        for each in sorted(set(old[category]["retention"]) - set(new[category]["retention"])):
            yield Change("retention", f"{category}: {each}", each, "", significant=False)


def _recipients(before: Content, after: Content) -> Iterator[Change]:
    old, new = before["recipients"], after["recipients"]
    for key in sorted(old.keys() | new.keys()):
        if key not in old or key not in new:
            yield Change("recipient", key, _present(key, old), _present(key, new), significant=key in new)
        else:
            yield from _listed("recipient", key, old[key]["categories"], new[key]["categories"])


def _periods(before: Content, after: Content) -> Iterator[Change]:
    old, new = before["retention"], after["retention"]
    for key in sorted(old.keys() & new.keys()):
        was, now = old[key]["longest"], new[key]["longest"]
        if was != now:
            yield Change("retention", key, was, now, significant=days(now) > days(was))


def _listed(kind: Kind, key: str, old: list[str], new: list[str]) -> Iterator[Change]:
    for each in sorted(set(new) - set(old)):
        yield Change(kind, f"{key}: {each}", "", each, significant=True)
    for each in sorted(set(old) - set(new)):
        yield Change(kind, f"{key}: {each}", each, "", significant=False)


def _texts(before: Content, after: Content) -> Iterator[Change]:
    old, new = _english(before), _english(after)
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield Change("text", key, old.get(key, ""), new.get(key, ""), significant=False)


def _english(content: Content) -> dict[str, str]:
    """Return the English texts by key."""
    texts = {f"topic {each['key']}": each["en"] for each in content["topics"]}
    for section in content["sections"]:
        texts |= {f"sentence {each['id']}": each["en"] for each in section["sentences"]}
    for name in ("purposes", "retention", "recipients", "permissions"):
        texts |= {f"{name} {key}": each["en"] for key, each in content[name].items()}
    return texts


def _present(key: str, named: Mapping[str, Any]) -> str:
    return key if key in named else ""
