"""The access that each operation requires, read from its code, for the API description and the test of the roles.

An operation calls a check of `access`, itself or by a function of the API. So what is described is what is checked, and
no list has to follow the routes; an operation for all who are signed in declares that with `for_all_users`.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args

from fastapi import Depends
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from unificx.api.access import GuestDep
from unificx.api.support_consent import names_people
from unificx.identity import Action

_CHECKS = {"require_access": 3, "require_access_or_own": 3, "require_operator": 2, "require_own": -1}
"""Position of the action among the arguments of each check; -1: the action is `own`."""
_OWN_PATH = "/api/v1/me/"
"""Paths for which the authentication requires the action `own`."""
_NO_ACTION, _GUEST = "signed_in", "guest"
_is_guest = get_args(GuestDep)[1].dependency


async def _for_all_users() -> None:
    """The mark in the description of the routes."""


for_all_users: Any = Depends(_for_all_users)
"""Dependency of a route for all who are signed in: it shows nothing of others and nothing but what all may see."""


def describe_access(route: APIRoute) -> dict[str, Any]:
    """Return the extensions of an operation: `x-required-action`, the actions of which the request needs one or, as it
    depends on the request, several; `x-own-objects`, whether a user without it reaches what is their own; and
    `x-names-people`, whether staff of the operator needs the consent of the tenant whatever the action is. Nothing for
    an operation without authentication, or for one that declares no access."""
    calls = list(_dependencies(route.dependant))
    found = _of_function(route.endpoint, frozenset())
    for call in calls:
        found |= _of_function(call, frozenset())
    actions = sorted({action.value for action, _ in found})
    if route.path.startswith(_OWN_PATH):
        actions = sorted({Action.OWN.value, *actions})
    elif not actions and _for_all_users in calls:
        actions = [_NO_ACTION]
    elif _is_guest in calls:
        actions = [_GUEST]
    described: dict[str, Any] = {"x-required-action": actions} if actions else {}
    if any(or_own for _, or_own in found):
        described["x-own-objects"] = True
    if names_people.dependency in calls:
        described["x-names-people"] = True
    return described


def _dependencies(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _dependencies(each)


def _of_function(function: Any, callers: frozenset[Any]) -> set[tuple[Action, bool]]:
    """Return the actions that a function of the API requires, each with whether one's own objects are in reach without
    it. An action that is passed to a function counts as one that it requires."""
    tree = _tree(function)
    if tree is None or function in callers:
        return set()
    found: set[tuple[Action, bool]] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name, called = node.func.id, function.__globals__.get(node.func.id)
        if name in _CHECKS:
            given = {Action.OWN} if _CHECKS[name] < 0 else set(_actions(node.args[_CHECKS[name]]))
            found |= {(action, name == "require_access_or_own") for action in given}
        elif inspect.isfunction(called):
            found |= _of_function(called, callers | {function})
            if _calls_a_check(called):
                found |= {(action, False) for each in node.args for action in _actions(each)}
    return found


def _calls_a_check(function: Any) -> bool:
    calls = [each for each in ast.walk(_tree(function) or ast.Pass()) if isinstance(each, ast.Call)]
    return any(isinstance(each.func, ast.Name) and each.func.id in _CHECKS for each in calls)


def _actions(node: ast.expr) -> Iterator[Action]:
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Action":
            yield Action[each.attr]


def _tree(function: Any) -> ast.AST | None:
    """Return the code of a function of the API; None for any other, and for the checks themselves."""
    module = getattr(function, "__module__", "")
    if not inspect.isfunction(function) or not module.startswith("unificx.api.") or module == "unificx.api.access":
        return None
    return _functions(function.__code__.co_filename).get(function.__name__)


@cache
def _functions(path: str) -> dict[str, ast.AST]:
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
