"""SDP is read and changed in `unificx.sdp` only: a pattern elsewhere knows less about it than the functions there."""

import ast
import re
from pathlib import Path

import pytest

import unificx
from tests.house.syntax import nodes

PACKAGE = Path(unificx.__path__[0])
LINE_PATTERN = re.compile(rb"(?:^|[\n^]|\\n)(?:\(\?:)?[acmov]=")
"""A bytes constant that searches for an SDP line at the start of a line."""


def sdp_patterns(source: str) -> list[int]:
    """Return the lines of bytes constants that are patterns for SDP lines."""
    constants = [node for node in nodes(source) if isinstance(node, ast.Constant)]
    return [each.lineno for each in constants if isinstance(each.value, bytes) and LINE_PATTERN.search(each.value)]


def test_sdp_is_read_in_one_package() -> None:
    sources = {path.relative_to(PACKAGE): path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    found = {str(path) for path, source in sources.items() if sdp_patterns(source)}
    assert {each for each in found if not each.startswith("sdp/")} == set()
    assert {"sdp/inspection.py", "sdp/editing.py", "sdp/sections.py"} <= found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('x = re.compile(rb"^a=ice-ufrag:")', [1]),
        ('y = 1\nx = b"\\na=ice-ufrag:" in sdp', [2]),
        ('x = rb"^(?:c=IN IP4)"', [1]),
        ('x = sdp.split(b"\\nm=")', [1]),
        ('x = b"v=0"', [1]),
        ('x = "a=sendrecv"', []),
        ('x = b"alpha=1"', []),
    ],
)
def test_patterns_are_found(source: str, found: list[int]) -> None:
    assert sdp_patterns(source) == found
