"""Checks of the values of ring groups. Pure."""

from unificx.core.errors import Invalid
from unificx.core.names import is_name, is_printable
from unificx.core.phrases import Phrase
from unificx.routing.groups.schemas import RingGroup, Steps, is_outside

MAX_MEMBERS = 50
MAX_OUTSIDE = 10
"""Numbers outside in a group. Each call of the group makes a call to each of them."""
MAX_PREFIX_LENGTH = 20
MIN_RING_SECONDS, MAX_RING_SECONDS = 5, 300


def check_group(group: RingGroup) -> None:
    """Raise Invalid that names the field of a wrong value."""
    if not is_name(group.name, 100):
        raise Invalid("Invalid name. Use 1 to 100 printable characters.", field="name")
    if len(group.name_prefix) > MAX_PREFIX_LENGTH or not is_printable(group.name_prefix):
        raise Invalid(
            Phrase("Invalid prefix. Use up to {} printable characters.", MAX_PREFIX_LENGTH), field="name_prefix"
        )
    if not MIN_RING_SECONDS <= group.ring_seconds <= MAX_RING_SECONDS:
        raise Invalid(Phrase("Ring for {} to {} seconds.", MIN_RING_SECONDS, MAX_RING_SECONDS), field="ring_seconds")
    _check_steps(group.steps)


def _check_steps(steps: Steps) -> None:
    members = [one for step in steps for one in step]
    if not members:
        raise Invalid("A group needs a member.", field="members")
    if len(members) > MAX_MEMBERS:
        raise Invalid(Phrase("Too many members. A group may have at most {}.", MAX_MEMBERS), field="members")
    if len(set(members)) != len(members):
        raise Invalid("An extension or number is a member twice.", field="members")
    if sum(is_outside(one) for one in members) > MAX_OUTSIDE:
        raise Invalid(Phrase("Too many numbers outside. A group may have at most {}.", MAX_OUTSIDE), field="members")
