"""docs/reference/cli.md names every command of the command line."""

import re
from pathlib import Path

import unificx.server.dkim_commands
import unificx.server.transfer.commands
import unificx.server.verification.commands  # noqa: F401 - they register commands
from unificx.cli.groups import GROUPS

PAGE = Path(__file__).parents[2] / "docs/reference/cli.md"


def test_the_reference_names_every_command() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE))
    missing = [
        f"{module.group.info.name} {command.name}"
        for module in GROUPS
        for command in module.group.registered_commands
        if not re.search(rf"`{command.name}\b", rows.get(str(module.group.info.name), ""))
    ]
    assert not missing
