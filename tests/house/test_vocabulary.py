"""Identifiers use the terms of docs/glossary.md: no word of the former vocabulary (vocabulary.toml) is left."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.house.syntax import nodes

ROOT = Path(__file__).parents[2]
VOCABULARY = tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text("utf-8"))
WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
TYPESCRIPT_NOISE = re.compile(
    r"""/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`"""
    r"""|(?<=[>}])[^<>{}=;()]*(?=</?\w|\{)""",
    re.DOTALL,
)
GENERATED = "client/src/api/generated"


@dataclass(frozen=True, slots=True)
class Identifier:
    """A name with its line; `is_type` for the name of a class, type, module or folder."""

    name: str
    line: int
    is_type: bool = False


@dataclass
class Vocabulary:
    """Banned words, phrases, whole names and names of types, each in lower case but the types."""

    words: set[str]
    phrases: set[str]
    names: set[str]
    types: set[str]
    used: set[tuple[int, str]] = field(default_factory=set)

    def find(self, identifier: Identifier) -> str | None:
        """Return the banned word, phrase or name in an identifier, or None."""
        words = [word.lower() for word in WORD.findall(identifier.name)]
        joined = f"_{'_'.join(words)}_"
        found = next((word for word in words if word in self.words), None)
        found = found or next((phrase for phrase in self.phrases if f"_{phrase}_" in joined), None)
        if found is None and "_".join(words) in self.names:
            found = identifier.name
        if found is None and identifier.is_type and identifier.name in self.types:
            found = identifier.name
        return found

    def excepted(self, name: str, path: str) -> bool:
        """Return whether the name is allowed in the file. Such exceptions are collected in `used`."""
        for number, each in enumerate(VOCABULARY["exceptions"]):
            if name in each["names"] and any(fnmatch(path, pattern) for pattern in each.get("in", ["*"])):
                self.used.add((number, name))
                return True
        return False


def vocabulary() -> Vocabulary:
    return Vocabulary(*(set(VOCABULARY[kind]) for kind in ("words", "phrases", "names", "types")))


def python_identifiers(source: str) -> Iterator[Identifier]:
    """Yield each name, attribute, parameter, keyword, function, class, alias and captured pattern."""
    for node in nodes(source):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield Identifier(name, node.lineno)
            case ast.Attribute(attr=name):
                yield Identifier(name, node.end_lineno or node.lineno)
            case ast.keyword(arg=str(name)):
                yield Identifier(name, node.value.lineno)
            case ast.ClassDef(name=name):
                yield Identifier(name, node.lineno, is_type=True)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield Identifier(name, node.lineno)
            case ast.alias(name=name, asname=alias):
                yield Identifier(alias or name.rpartition(".")[2], node.lineno)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield Identifier(name, node.lineno)


def typescript_identifiers(source: str) -> Iterator[Identifier]:
    """Yield each identifier outside of comments, strings and JSX text, and the names in template strings."""
    code = TYPESCRIPT_NOISE.sub(_without_noise, source)
    for each in re.finditer(r"(\b(?:class|interface|type|enum)\s+)?\b([A-Za-z_$][\w$]*)", code):
        yield Identifier(each[2], code.count("\n", 0, each.start(2)) + 1, is_type=bool(each[1]))


def _without_noise(noise: re.Match[str]) -> str:
    """Return the line ends of a comment, string or JSX text, and the expressions of a template string."""
    expressions = re.findall(r"\$\{([^}]*)\}", noise[0]) if noise[0].startswith("`") else []
    return f" {' '.join(expressions)} " + "\n" * (noise[0].count("\n") - sum(each.count("\n") for each in expressions))


def sources() -> list[Path]:
    python = [path for top in ("unificx", "tests", "bench") for path in (ROOT / top).rglob("*.py")]
    client = [path for path in (ROOT / "client" / "src").rglob("*") if path.suffix in (".ts", ".tsx")]
    return sorted(path for path in python + client if not path.is_relative_to(ROOT / GENERATED))


def module_names(path: Path) -> Iterator[Identifier]:
    """Yield the names of the file and its folder. Numbers of migrations and `test_` are not part of a name."""
    stem = re.sub(r"^(\d+_|test_)|\.test$", "", path.stem)
    yield Identifier(stem, 0, is_type=True)
    yield Identifier(path.parent.name, 0, is_type=True)


@pytest.fixture(scope="module")
def violations() -> tuple[list[str], Vocabulary]:
    words, found = vocabulary(), list[str]()
    for path in sources():
        place = path.relative_to(ROOT).as_posix()
        text = path.read_text("utf-8")
        identifiers = python_identifiers(text) if path.suffix == ".py" else typescript_identifiers(text)
        for each in (*module_names(path), *identifiers):
            if (banned := words.find(each)) and not words.excepted(each.name, place):
                found.append(f"{place}:{each.line} {each.name} ({banned})")
    return found, words


def test_no_identifier_uses_the_former_vocabulary(violations: tuple[list[str], Vocabulary]) -> None:
    assert not violations[0], "\n".join(dict.fromkeys(violations[0]))


def test_every_exception_is_in_use_and_has_a_reason(violations: tuple[list[str], Vocabulary]) -> None:
    exceptions = VOCABULARY["exceptions"]
    every = {(number, name) for number, each in enumerate(exceptions) for name in each["names"]}
    assert violations[1].used == every
    assert all(len(each["why"].split()) >= 2 for each in exceptions)


def test_word_lists_are_sorted_and_disjoint() -> None:
    for kind in ("words", "phrases", "names", "types"):
        assert VOCABULARY[kind] == sorted(set(VOCABULARY[kind])), kind


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("class LetterRow: ...", ["LetterRow"]),
        ("def tell_stranger(self): ...", ["tell_stranger"]),
        ("f(whom=1)", ["whom"]),
        ("x.far_end_address", ["far_end_address"]),
        ("def f(said, aforesaid): ...", ["said"]),
        ("import a.postman as postman", ["postman"]),
        ("try: ...\nexcept E as told: ...", ["told"]),
        ("match x:\n    case A(hush=1) as impostor: ...", ["impostor"]),
        ("class Draft: ...\nDraft()", ["Draft"]),
        ("timestamp = is_kept = newsletter = interface = handset", []),
        ("'told'  # said", []),
    ],
)
def test_banned_words_are_found_in_python(source: str, found: list[str]) -> None:
    assert [each.name for each in python_identifiers(source) if vocabulary().find(each)] == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("const stampOf = (whom: string) => whom;", ["stampOf", "whom", "whom"]),
        ("interface Ear { size: number }", ["Ear"]),
        ("export type Undone = string;", ["Undone"]),
        ("// told\nconst a = 'told'; /* told\n */", []),
        ("const a = `told ${stranger} told`;", ["stranger"]),
        ("return <Text>Nobody told {stranger} it</Text>;", ["stranger"]),
        ("const unfoldedHandset = timestamp;", []),
    ],
)
def test_banned_words_are_found_in_typescript(source: str, found: list[str]) -> None:
    assert [each.name for each in typescript_identifiers(source) if vocabulary().find(each)] == found


def test_lines_of_typescript_are_counted() -> None:
    assert [each.line for each in typescript_identifiers("/* a\nb */\n'c'\nd")] == [4]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("unificx/calls/hands.py", ["hands"]),
        ("unificx/kernel/clock.py", ["kernel"]),
        ("unificx/db/migrations/versions/0009_how_sound_is_kept.py", []),
        ("tests/engines/test_postman.py", ["postman"]),
    ],
)
def test_banned_words_are_found_in_file_names(path: str, found: list[str]) -> None:
    assert [each.name for each in module_names(Path(path)) if vocabulary().find(each)] == found
