"""Prose is plain technical English: docstrings, comments, texts for users, documentation and commit subjects.

Only what a pattern can recognise is checked. Text in backquotes is code and is skipped; so are the spoken prompts.
"""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.syntax import nodes

ROOT = Path(__file__).parents[2]

_SENTENCE = r"(?:^|(?<=[.!;:|]\s)|(?<=[.!;:|]\s\s)|(?<=[.!]\)\s))"
PATTERNS = {
    "sentence that starts with who or what": _SENTENCE + r"(?:Who|Whoever|Whom|Whose|What|Whatever)\b(?![^.]*\?)",
    "he or she for a person or device": r"(?i)\b(?:he|his|him|himself|she|her|hers|herself|whom|whoever)\b",
    "nobody, somebody or everybody": r"(?i)\b(?:nobody|somebody|everybody)\b",
    "is no": r"(?i)(?<!\bthere )(?<!\bthere\n)\b(?:is|are|was|were) no (?!(?:longer|more|later|earlier|less|weaker|fewer)\b)",
    "metaphor": r"(?i)\b(?:"
    r"strangers?|impostors?|couriers?|postm[ae]n|(?<!message )(?<!waiting )lamps?|stairs|staircases?|the floors|(?:upper|lower) floors?"
    r"|(?:in|of|through|the|a|public|front) (?:house|doors?|windows? of the|desk(?! phone))"
    r"|(?:the|with|its|our) hands of the|(?:by|with|its|our|from one) hands|(?:its|our|own) eyes|(?:its|our|own) ears|(?:next|this|former|whole) life"
    r"|puts? away|throw[ns]? away|thrown away|gives? away|given away|knocks?|strays?|whispers? of"
    r")\b",
}
COMPILED = {name: re.compile(pattern, re.MULTILINE) for name, pattern in PATTERNS.items()}
CODE = re.compile(r"```.*?```|``[^`]+``|`[^`]+`|\"[^\"\n]{1,60}\"|^(?: {4}|\t).*$", re.DOTALL | re.MULTILINE)
SPOKEN = (
    "unificx/prompts/sentences.py",
    "unificx/prompts/notice_sentences.py",
)
SKIPPED = ("tests/house/test_prose.py", "docs/glossary.md")
"""Files that quote banned words: this one, and the former terms in the glossary."""

PENDING: set[str] = set()
"""Documents that are not yet rewritten. May only shrink: a document without findings has to be removed from here."""

FIRST_COMMIT = "sip: Rewrite docstrings and private names in plain English"
SUBJECT = re.compile(
    r"(?:[\w/.-]+(?:, [\w/.-]+)*: )?[A-Z]\w*(?<!ed)(?:(?<!ing)|(?<=\bBring)) .*[^.]$|(?:Merge|Revert) .*"
)
_NO_VERB = re.compile(r"(?:.*?: )?(?:The|A|An|Who|What|It|This|That|Its|Their|Each|Every|All|No|One|Some|If|When)\b")
MAX_SUBJECT = 72


class Text(NamedTuple):
    """A piece of prose with the line of its beginning."""

    line: int
    text: str


def findings(text: str, *, is_code: bool = True) -> Iterator[tuple[int, str, str]]:
    """Yield line offset, name and context of each banned pattern."""
    plain = CODE.sub(lambda code: "x" + "\n" * code[0].count("\n"), text) if is_code else text
    for name, pattern in COMPILED.items():
        for match in pattern.finditer(plain):
            yield plain.count("\n", 0, match.start()), name, plain[max(match.start() - 30, 0) : match.end() + 30]


def python_texts(source: str, *, strings: bool) -> Iterator[Text]:
    """Yield docstrings (of attributes too) and comments; with `strings` also other literals of three words or more."""
    docstrings: set[int] = set()
    for node in nodes(source):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            docstrings.add(id(node.value))
            yield Text(node.lineno, _dedented(node.value.value))
    for node in nodes(source) if strings else ():
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        if is_text and node.value.count(" ") >= 2:
            yield Text(node.lineno, node.value)
    yield from _joined(
        Text(token.start[0], token.string.lstrip("#:").strip())
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )


def _dedented(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def _joined(comments: Iterable[Text]) -> Iterator[Text]:
    """Join the lines of a comment."""
    first, lines = 0, list[str]()
    for line, text in comments:
        if lines and line != first + len(lines):
            yield Text(first, "\n".join(lines))
            lines = []
        if not lines:
            first = line
        lines.append(text)
    if lines:
        yield Text(first, "\n".join(lines))


def typescript_texts(source: str) -> Iterator[Text]:
    """Yield the comments."""
    for block in re.finditer(r"/\*(.*?)\*/|(?<![:\"'`])//[ \t]?([^\n]*(?:\n\s*//[^\n]*)*)", source, re.DOTALL):
        text = re.sub(r"\n\s*(?:\*|//) ?", "\n", block[1] or block[2] or "").strip("* ")
        yield Text(source.count("\n", 0, block.start()) + 1, text)


def catalogue_texts(source: str) -> Iterator[Text]:
    """Yield the messages of a gettext catalogue, of one or several lines."""
    for entry in re.finditer(r'^msgid ("(?:.*)"(?:\n".*")*)', source, re.MULTILINE):
        yield Text(source.count("\n", 0, entry.start()) + 1, "".join(re.findall(r'"(.*)"', entry[1])))


def document_texts(source: str) -> Iterator[Text]:
    yield Text(1, re.sub(r"^ +(?=[-*\d])", "", source, flags=re.MULTILINE))


def texts(path: str, source: str) -> Iterator[Text]:
    match Path(path).suffix:
        case ".py":
            return python_texts(source, strings=path.startswith("unificx/") and path not in SPOKEN)
        case ".ts" | ".tsx":
            return typescript_texts(source)
        case ".po":
            return catalogue_texts(source)
        case _:
            return document_texts(source)


def documents() -> list[str]:
    """Return all checked files, relative to the root."""
    patterns = (
        "unificx/**/*.py",
        "tests/**/*.py",
        "bench/**/*.py",
        "unificx/**/*.md",
        "unificx/notifications/templates/*",
    )
    patterns += (
        "client/*/**/*.ts",
        "client/*/**/*.tsx",
        "client/src/locales/en.po",
        "docs/**/*.md",
        "*.md",
        "client/*.md",
    )
    paths = {path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)}
    skipped = ("client/node_modules/", "client/dist/", "client/src/api/generated/")
    return sorted(path for path in paths if not path.startswith(skipped) and path not in SKIPPED)


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """Findings by file."""
    by_file: dict[str, list[str]] = {}
    for path in documents():
        for text in texts(path, (ROOT / path).read_text("utf-8")):
            for offset, name, context in findings(text.text):
                by_file.setdefault(path, []).append(f"{path}:{text.line + offset} {name}: {context!r}")
    return by_file


def test_prose_is_plain_english(found: dict[str, list[str]]) -> None:
    lines = [line for path, lines in found.items() if path not in PENDING for line in lines]
    assert not lines, "\n".join(lines)


def test_pending_documents_still_have_findings(found: dict[str, list[str]]) -> None:
    assert found.keys() >= PENDING


def test_all_kinds_of_documents_are_checked() -> None:
    assert {Path(path).suffix for path in documents()} >= {".py", ".md", ".html", ".txt", ".ts", ".tsx", ".po"}


def is_good_subject(subject: str) -> bool:
    """Return whether a commit subject is `area: Verb …` or `Verb …`, short enough and without a full stop."""
    return len(subject) <= MAX_SUBJECT and bool(SUBJECT.fullmatch(subject)) and not _NO_VERB.match(subject)


def test_commit_subjects_are_imperative() -> None:
    git = ["git", "-C", str(ROOT), "log", "--no-merges"]
    first = subprocess.run(
        [*git, "--fixed-strings", f"--grep={FIRST_COMMIT}", "--format=%H"], capture_output=True, text=True
    )
    if first.returncode or not first.stdout.split():
        pytest.skip("no git history")
    since = first.stdout.split()[-1]
    subjects = subprocess.run(
        [*git, "--format=%s", f"{since}^..HEAD"], capture_output=True, text=True
    ).stdout.splitlines()
    assert FIRST_COMMIT in subjects
    assert [subject for subject in subjects if not is_good_subject(subject)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Who withholds his number withholds it in the lists too.",
        "Ends the call. What is left of it is journalled.",
        "* Whoever is parked hears music.",
        "The user enters his PIN.",
        "Tell her.",
        "Nobody answers.",
        "A guest is no host.",
        "Keeps strangers out.",
        "Through the front door of the area.",
        "The hands of the call manager.",
        "Messages are put away.",
        "Calls are given away.",
        "Known in the next life of the process.",
    ],
)
def test_bad_prose_is_found(text: str) -> None:
    assert list(findings(text))


@pytest.mark.parametrize(
    "text",
    [
        "Hide withheld numbers from call apps and call lists.",
        "What is the time? Who calls?",
        "The caller, who hears music, waits.",
        "There is no such tenant. The call is no longer live.",
        "Run as the user `nobody`; the value is `put_away`.",
        "Desk phone, ground floor. The window is 32 packets. Letters and digits.",
        "A participant raises their hand.",
        "The header, shepherd, this and heart contain three pronouns.",
        'Say "nobody" aloud.',
    ],
)
def test_good_prose_is_not_found(text: str) -> None:
    assert list(findings(text)) == []


@pytest.mark.parametrize(
    ("path", "source", "lines"),
    [
        (
            "unificx/a.py",
            '"""Doc.\n\nNobody."""\n# a\n# nobody\nx = "one two nobody"\ny: int\n"""nobody"""\n',
            [3, 5, 6, 8],
        ),
        ("tests/a.py", 'x = "one two nobody"  # nobody\n', [1]),
        ("client/src/a.ts", "const a = 'nobody'; // nobody\n/**\n * nobody\n */\n", [1, 3]),
        ("client/src/locales/en.po", 'msgid ""\n"one nobody"\nmsgstr "nobody"\n', [1]),
        ("README.md", "one\n```\nnobody\n```\nnobody\n", [5]),
    ],
)
def test_texts_are_found(path: str, source: str, lines: list[int]) -> None:
    offsets = [text.line + offset for text in texts(path, source) for offset, *_ in findings(text.text)]
    assert sorted(offsets) == lines


@pytest.mark.parametrize(
    ("subject", "good"),
    [
        ("calls: Hide withheld numbers from call apps", True),
        ("sip, sdp: Rename identifiers to RFC 3261 terms", True),
        ("Move packages and modules to the standard layout", True),
        ("Who withholds his number withholds it from everybody", False),
        ("recorder: What a recording does beside its rules fails alike", False),
        ("calls: hide withheld numbers", False),
        ("calls: Hides.", False),
        ("calls: Renamed the states", False),
        ("calls: Renaming the states", False),
        ("outside: Bring everyone back", True),
        ("calls: The states are renamed", False),
        ("calls: Rename " + "x" * 72, False),
    ],
)
def test_commit_subject_rules(subject: str, good: bool) -> None:
    assert is_good_subject(subject) is good
