"""Ports of billing, which the server fills."""

from collections.abc import Awaitable, Callable, Mapping

CountNumbers = Callable[[str], int]
"""How many numbers of the public network a tenant has."""
MeasureStorage = Callable[[], Awaitable[Mapping[str, int] | None]]
"""The bytes that are stored for each tenant; None if the measurement goes on with the next call."""
