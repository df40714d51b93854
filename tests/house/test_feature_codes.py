"""The page of feature codes has exactly the codes of the list that the dial plan uses."""

from pathlib import Path

from unificx.routing import FEATURES
from unificx.routing.feature_codes import FEATURE_CODES, Feature

PAGE = Path(__file__).parents[2] / "docs/reference/feature-codes.md"
WRITTEN = {
    "number": "a number",
    "extension": "an extension",
    "extension or group": "an extension or group",
    "group": "a group",
    "queue": "a queue",
    "slot": "a slot number",
    "two-digit code": "a two-digit code",
    "state": "a state",
}


def test_the_page_has_the_codes_of_the_list() -> None:
    table = PAGE.read_text().partition("| dial | effect |\n|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [f"| {dialled(each)} | {each.text} |" for each in FEATURE_CODES]


def test_codes_are_unique_and_ordered() -> None:
    codes = [each.code for each in FEATURE_CODES]
    assert codes == sorted(set(codes))
    assert len(FEATURES) == len(FEATURE_CODES)
    assert all(each.text and each.text_de for each in FEATURE_CODES)


def dialled(feature: Feature) -> str:
    if feature.argument is None:
        return f"`{feature.code}`"
    followed = f"`{feature.code}` and {WRITTEN[feature.argument]}"
    return f"`{feature.code}`, {followed}" if feature.optional else followed
