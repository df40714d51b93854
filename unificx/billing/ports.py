"""What billing needs from areas that it does not read."""

from collections.abc import Callable

CountNumbers = Callable[[str], int]
"""How many numbers of the public network a tenant has."""
