"""Record of processing activities (GDPR Art. 30(1)), one activity per purpose, from the content of the policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from unificx.privacy.policy.document import Content


@dataclass(frozen=True, slots=True)
class ProcessingActivity:
    """Processing for one purpose. `basis`: letter of GDPR Art. 6(1); keys are those of the vocabulary."""

    purpose: str
    text: str
    basis: str
    categories: tuple[str, ...]
    retention: tuple[str, ...]
    """Texts of the retention classes of these categories."""
    recipients: tuple[str, ...]
    """Texts of the recipients of one of these categories."""


def processing_activities(content: Content, language: str) -> list[ProcessingActivity]:
    """Return the activities with texts in `language`: "en" or "de"."""
    return [_activity(content, purpose, language) for purpose in content["purposes"]]


def _activity(content: Content, purpose: str, language: str) -> ProcessingActivity:
    named = content["purposes"][purpose]
    categories = [key for key, each in content["data"].items() if purpose in each["purposes"]]
    classes = sorted({name for key in categories for name in content["data"][key]["retention"]})
    return ProcessingActivity(
        purpose,
        named[language],
        named["basis"],
        tuple(categories),
        tuple(content["retention"][name][language] for name in classes),
        _recipients_of(content, categories, language),
    )


def _recipients_of(content: Content, categories: Sequence[str], language: str) -> tuple[str, ...]:
    found = (each for each in content["recipients"].values() if set(each["categories"]) & set(categories))
    return tuple(each[language] for each in found)


@dataclass(frozen=True, slots=True)
class HeldData:
    """One kind of data with texts of its purposes, retention classes and recipients."""

    key: str
    title: str
    text: str
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    retention: tuple[str, ...]
    recipients: tuple[str, ...]


def held_data(content: Content, language: str) -> list[HeldData]:
    """Return what is stored, by topic of the policy, with texts in `language`: "en" or "de"."""
    return [
        HeldData(
            topic["key"],
            topic["title"][language],
            topic[language],
            tuple(topic["categories"]),
            _texts_of(content, topic, "purposes", language),
            _texts_of(content, topic, "retention", language),
            _recipients_of(content, topic["categories"], language),
        )
        for topic in content["topics"]
        if any(key in content["data"] for key in topic["categories"])
    ]


def _texts_of(content: Content, topic: Mapping[str, Any], kind: str, language: str) -> tuple[str, ...]:
    declared = [content["data"][key] for key in topic["categories"] if key in content["data"]]
    keys = sorted({key for each in declared for key in each[kind]})
    return tuple(content[kind][key][language] for key in keys)
