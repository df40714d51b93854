"""Tests that need a browser, capture audio or compute for long are scheduled in groups of their own."""

import pytest
import selection
from groups import BROWSER_GROUPS, GROUPS, LATE, SPREAD, group_of, is_spread


@pytest.mark.parametrize("group", GROUPS)
def test_every_pattern_matches_a_module(group: str) -> None:
    assert not [each for each in GROUPS[group] if not any(selection.TESTS.glob(f"{each}.py"))]


def test_every_module_that_drives_a_browser_is_in_such_a_group() -> None:
    outside = [each for each in selection.test_modules() if selection.is_outside(each)]
    modules = [str(each.relative_to(selection.ROOT)) for each in outside if selection.drives_browser(each)]
    assert [each for each in modules if group_of(each) not in BROWSER_GROUPS] == []


def test_groups_that_are_named_elsewhere_exist() -> None:
    assert {*LATE, *BROWSER_GROUPS} <= GROUPS.keys()


def test_no_module_is_in_two_groups() -> None:
    modules = [each.relative_to(selection.TESTS).with_suffix("") for each in selection.test_modules()]
    groups = {each: [name for name, own in GROUPS.items() if any(each.match(one) for one in own)] for each in modules}
    assert not {str(each): found for each, found in groups.items() if len(found) > 1}


def test_modules_without_a_group_are_distributed_one_by_one() -> None:
    assert group_of("tests/outside/test_sipp_calls.py") is None
    assert group_of("tests/areas/cdr/test_cdr.py") is None


def test_modules_whose_tests_are_spread_exist() -> None:
    assert all((selection.TESTS / f"{each}.py").exists() and is_spread(f"tests/{each}.py") for each in SPREAD)
