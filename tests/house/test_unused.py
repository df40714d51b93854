"""Every public function, class, method and constant of the package is used by the package, by `bench` or by a script."""

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from tests.house.named_code import PACKAGE, ROOT
from tests.house.syntax import nodes, parsed

NO_DECORATOR = {"property", "staticmethod", "classmethod", "cached_property", "contextmanager", "asynccontextmanager"}
"""Decorators that do not register what they decorate, as routes and commands do."""
RUN_BY_SCRIPT = re.compile(r"-m (tests\.[\w.]+)")
REASONS = {
    "api.http_connection.Acceptor.wait_closed": "called by uvicorn",
    "cli.groups.MORE_COMMANDS": "importing these modules adds their commands",
    "db.sqlite._Cursor.fetchmany": "called by SQLAlchemy",
    "db.sqlite._Cursor.setinputsizes": "called by SQLAlchemy",
    "server.transfer.moved_rows.LEFT": "test_transfer_rules requires each table in it or in MOVED",
}


def unused(sources: Mapping[str, str], others: Mapping[str, str]) -> Iterator[str]:
    """Yield `module.name` or `module.Class.name` of what is neither used in the `sources`, outside its own definition,
    nor in the `others`. Names decide, whatever they belong to. The `__init__` of a package does not use what it imports."""
    used: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for module, source in {**sources, **others}.items():
        for node in nodes(source):
            match node:
                case ast.Name(id=name, ctx=ast.Load()) | ast.Attribute(attr=name, ctx=ast.Load()):
                    used[name].append((module, node.lineno))
                case ast.ImportFrom(names=names) if not module.endswith("__init__"):
                    for each in names:
                        used[each.name].append((module, node.lineno))
                case _:
                    pass
    for module, source in sources.items():
        for name, node in definitions(parsed(source)):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            if all(each == module and line in lines for each, line in used[name.rpartition(".")[2]]):
                yield f"{module}.{name}"


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the public names that a module defines, and those of its classes as `Class.name`."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=owner, body=body):
                yield owner, node
                for each in body:
                    if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and _counts(each):
                        yield f"{owner}.{each.name}", each
            case ast.FunctionDef() | ast.AsyncFunctionDef() if _counts(node):
                yield node.name, node
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                if not name.startswith("_"):
                    yield name, node
            case _:
                pass


def _counts(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    decorators = {ast.unparse(each).rpartition(".")[2] for each in function.decorator_list}
    return not function.name.startswith("_") and decorators <= NO_DECORATOR


def is_inherited(name: str) -> bool:
    """Whether a class that is not ours declares the method, to call it."""
    module, _, method = name.rpartition(".")
    module, _, owner = module.rpartition(".")
    if not owner[:1].isupper() and not owner.startswith("_"):
        return False  # a function or constant of a module
    bases = getattr(importlib.import_module(f"unificx.{module}"), owner).__mro__[1:]
    return any(hasattr(base, method) for base in bases if not base.__module__.startswith("unificx."))


def test_everything_is_used() -> None:
    sources = {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path.read_text("utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
        if "versions" not in path.parts
    }
    scripts = [path.read_text("utf-8") for path in sorted((ROOT / "script").iterdir())]
    run = [ROOT / f"{name.replace('.', '/')}.py" for text in scripts for name in RUN_BY_SCRIPT.findall(text)]
    others = {str(path): path.read_text("utf-8") for path in [*run, *sorted((ROOT / "bench").rglob("*.py"))]}
    templates = " ".join(path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.j2")))
    found = {
        name
        for name in unused(sources, others)
        if not re.search(rf"\.{name.rpartition('.')[2]}\b", templates) and not is_inherited(name)
    }
    if found != REASONS.keys():
        pytest.fail("unused: " + ", ".join(sorted(found ^ REASONS.keys())), pytrace=False)


@pytest.mark.parametrize(
    ("source", "other", "found"),
    [
        ("def one(): ...", "", ["calls.one"]),
        ("def one(): one()", "", ["calls.one"]),
        ("def one(): ...\none()", "", []),
        ("def one(): ...", "calls.one()", []),
        ("def one(): ...", "from calls import one", []),
        ("class A:\n    def one(self): ...", "A()", ["calls.A.one"]),
        ("class A:\n    def one(self): ...", "A().one()", []),
        ("class A:\n    def _one(self): ...", "A()", []),
        ("class A:\n    @property\n    def one(self): ...", "A()", ["calls.A.one"]),
        ("@router.get('/')\ndef one(): ...", "", []),
        ("ONE: int = 1", "", ["calls.ONE"]),
        ("_ONE = 1", "", []),
    ],
)
def test_unused_names_are_found(source: str, other: str, found: list[str]) -> None:
    assert list(unused({"calls": source}, {"bench": other})) == found


def test_a_re_export_is_no_use() -> None:
    sources = {"calls.calls": "def one(): ...", "calls.__init__": "from calls.calls import one\n__all__ = ['one']"}
    assert list(unused(sources, {})) == ["calls.calls.one"]
