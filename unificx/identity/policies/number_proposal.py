"""Proposal of the next free number for a new extension. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator

from unificx.identity.policies import validation

FIRST_NUMBER = "1001"
MAX_STEP = 10
"""Numbers that follow each other at most this far apart form one block."""


def propose_number(extensions: Collection[str], used: Collection[str]) -> str:
    """Return a free number behind the largest block of extensions, of the length that most of them have.

    Gaps within the block are not proposed: calls for its former owner may still come to such a number. `used` are the
    numbers of all objects of the tenant. Return "" if no number of that length is free.
    """
    if not extensions:
        return next(_free(int(FIRST_NUMBER), len(FIRST_NUMBER), frozenset(used)), "")
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
    taken = frozenset(used)
    return next(_free(largest[-1] + 1, length, taken), None) or next(_free(0, length, taken), "")


def _free(start: int, length: int, used: frozenset[str]) -> Iterator[str]:
    for value in range(start, 10**length):
        number = f"{value:0{length}}"
        if number not in used and number not in validation.EMERGENCY_NUMBERS:
            yield number
