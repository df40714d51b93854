"""Length of the path of an INVITE: the number of modules between socket and socket."""

from pathlib import Path

import pytest

from tests.house.invite_path import invite_path

MAX_MODULES = 77
"""May only shrink; see docs/decisions/0017."""


async def test_an_invite_enters_few_modules(tmp_path: Path) -> None:
    modules = await invite_path(tmp_path)
    assert "calls/manager.py" in modules
    if len(modules) > MAX_MODULES:
        pytest.fail(f"{len(modules)} modules: " + ", ".join(sorted(modules)), pytrace=False)
