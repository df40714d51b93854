"""Limits on the size of files and functions and on the number of parameters."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.syntax import nodes

ROOT = Path(__file__).parents[2] / "unificx"
FILE_LINES, FUNCTION_LINES, PARAMETERS = 500, 60, 7
GENERATED = ("migrations", "generated")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if not set(path.parts) & set(GENERATED)]


def functions(source: str) -> Iterator[Function]:
    """Yield all functions. Names that the module gives to options, for several commands, are replaced by the options."""
    if "typer.Option" not in source:
        return (node for node in nodes(source) if isinstance(node, Function))
    module = ast.parse(source)
    options = {
        target.id: each.value
        for each in module.body
        if isinstance(each, ast.Assign) and "typer.Option" in ast.unparse(each.value)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.arg) and isinstance(node.annotation, ast.Name):
            node.annotation = options.get(node.annotation.id, node.annotation)
    return (node for node in ast.walk(module) if isinstance(node, Function))


def lines(function: Function) -> int:
    """Count lines from `def` to the end, with the docstring and without decorators."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> int:
    """Count parameters, including `*args` and `**kwargs`, without `self`, `cls` and the options of CLI commands."""
    arguments = function.args
    named = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        *filter(None, (arguments.vararg, arguments.kwarg)),
    ]
    return len([each for each in named if each.arg not in ("self", "cls") and not is_option(each)])


def is_option(parameter: ast.arg) -> bool:
    return parameter.annotation is not None and "typer.Option" in ast.unparse(parameter.annotation)


def test_files() -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert sizes
    too_long = [f"{path.relative_to(ROOT)}: {size} lines" for path, size in sizes.items() if size > FILE_LINES]
    assert not too_long, "\n".join(too_long)


@pytest.mark.parametrize(("measure", "most"), [(lines, FUNCTION_LINES), (parameters, PARAMETERS)])
def test_functions(measure, most: int) -> None:
    too_much = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}: {measure(function)} {measure.__name__}"
        for path in sources()
        for function in functions(path.read_text("utf-8"))
        if measure(function) > most
    ]
    assert not too_much, "\n".join(too_much)


def test_the_measures() -> None:
    (function,) = functions("@one\ndef f(self, a, /, b, *c, d=1, **e):\n    return 1\n\n\n")
    assert (lines(function), parameters(function)) == (2, 5)
    (command,) = functions("def f(a: int, b: Annotated[str, typer.Option(help='B')] = ''): ...")
    assert parameters(command) == 1
    named = "B = Annotated[str, typer.Option(help='B')]\nC = Annotated[str, typer.Argument()]\n"
    (command,) = functions(f"{named}def f(a: int, b: B = '', c: C = '', d: D = ''): ...")
    assert parameters(command) == 3
