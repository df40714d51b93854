"""Promises named by tests exist in the register."""

from tests.house.promises import promised, proofs


def test_the_register_is_complete() -> None:
    ids = promised()
    assert len(ids) == len(set(ids)) == 48


def test_every_named_promise_exists() -> None:
    """`tests_by_promise` raises KeyError for an unknown promise."""
    assert any(proofs().values())
