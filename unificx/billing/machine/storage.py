"""Charged storage: the mean of the days that were measured, above what is included. Pure. Sizes are in bytes."""

from collections.abc import Sequence

GIGABYTE = 10**9


def mean(sizes: Sequence[int]) -> int:
    """Return the mean of the sizes of days, rounded down."""
    return sum(sizes) // len(sizes)


def charged_gigabytes(size: int, included: int) -> int:
    """Return the gigabytes above what is included; one that has begun counts as a whole."""
    return -(-max(0, size - included) // GIGABYTE)
