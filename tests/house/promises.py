"""Table of promises: reads `@pytest.mark.promise(...)` from the tests without running them.

A mark says that its test proves a part of a promise; with `whole=True` it proves all that a test can prove of it, together
with the tests that its docstring names (`test_...`), which are marked with the same promise. The table is also in the
package, for `unificx privacy verify`, as the tests are not installed.
"""

import ast
import json
import re
import signal
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.house.syntax import nodes

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "docs" / "promises.md"
PACKAGED = ROOT / "unificx" / "privacy" / "promises.json"


@dataclass
class Proofs:
    """The tests that prove a promise wholly, and those that prove a part of it."""

    text: str
    whole: list[str] = field(default_factory=list)
    part: list[str] = field(default_factory=list)
    relied_on: list[str] = field(default_factory=list)
    """Names of the tests that the former name: together they prove it wholly."""
    undocumented: list[str] = field(default_factory=list)
    """Tests that prove it wholly and do not say how."""

    @property
    def state(self) -> str:
        return "kept" if self.whole else "partly" if self.part else "not"


def promise_texts() -> dict[str, str]:
    """Return the text of each promise of the register by its id, in order."""
    found = re.findall(r"^\| ([A-Z]\d+) \| (.+?) \|$", REGISTER.read_text("utf-8"), re.M)
    assert len(found) == len(dict(found)), "an id is used twice"
    return dict(found)


@cache
def promise_table() -> dict[str, Proofs]:
    """Return the proofs by promise. Raises KeyError if a test names an unknown promise."""
    table = {each: Proofs(text) for each, text in promise_texts().items()}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in nodes(path.read_text("utf-8")):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for each, whole in marks_of(node):
                    tests = table[each].whole if whole else table[each].part
                    tests.append(f"{path.relative_to(ROOT)}::{node.name}")
                    if whole:
                        named = named_tests(node, each)
                        table[each].relied_on += named or []
                        table[each].undocumented += [node.name] if named is None else []
    return table


def marks_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, bool]]:
    """Return the promises that a test is marked with, and whether it proves them wholly."""
    found: list[tuple[str, bool]] = []
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise":
            options = {each.arg: ast.literal_eval(each.value) for each in mark.keywords}
            if options.keys() - {"whole"}:
                raise KeyError(f"{node.name}: a mark has ids and whole=True")
            found += [(str(ast.literal_eval(argument)), options.get("whole") is True) for argument in mark.args]
    return found


def named_tests(node: ast.FunctionDef | ast.AsyncFunctionDef, promise: str) -> list[str] | None:
    """Return the names of the tests on which a test relies to prove a promise wholly.

    Its docstring has them after `ID as a whole:`, where it says how the parts of the promise are proved; None without it.
    """
    found = re.search(rf"\b{promise} as a whole:(.*?)(\b[A-Z]\d+ as a whole:|\Z)", ast.get_docstring(node) or "", re.S)
    return re.findall(r"`(test_\w+)`", found[1]) if found else None


def packaged() -> str:
    """Return the table for the package, one promise a line, with the tests that prove it wholly."""

    def entry(each: str, proofs: Proofs) -> dict[str, Any]:
        return {"id": each, "text": proofs.text, "state": proofs.state, "tests": proofs.whole}

    return "[\n" + ",\n".join(json.dumps(entry(*each)) for each in promise_table().items()) + "\n]\n"


def main() -> int:
    table = promise_table()
    if "--write" in sys.argv:
        PACKAGED.write_text(packaged(), "utf-8")
    elif "--json" in sys.argv:
        print(json.dumps({each: {"state": proofs.state, **vars(proofs)} for each, proofs in table.items()}))
    else:
        for each, proofs in table.items():
            print(f"{each:4} {proofs.state:7}{len(proofs.whole)} whole, {len(proofs.part)} part")
            for test in (*(f"{one} (whole)" for one in proofs.whole), *proofs.part):
                print(f"     {test}")
    return 0 if all(proofs.whole for proofs in table.values()) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a pipe closed by `| head` is not an error
    sys.exit(main())
