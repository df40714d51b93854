"""Rules for the tests themselves."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
BLOCKING = {"eventually"}
"""Functions that wait without giving way to other tasks of an event loop."""


def test_test_module_names_are_unique() -> None:
    """Test modules are imported by name only."""
    names = Counter(path.name for path in TESTS.rglob("test_*.py"))
    assert [name for name, times in names.items() if times > 1] == []


def test_phones_of_an_event_loop_are_never_blocked() -> None:
    """A phone that runs in the event loop of its test sends nothing while the test blocks it, so recordings miss what it
    should have sent: such tests use `wait_until`."""
    found = [
        f"{path.name}:{line}"
        for path in (TESTS / "outside").glob("*.py")
        for line in blocking_calls(ast.parse(path.read_text("utf-8")), in_coroutine=False)
    ]
    assert found == []


def test_no_constant_is_assigned_twice() -> None:
    """Functions that are called later would all use the second value, also those above it."""
    found = [
        f"{path.relative_to(TESTS)}: {name}"
        for path in TESTS.rglob("*.py")
        for name in assigned_twice(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


def test_second_assignment_is_found() -> None:
    assert list(assigned_twice(ast.parse("A = 1\nB = 2\nA: int = 3\nb = B\nb = 4\n"))) == ["A"]


def assigned_twice(module: ast.Module) -> list[str]:
    """Return the constants that the module itself assigns more than once."""
    names: Counter[str] = Counter()
    for node in module.body:
        match node:
            case ast.Assign(targets=targets):
                names.update(each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr()):
                names[name] += 1
            case _:
                pass
    return [name for name, times in names.items() if times > 1 and name.isupper()]


def blocking_calls(node: ast.AST, *, in_coroutine: bool) -> Iterator[int]:
    """Yield the lines of coroutines in which they call a blocking function themselves."""
    for child in ast.iter_child_nodes(node):
        inside = in_coroutine
        if isinstance(child, ast.AsyncFunctionDef):
            inside = True
        elif isinstance(child, ast.FunctionDef | ast.Lambda):
            inside = False
        elif inside and isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in BLOCKING:
            yield child.lineno
        yield from blocking_calls(child, in_coroutine=inside)
