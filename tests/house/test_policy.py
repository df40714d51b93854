"""The privacy policy says what the declarations say, and a change of either needs a new version (gate 7)."""

import copy
from dataclasses import replace
from typing import Any

import pytest

from tests.house.policy import PERMISSION_TEXTS, current_content, permission_texts, problems
from tests.house.promises import promise_texts
from unificx.privacy import personal_fields, released_versions
from unificx.privacy.policy import PolicyVersion, compare, read_source
from unificx.privacy.policy.document import Content, InvalidPolicy, build_content
from unificx.privacy.policy.versions import version_of


@pytest.fixture(scope="module")
def content() -> Content:
    return current_content()


def next_version(content: Content, **changed: Any) -> list[PolicyVersion]:
    """The released versions, and one more with this content."""
    versions = released_versions()
    following = replace(
        versions[-1], number=len(versions) + 1, version=version_of(content), content=content, significant=False
    )
    return [*versions, replace(following, **changed)]


@pytest.mark.promise("S3", "V1")
def test_the_newest_version_is_the_policy_as_it_is(content: Content) -> None:
    assert not list(problems(released_versions(), content))


def test_every_promise_is_stated(content: Content) -> None:
    sentences = (each for section in content["sections"] for each in section["sentences"])
    stating = (*content["topics"], *sentences, *content["permissions"].values())
    assert {promise for each in stating for promise in each["promises"]} == set(promise_texts())


def test_the_texts_of_the_app_are_those_of_the_policy(content: Content) -> None:
    assert PERMISSION_TEXTS.read_text("utf-8") == permission_texts(content), "run script/policy"


def longer(content: Any) -> None:
    content["retention"]["technical"]["longest"] = "P3Y"


def shorter(content: Any) -> None:
    content["retention"]["technical"]["longest"] = "P1D"


def other_category(content: Any) -> None:
    content["data"]["user.job_title"] = {"purposes": ["directory"], "retention": ["account"]}


def other_purpose(content: Any) -> None:
    content["data"]["user.name"]["purposes"].append("operations")


def other_retention(content: Any) -> None:
    content["data"]["user.telemetry"]["retention"].append("account")


def other_recipient(content: Any) -> None:
    content["recipients"]["analyst"] = {"categories": ["user.name"], "en": "An analyst.", "de": "Jemand."}


def recipient_of_more(content: Any) -> None:
    content["recipients"]["mail"]["categories"].append("user.behavior.call_detail")


def other_words(content: Any) -> None:
    content["sections"][0]["sentences"][0]["en"] += " Thank you."


def fewer_purposes(content: Any) -> None:
    content["data"]["user.name"]["purposes"].remove("directory")


def no_recipient(content: Any) -> None:
    del content["recipients"]["store"]


SIGNIFICANT = [longer, other_category, other_purpose, other_retention, other_recipient, recipient_of_more]
ORDINARY = [shorter, other_words, fewer_purposes, no_recipient]


def mutated(content: Content, change: Any) -> tuple[Content, Content]:
    base: Any = copy.deepcopy(content)
    base["retention"]["technical"]["longest"] = "P14D"
    changed = copy.deepcopy(base)
    change(changed)
    return base, changed


@pytest.mark.promise("V1", whole=True)
@pytest.mark.promise("V3")
@pytest.mark.parametrize("change", [*SIGNIFICANT, *ORDINARY])
def test_a_change_needs_a_version(content: Content, change: Any) -> None:
    """V1 as a whole: each kind of change, of texts, data, purposes, periods and recipients, makes a version of its own,
    and the build stops without it."""
    base, changed = mutated(content, change)
    before = next_version(base, significant=True)
    assert not [each for each in problems(before, base) if "significant" not in each]
    assert any("script/policy" in each for each in problems(before, changed))


@pytest.mark.promise("V3")
@pytest.mark.parametrize("change", SIGNIFICANT)
def test_a_significant_change_must_be_marked_and_summarised(content: Content, change: Any) -> None:
    base, changed = mutated(content, change)
    before = replace(next_version(base)[-1], number=1)
    after = replace(before, number=2, version=version_of(changed), content=changed)
    assert any("must be marked" in each for each in problems([before, after], changed))
    assert not list(problems([before, replace(after, significant=True)], changed))
    silent = replace(after, significant=True, summary={"en": "More data.", "de": " "})
    assert any("summary" in each for each in problems([before, silent], changed))


@pytest.mark.promise("V2")
@pytest.mark.parametrize("change", ORDINARY)
def test_an_ordinary_change_needs_no_consent(content: Content, change: Any) -> None:
    base, changed = mutated(content, change)
    before = replace(next_version(base)[-1], number=1)
    after = replace(before, number=2, version=version_of(changed), content=changed)
    assert compare(base, changed)
    assert not list(problems([before, after], changed))


def test_a_released_version_is_not_changed(content: Content) -> None:
    _, changed = mutated(content, other_words)
    forged = [replace(released_versions()[0], content=changed), *released_versions()[1:]]
    assert any("never changed" in each for each in problems(forged, content))


@pytest.mark.parametrize(
    ("kind", "key"), [("category", "user.job_title"), ("uses", ("unknown",)), ("retention", "unknown")]
)
def test_a_declaration_without_a_text_is_refused(content: Content, kind: str, key: Any) -> None:
    fields = personal_fields()
    with pytest.raises(InvalidPolicy, match="without a text"):
        build_content(read_source(), [*fields, replace(fields[0], **{kind: key})])


def test_a_text_without_a_translation_is_refused(content: Content) -> None:
    source: Any = copy.deepcopy(read_source())
    del source["topics"][0]["de"]
    with pytest.raises(InvalidPolicy, match="language"):
        build_content(source, personal_fields())
