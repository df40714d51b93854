"""Each row of a table in a document has as many cells as its header: a wrapped row would end the table."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATTERNS = ("*.md", "client/*.md", "docs/**/*.md", "unificx/**/*.md")
_FENCED = re.compile(r"^```.*?^```", re.M | re.S)


def broken_rows(text: str) -> list[str]:
    """Return the rows of tables that are not closed, or have more or fewer cells than the first one."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", _FENCED.sub("", text), re.M):
        rows = [row.replace(r"\|", "") for row in table.splitlines()]
        found += [row for row in rows if not row.endswith("|") or row.count("|") != rows[0].count("|")]
    return found


def test_tables_of_documents_are_whole() -> None:
    documents = [path for pattern in PATTERNS for path in ROOT.glob(pattern)]
    assert {path.name for path in documents} >= {"ARCHITECTURE.md", "glossary.md", "README.md"}
    assert {path: rows for path in documents if (rows := broken_rows(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("| a | b |\n|---|---|\n| 1 | 2 |\n", []),
        ("| a | b |\n|---|---|\n| 1 \\| 2 | 3 |\n", []),
        ("```\n| a\n```\n", []),
        ("| a | b |\n|---|---|\n| 1 |\n2 |\n", ["| 1 |"]),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", ["| 1 | 2 | 3 |"]),
        ("| a | b |\n|---|---|\n| 1\n2 |\n", ["| 1"]),
    ],
)
def test_broken_rows_are_found(text: str, broken: list[str]) -> None:
    assert broken_rows(text) == broken
