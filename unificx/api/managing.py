"""Which accounts a user may manage: at most those with the user's own rights."""

from unificx.api.access import CurrentUser
from unificx.core.errors import Forbidden
from unificx.identity import Role, may_grant


def require_manageable(
    user: CurrentUser, role: Role, granted: frozenset[str] = frozenset(), *, field: str = "role"
) -> None:
    """Raise Forbidden if a role, or the permissions of custom roles, exceed what the user has. `field` names the part
    of the request that chose the account or the role."""
    if not may_grant(user.principal, role, granted):
        raise Forbidden("This requires a higher role than yours.", hint="Ask an operator.", field=field)
