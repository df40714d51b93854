"""Proposal of the next free number for a new extension. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Set

from unificx.identity.policies import validation

FIRST_NUMBER = "1001"
MAX_STEP = 10
"""Numbers that follow each other at most this far apart form one block."""


def propose_number(extensions: Collection[str], used: Collection[str]) -> str:
    """Return the first of `propose_numbers`; "" for none."""
    return next(propose_numbers(extensions, frozenset(used)), "")


def propose_numbers(extensions: Collection[str], used: Set[str]) -> Iterator[str]:
    """Iterate over free numbers behind the largest block of extensions, of the length that most of them have.

    Gaps within the block are proposed last: calls for a former owner may still come to such a number. `used` are the
    numbers of all objects of the tenant; the caller may add to it.
    """
    if not extensions:
        yield from _free(int(FIRST_NUMBER), len(FIRST_NUMBER), used)
        return
    length = Counter(map(len, extensions)).most_common(1)[0][0]
    values = sorted(int(number) for number in extensions if len(number) == length)
    block = [values[0]]
    largest = block
    for value in values[1:]:
        if value - block[-1] > MAX_STEP:
            block = []
        block.append(value)
        if len(block) >= len(largest):
            largest = block
    yield from _free(largest[-1] + 1, length, used)
    yield from _free(0, length, used)


def _free(start: int, length: int, used: Set[str]) -> Iterator[str]:
    for value in range(start, 10**length):
        number = f"{value:0{length}}"
        if number not in used and number not in validation.EMERGENCY_NUMBERS:
            yield number
