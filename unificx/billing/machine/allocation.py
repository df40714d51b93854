"""Included minutes: which seconds of which calls they cover, and what is left to pay. Pure.

Calls use them in the order in which they were answered, whatever the order in which they are rated.
"""

from collections.abc import Mapping

from unificx.billing.machine.rates import MINUTE

ANY_GROUP = ""
"""The included minutes that calls of every group may use, after those of their own group."""


class Allowance:
    """Included seconds that are left. `minutes` are those of a whole month by group of rates; a period of `days` of the
    `days_of_month` has its share of them."""

    def __init__(self, minutes: Mapping[str, int], days: int = 1, days_of_month: int = 1) -> None:
        self.included = {group: max(0, each) * MINUTE * days // days_of_month for group, each in minutes.items()}
        self._left = dict(self.included)

    @property
    def is_used_up(self) -> bool:
        """Whether no further call is covered."""
        return not any(self._left.values())

    def used(self) -> Mapping[str, int]:
        """Return the seconds that calls have used, by group."""
        return {group: self.included[group] - left for group, left in self._left.items()}

    def cover(self, group: str, seconds: int) -> int:
        """Use what is left for the next call of a group; return how many of its billed seconds are covered."""
        covered = 0
        for each in dict.fromkeys((group, ANY_GROUP)):
            taken = min(self._left.get(each, 0), seconds - covered)
            if taken > 0:
                self._left[each] -= taken
                covered += taken
        return covered
