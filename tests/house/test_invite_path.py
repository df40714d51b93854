"""Path of an INVITE: the number of modules between socket and socket, and its description in ARCHITECTURE.md."""

import re
from pathlib import Path

import pytest

from tests.house.invite_path import invite_path
from tests.house.named_code import ROOT

MAX_MODULES = 77
"""May only shrink; see docs/decisions/0017."""
WALK = re.compile(r"## Path of an INVITE\n(.*?)\nThe way back", re.S)
MODULE = re.compile(r"`([a-z_]+/[a-z_/]+\.py)`")
ONLY_VALUES = {"calls/machine/actions.py", "calls/machine/states.py"}
OTHERWISE = {
    "routing/forwarding.py": "for extensions with rules",
    "sip/bearer.py": "for our own client",
    "sip_server/source_filter.py": "with excluded sources",
    "transport/framing.py": "over TCP",
    "transport/stream.py": "over TCP",
    "transport/websocket.py": "for browsers",
}
"""Modules of the description that the call of this test does not enter."""
WHILE_LAGGING = {"sip_server/message_queue.py", "db/sqlite.py"}
"""Entered on a busy machine: while the event loop lags, and by statements of other work, which then lasts as long as all
calls of the test. No step of the path waits for the database."""


async def test_an_invite_enters_few_modules_which_the_architecture_describes(tmp_path: Path) -> None:
    modules = await invite_path(tmp_path)
    walk = WALK.search((ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    assert walk is not None
    described = set(MODULE.findall(walk[1]))
    assert described - modules - WHILE_LAGGING == ONLY_VALUES | set(OTHERWISE)
    modules -= WHILE_LAGGING
    if len(modules) > MAX_MODULES:
        pytest.fail(f"{len(modules)} modules: " + ", ".join(sorted(modules)), pytrace=False)
