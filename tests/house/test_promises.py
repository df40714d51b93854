"""Tests that name a promise name one we made."""

from tests.house.promises import promised, proofs


def test_the_register_is_whole() -> None:
    ids = promised()
    assert len(ids) == len(set(ids)) == 48


def test_every_named_promise_exists() -> None:
    """`proofs` raises KeyError for a promise that is not in the register."""
    assert any(proofs().values())
