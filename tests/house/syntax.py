"""Syntax of Python sources, read once for all tests of this folder. Shared: it must not be changed."""

import ast
from collections.abc import Iterator
from functools import cache


@cache
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(source)


@cache
def nodes(source: str) -> tuple[ast.AST, ...]:
    """Return all nodes of a module, as `ast.walk` does."""
    return tuple(ast.walk(parsed(source)))


def statements(source: str) -> Iterator[ast.stmt]:
    """Yield all statements of a module."""
    return (each for each in nodes(source) if isinstance(each, ast.stmt))
