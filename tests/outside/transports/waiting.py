"""Waiting for what the network does in its own time."""

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    """Wait for something that other tasks make true."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.01)
