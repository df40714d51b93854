"""Tests that need a browser, capture audio or compute for long are scheduled in groups of their own."""

import pytest
import selection
from groups import GROUPS, group_of


@pytest.mark.parametrize("group", GROUPS)
def test_every_pattern_matches_a_module(group: str) -> None:
    assert not [each for each in GROUPS[group] if not any(selection.TESTS.glob(f"{each}.py"))]


def test_every_module_that_drives_a_browser_is_in_the_group() -> None:
    outside = [each for each in selection.test_modules() if selection.is_outside(each)]
    modules = [str(each.relative_to(selection.ROOT)) for each in outside if selection.drives_browser(each)]
    assert [each for each in modules if group_of(each) != "browser"] == []


def test_modules_without_a_group_are_distributed_one_by_one() -> None:
    assert group_of("tests/outside/test_sipp_calls.py") is None
    assert group_of("tests/areas/cdr/test_cdr.py") is None
