"""Charged storage: the mean of the days that were measured, above what is included. Pure. Sizes are in bytes."""

from collections.abc import Sequence
from decimal import Decimal

GIGABYTE = 10**9
_HUNDREDTH = GIGABYTE // 100


def mean(sizes: Sequence[int]) -> int:
    """Return the mean of the sizes of days, rounded down."""
    return sum(sizes) // len(sizes)


def charged_gigabytes(size: int, included: int) -> Decimal:
    """Return the gigabytes above what is included, with two decimals, rounded down."""
    return Decimal(max(0, size - included) // _HUNDREDTH) / 100
