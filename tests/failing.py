"""Items of sweeps that fail."""

from typing import Any

import pytest

PERSONAL = "Ada Lovelace"


def fail_first(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> None:
    """Let the first call of a coroutine function fail, with personal data in its error."""
    work, calls = getattr(owner, name), []

    async def failing(*positional: Any, **named: Any) -> Any:
        calls.append(positional)
        if len(calls) == 1:
            raise ValueError(PERSONAL)
        return await work(*positional, **named)

    monkeypatch.setattr(owner, name, failing)
