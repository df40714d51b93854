"""Promises named by tests exist in the register, and the packaged table is current."""

import ast
import json

import pytest

from tests.house.promises import PACKAGED, marks_of, packaged, promise_table, promise_texts

REGISTERED = 48


def test_the_register_is_complete() -> None:
    assert len(promise_texts()) == REGISTERED


def test_every_named_promise_exists() -> None:
    """`promise_table` raises KeyError for an unknown promise."""
    assert any(proofs.whole for proofs in promise_table().values())


def test_whole_proofs_say_how_and_name_the_tests_they_rely_on() -> None:
    """The docstring says after `ID as a whole:` how the parts are proved; each named test has the mark of the promise."""
    for promise, proofs in promise_table().items():
        marked = {each.rpartition("::")[2] for each in (*proofs.whole, *proofs.part)}
        assert not set(proofs.relied_on) - marked, promise
        assert not proofs.undocumented, f"{promise}: the docstring has `{promise} as a whole: ...`"


def test_the_packaged_table_is_current() -> None:
    """It may not claim more than is proved. It may claim less: a part that is proved since does not fail this."""
    stored, now = (
        {each["id"]: each for each in json.loads(text)} for text in (PACKAGED.read_text("utf-8"), packaged())
    )
    for each in stored.values():
        if each["state"] == "not" and now[each["id"]]["state"] == "partly":
            each["state"] = "partly"
    assert stored == now, "run script/promises --write"


@pytest.mark.parametrize(
    ("mark", "found"),
    [
        ('promise("R3")', [("R3", False)]),
        ('promise("R3", "D3", whole=True)', [("R3", True), ("D3", True)]),
        ('promise("R3", whole=False)', [("R3", False)]),
        ('parametrize("R3", [])', []),
    ],
)
def test_a_mark_proves_a_part_unless_it_says_whole(mark: str, found: list[tuple[str, bool]]) -> None:
    [node] = ast.parse(f"@pytest.mark.{mark}\ndef test(): ...").body
    assert isinstance(node, ast.FunctionDef)
    assert marks_of(node) == found
