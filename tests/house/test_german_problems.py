"""Every text of a refusal that a user can meet has a German one: the client shows the texts of the server."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from unificx.api import validation_messages
from unificx.api.problem_texts import german_texts

ROOT = Path(__file__).parents[2] / "unificx"
NOT_IN_THE_CLIENT = (
    "api/carddav",
    "api/dav_xml",
    "cli/",
    "cluster/",
    "core/archives",
    "db/",
    "integrations/object_store",
    "integrations/turn",
    "media",
    "privacy/audit/proofs",
    "privacy/audit/verification",
    "privacy/key_file",
    "privacy/master",
    "privacy/moving",
    "privacy/receipt",
    "privacy/signing",
    "registrar/",
    "rtpengine/",
    "sdp/",
    "server/",
    "sip",
    "transport/",
)
"""Beginnings of paths whose refusals are those of the command line, of SIP, of start-up, or of synchronized devices."""
NOT_SHOWN = {"StartupError", "DavRefusal", "SystemExit"}


def refusal_names(trees: Mapping[str, ast.Module]) -> set[str]:
    """Return the names of the domain errors."""
    bases = {
        each.name: {base.id for base in each.bases if isinstance(base, ast.Name)}
        for tree in trees.values()
        for each in ast.walk(tree)
        if isinstance(each, ast.ClassDef)
    }
    found = {"DomainError"}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found - NOT_SHOWN


def texts_of(node: ast.expr, named: Mapping[str, Sequence[ast.expr]]) -> Iterator[str]:
    """Iterate over the texts that an expression may have, with `{}` for each value."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*texts_of(body, named), *texts_of(orelse, named))
        case ast.Name(id=name):
            yield from (text for value in named.get(name, ()) for text in texts_of(value, {}))
        case _:
            return


def refused_texts(tree: ast.Module, refusals: set[str]) -> Iterator[str]:
    """Iterate over messages and hints of the refusals in a module, and of its functions that return one."""
    named: defaultdict[str, list[ast.expr]] = defaultdict(list)
    makers = set(refusals)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named[target.id].append(node.value)
        elif isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id in refusals:
            makers.add(node.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
            first = node.args[1:] if node.func.id == "UnreadableFile" else node.args[:1]
            hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            yield from (text for value in (*first, *hints) for text in texts_of(value, named))


def test_every_refusal_that_the_client_shows_has_a_german_text() -> None:
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
    refusals = refusal_names(trees)
    shown = {
        text
        for path, tree in trees.items()
        if not path.startswith(NOT_IN_THE_CLIENT)
        for text in refused_texts(tree, refusals)
        if re.search("[A-Za-z]", text.replace("{}", ""))
    }
    assert len(shown) > 1000
    assert sorted(shown - german_texts().keys()) == []


def test_every_message_about_a_value_has_a_german_text() -> None:
    tree = ast.parse(Path(validation_messages.__file__).read_text("utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    messages = {text for text in texts if text.startswith(("must ", "is ", "contains "))}
    assert len(messages) > 40
    names = ("{min_length}", "{max_length}", "{gt}", "{ge}", "{le}", "{expected}", "{error}")
    for name in names:
        messages = {text.replace(name, "{}") for text in messages}
    assert sorted(messages - german_texts().keys()) == []


def test_german_texts_have_the_values_of_the_english_ones() -> None:
    assert [text for text, german in german_texts().items() if text.count("{}") != german.count("{}")] == []


def test_no_two_values_of_a_text_are_side_by_side() -> None:
    """Nothing shows where the first one ends."""
    assert [text for text in german_texts() if "{}{}" in text] == []
