"""Promises named by tests exist in the register."""

from tests.house.promises import promise_ids, promise_table


def test_the_register_is_complete() -> None:
    ids = promise_ids()
    assert len(ids) == len(set(ids)) == 48


def test_every_named_promise_exists() -> None:
    """`promise_table` raises KeyError for an unknown promise."""
    assert any(promise_table().values())
