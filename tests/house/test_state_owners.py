"""Live state has an owner: a class that keeps a growing collection says which process its content belongs to.

State that is true for more than one process goes through a port of `cluster`. A class outside it that creates an empty
dictionary, set or counter in `__init__` has a comment `# Owner: ...` beside it, which names the node or the object that
the content belongs to.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.syntax import nodes

PACKAGE = Path(__file__).parents[2] / "unificx"
COLLECTIONS = {"dict", "set", "defaultdict", "OrderedDict", "Counter", "deque"}
PURE = {"cli", "cluster", "core", "media", "prompts", "sdp", "sip"}
"""Packages without live state of the installation: tools of one command, engines and values that their user owns."""
MARK = "# Owner:"


def collections_without_owner(source: str) -> Iterator[str]:
    """Yield the classes that keep a collection, but name no owner."""
    lines = source.splitlines()
    for node in nodes(source):
        if not isinstance(node, ast.ClassDef):
            continue
        text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if any(map(is_empty_collection, assigned_values(node))) and MARK not in text:
            yield node.name


def assigned_values(cls: ast.ClassDef) -> Iterator[ast.expr]:
    """Yield the values of the attributes that `__init__` assigns."""
    for method in cls.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            for node in ast.walk(method):
                match node:
                    case (
                        ast.Assign(targets=[ast.Attribute(value=ast.Name(id="self"))], value=value)
                        | ast.AnnAssign(target=ast.Attribute(value=ast.Name(id="self")), value=ast.expr() as value)
                    ):
                        yield value
                    case _:
                        pass


def is_empty_collection(value: ast.expr) -> bool:
    match value:
        case ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)), args=args):
            return name in COLLECTIONS and (not args or name == "defaultdict")
        case _:
            return False


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        if relative.parts[0] not in PURE and "machine" not in relative.parts:
            yield relative.as_posix(), path.read_text("utf-8")


def test_live_state_names_its_owner() -> None:
    found = [f"{path} {name}" for path, source in sources() for name in collections_without_owner(source)]
    assert not found, "add `# Owner: ...`, or use a port of cluster:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("self._a = {}", True),
        ("self._a: dict[str, int] = {}", True),
        ("self._a: OrderedDict[str, int] = OrderedDict()", True),
        ("self._a = defaultdict[str, int](int)", True),
        ("self._a = set()", True),
        ("self._a = {}  # Owner: this node.", False),
        ("self._a = {'known': 1}", False),
        ("self._a = dict(values)", False),
        ("self._a = ()", False),
        ("a = {}", False),
    ],
)
def test_collections_are_found(line: str, found: bool) -> None:
    source = f"class Store:\n    def __init__(self, values):\n        {line}\n"
    assert list(collections_without_owner(source)) == ["Store"] * found
