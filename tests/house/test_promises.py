"""Promises named by tests exist in the register."""

from tests.house.promises import promise_ids, tests_by_promise


def test_the_register_is_complete() -> None:
    ids = promise_ids()
    assert len(ids) == len(set(ids)) == 48


def test_every_named_promise_exists() -> None:
    """`tests_by_promise` raises KeyError for an unknown promise."""
    assert any(tests_by_promise().values())
