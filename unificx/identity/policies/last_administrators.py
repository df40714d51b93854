"""Changes of roles that are made together leave each organisation an administrator. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from unificx.identity.schemas import Role


@dataclass(frozen=True, slots=True)
class RoleChange:
    """A change of the role of an active account, in the line of an import."""

    line: int
    before: Role
    after: Role


def refused_lines(changes: Sequence[RoleChange], active: Mapping[Role, int]) -> set[int]:
    """Return the lines whose change would take away the last active operator or administrator: of several the last
    one. `active` is the number of active accounts with these roles before the changes."""
    refused = set[int]()
    # In this order: an operator whose change is refused does not become an administrator.
    for role in (Role.OPERATOR, Role.TENANT_ADMIN):
        made = [each for each in changes if each.line not in refused]
        left = active[role] + sum((each.after is role) - (each.before is role) for each in made)
        lost = [
            each.line for each in made if each.before is role and (role is Role.OPERATOR or each.after is Role.USER)
        ]
        if left < 1 and lost:
            refused.add(lost[-1])
    return refused


def promotions_first(role: Role | None) -> int:
    """Return the place of a change to a role among others: before those that are possible only after it."""
    return {Role.OPERATOR: 0, Role.TENANT_ADMIN: 1}.get(role or Role.USER, 2)
