"""Waits for conditions that depend on the network."""

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait until a condition is true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)
