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
UNSEEN = {
    "`error.hint`": "of another refusal",
    "`fault.hint`": "of another refusal",
    "`refused.message`": "of another refusal",
    "`*problem['message']`": "of a refusal in another process",
    "`hint`": "a parameter: the callers have the texts",
    "`message`": "a parameter: the callers have the texts",
    "`text`": "a value",
    "`limit`": "a value",
    "`missing`": "a phrase",
    "`found[0]`": "a value",
    "`len(found)`": "a value",
    "`member.filename`": "a value",
    "`sound.length`": "a value",
    "`fault`": "an error",
    "`b''`": "bytes",
    "`self._suspended(account)`": "a reference",
    "`', '.join(['{}'] * len(listed))`": "no words",
    "`' '.join(['{}'] * len(found))`": "no words",
    "`more`": "the units of periods, which have a test",
    "`FEATURES[self.name].text`": "has its German text beside it",
    "`template.note`": "of a carrier",
    "`self._deps.transcriber.requirement`": "a phrase",
    "`self.transcription_requirement`": "a phrase",
}
"""Expressions in the place of a text whose texts this test does not see, and what they are."""


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
    """Iterate over the texts that an expression may have, with `{}` for each value; its code where that is unknown."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Call(func=ast.Name(id="Phrase"), args=[first, *_]):
            yield from texts_of(first, named)
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*texts_of(body, named), *texts_of(orelse, named))
        case ast.BoolOp(values=values):
            yield from (text for value in values for text in texts_of(value, named))
        case ast.Name(id=name) if name in named:
            others = {each: values for each, values in named.items() if each != name}
            yield from (text for value in named[name] for text in texts_of(value, others))
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if f"{name}()" in named:
            yield from (text for value in named[f"{name}()"] for text in texts_of(value, named))
        case _:
            yield f"`{ast.unparse(node)}`"


def named_values(tree: ast.Module) -> defaultdict[str, list[ast.expr]]:
    """Return the values of the variables of a module by name, and the results of its functions, as `name()`."""
    found: defaultdict[str, list[ast.expr]] = defaultdict(list)
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) | ast.NamedExpr(ast.Name(id=name), value):
                found[name].append(value)
            case ast.FunctionDef(name=name):
                results = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
                found[f"{name}()"] += results
    return found


def refused_texts(tree: ast.Module, refusals: set[str], constants: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    """Iterate over messages and hints of the refusals in a module, and of its functions that return one; and over its
    phrases, which may be values in others."""
    named = {**constants, **named_values(tree)}
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    returned = {node.name: node.returns.id for node in functions if isinstance(node.returns, ast.Name)}
    makers = refusals | {name for name, kind in returned.items() if kind in refusals}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in makers:
                first = node.args[1:] if node.func.id == "UnreadableFile" else node.args[:1]
                hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
                yield from (text for value in (*first, *hints) for text in texts_of(value, named))
            elif node.func.id == "Phrase":
                yield from texts_of(node, named)


def test_every_refusal_that_the_client_shows_has_a_german_text() -> None:
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
    refusals = refusal_names(trees)
    values = [(name, each) for tree in trees.values() for name, each in named_values(tree).items()]
    constants = {name: each for name, each in values if name.isupper()}
    shown = {
        text
        for path, tree in trees.items()
        if not path.startswith(NOT_IN_THE_CLIENT)
        for text in refused_texts(tree, refusals, constants)
        if re.search("[A-Za-z]", text.replace("{}", ""))
    }
    assert len(shown) > 1000
    assert sorted(shown - german_texts().keys() - UNSEEN.keys()) == []
    assert sorted(UNSEEN.keys() - shown) == []


def test_every_message_about_a_value_has_a_german_text() -> None:
    tree = ast.parse(Path(validation_messages.__file__).read_text("utf-8"))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    messages = {text for text in texts if text.startswith(("must ", "is ", "contains "))}
    assert len(messages) > 40
    assert sorted(messages - german_texts().keys()) == []


def test_german_texts_have_the_values_of_the_english_ones() -> None:
    assert [text for text, german in german_texts().items() if text.count("{}") != german.count("{}")] == []
