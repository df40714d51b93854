"""Every path, class and function named in ARCHITECTURE.md, the area READMEs, the glossary and the decisions exists."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.named_code import PACKAGE, ROOT, Names, missing
from tests.house.syntax import nodes

GLOSSARY = ROOT / "docs" / "glossary.md"
DESCRIPTIONS = (ROOT / "ARCHITECTURE.md", GLOSSARY, *sorted(PACKAGE.glob("*/README.md")))
DOCUMENTS = (*DESCRIPTIONS, *sorted((ROOT / "docs" / "decisions").glob("*.md")))
GUIDES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
OTHER_CODE = ("uvicorn.Server", "any/music/hold")
"""Names in docstrings that are not ours, or no code."""
SNAKE_CASE = re.compile(r"`(_?[a-z0-9]+(?:_[a-z0-9]+)+|_[a-z0-9]+)`")
WORD = re.compile(r"\w+")
LINK = re.compile(r"\]\(([^)#\s]+)")
README_LINES = 110
WITHOUT_README = {"core", "integrations", "media", "media_worker", "rtpengine", "sdp", "server", "sip", "transport"}
"""Packages without a README: they are described in ARCHITECTURE.md and in their docstrings."""


@pytest.fixture(scope="module")
def names() -> Names:
    return Names.read(PACKAGE)


@pytest.fixture(scope="module")
def words() -> frozenset[str]:
    """All words of the code, also of its texts."""
    return frozenset(word for path in PACKAGE.rglob("*.py") for word in WORD.findall(path.read_text("utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_code_exists(document: Path, names: Names) -> None:
    found = missing(document.read_text("utf-8"), document.parent, names)
    if found:
        pytest.fail("does not exist: " + ", ".join(found), pytrace=False)


@pytest.mark.parametrize("document", DESCRIPTIONS, ids=lambda path: str(path.relative_to(ROOT)))
def test_names_with_an_underscore_occur_in_the_code(document: Path, words: frozenset[str]) -> None:
    """Also those of functions, tables and parameters that stand alone, without a class or module."""
    assert not [name for name in SNAKE_CASE.findall(document.read_text("utf-8")) if name not in words]


def test_named_code_in_docstrings_exists(names: Names) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {each}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for text in docstrings(path)
        for each in missing(text, path.parent, names)
        if each not in OTHER_CODE
    ]
    if found:
        pytest.fail("does not exist:\n" + "\n".join(found), pytrace=False)


def docstrings(path: Path) -> list[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = nodes(path.read_text("utf-8"))
    return [text for node in found if isinstance(node, documented) and (text := ast.get_docstring(node))]


@pytest.mark.parametrize("document", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link]
    assert not [link for link in links if not (document.parent / link).exists()]


def test_every_guide_is_in_the_list_of_guides() -> None:
    docs = ROOT / "docs"
    assert "(docs/README.md)" in (ROOT / "README.md").read_text("utf-8")
    text = (docs / "README.md").read_text("utf-8")
    guides = [path for folder in ("howto", "reference") for path in (docs / folder).glob("*.md")]
    assert guides
    assert not [path.name for path in guides if f"({path.relative_to(docs)})" not in text]


def test_the_readme_is_short_and_begins_with_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= README_LINES
    assert re.findall(r"^(script/\S+)", text, re.MULTILINE)[:2] == ["script/server", "script/test"]


def test_every_area_has_a_readme() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert {path.parent.name for path in PACKAGE.glob("*/README.md")} == packages - WITHOUT_README


def test_every_layer_is_in_the_architecture() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    assert not [name for name in packages if f"`{name}`" not in text and f" {name} " not in text]


@pytest.mark.parametrize(
    ("span", "found"),
    [
        ("calls/manager.py", True),
        ("calls/nowhere.py", False),
        ("tests/house/test_sizes.py", True),
        ("calls.CallManager", True),
        ("calls.CallManagement", False),
        ("presence.Registrar", False),
        ("CallManager.incoming", True),
        ("CallManager.outgoing", False),
        ("ErasureSchedules.schedule", True),
        ("PersonErasures.schedule", False),
        ("manager.CallManager.incoming", True),
        ("state_machine.step", True),
        ("state_machine.leap", False),
        ("CallManager", True),
        ("Conductor", False),
        ("unificx.calls", True),
        ("unificx.phones", False),
        ("spool.append", True),
        ("spool.prepend", False),
        ("ready.json", True),
        ("*97", True),
        ("Contact", True),
    ],
)
def test_check_of_one_name(span: str, found: bool, names: Names) -> None:
    assert bool(missing(f"The `{span}` here.", PACKAGE, names)) is not found


def test_fenced_blocks_are_not_checked(names: Names) -> None:
    assert not missing("```\n`Conductor`\n```\n", PACKAGE, names)
