"""Current versions of terms and policy, and what a user has to be told or asked about them."""

from collections.abc import Sequence

from unificx.identity.models import AcceptancePart
from unificx.identity.schemas import PolicyStanding
from unificx.privacy import PolicyVersion, changes_since, released_versions

TERMS_VERSION = "2026-11"


def policy_version() -> str:
    """Return the id of the policy in force."""
    return released_versions()[-1].version


def policy_changes(acceptance: AcceptancePart | None) -> Sequence[PolicyVersion]:
    """Return the versions of the policy after the accepted one, oldest first."""
    return changes_since(acceptance.policy_version if acceptance else "", released_versions())


def standing(acceptance: AcceptancePart | None) -> PolicyStanding:
    """Return what the user's latest acceptance covers."""
    if acceptance is None or not acceptance.of_age or acceptance.terms_version != TERMS_VERSION:
        return "missing"
    changes = policy_changes(acceptance)
    if any(each.significant for each in changes):
        return "consent"
    return "notice" if changes else "current"
