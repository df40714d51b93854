"""Ports of billing, which the server fills."""

from collections.abc import Callable

CountNumbers = Callable[[str], int]
"""How many numbers of the public network a tenant has."""
