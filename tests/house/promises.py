"""Table of promises: reads `@pytest.mark.promise(...)` from the tests without running them."""

import ast
import json
import re
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "docs" / "promises.md"


def promise_ids() -> list[str]:
    """Return all promise ids of the register, in order."""
    return re.findall(r"^\| ([A-Z]\d+) \|", REGISTER.read_text("utf-8"), re.M)


def promise_table() -> dict[str, list[str]]:
    """Return the test ids by promise. Raises KeyError if a test names an unknown promise."""
    table: dict[str, list[str]] = {each: [] for each in promise_ids()}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                for each in _marked_ids(node):
                    table[each].append(f"{path.relative_to(ROOT)}::{node.name}")
    return table


def _marked_ids(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    ids: list[str] = []
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise":
            ids += [str(ast.literal_eval(argument)) for argument in mark.args]
    return ids


def main() -> int:
    table = promise_table()
    if "--json" in sys.argv:
        print(json.dumps(table))
    else:
        for each, tests in table.items():
            print(f"{each:4} {len(tests)} test{'' if len(tests) == 1 else 's'}" + "".join(f"\n     {t}" for t in tests))
    return 0 if all(table.values()) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # a pipe closed by `| head` is not an error
    sys.exit(main())
