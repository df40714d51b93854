"""Roles that an import, or its undo, may take away."""

import pytest

from unificx.identity import Role
from unificx.identity.policies.last_administrators import RoleChange, refused_lines

OPERATOR, ADMIN, USER = Role.OPERATOR, Role.TENANT_ADMIN, Role.USER


@pytest.mark.parametrize(
    ("operators", "administrators", "changes", "refused"),
    [
        (1, 1, [(OPERATOR, USER), (ADMIN, USER)], {1, 2}),
        (2, 2, [(OPERATOR, USER), (ADMIN, USER)], set[int]()),
        (2, 3, [(OPERATOR, ADMIN), (OPERATOR, ADMIN), (ADMIN, USER), (ADMIN, USER), (ADMIN, USER)], {2}),
        (1, 1, [(OPERATOR, ADMIN), (ADMIN, USER)], {1, 2}),
        (1, 1, [(ADMIN, OPERATOR), (OPERATOR, USER)], set[int]()),
        (0, 2, [(ADMIN, USER), (ADMIN, USER), (USER, ADMIN)], set[int]()),
        (0, 2, [(ADMIN, USER), (ADMIN, USER)], {2}),
    ],
)
def test_of_each_role_the_last_holder_is_left(
    operators: int, administrators: int, changes: list[tuple[Role, Role]], refused: set[int]
) -> None:
    made = [RoleChange(line, *roles) for line, roles in enumerate(changes, 1)]
    assert refused_lines(made, {OPERATOR: operators, ADMIN: administrators}) == refused
