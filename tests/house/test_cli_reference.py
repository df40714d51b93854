"""Commands that are named in the documentation and in messages exist, and docs/reference/cli.md names all of them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.core import TyperGroup

from unificx.cli.groups import GROUPS
from unificx.server.main import commands

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/reference/cli.md"
_LINE = re.compile(r"^ *(?:\$ )?unificx .*$", re.MULTILINE)
_QUOTED = re.compile(r"`unificx ([^`{]+)[`{]")
COMMAND_LINE = typer.main.get_command(commands())


def test_the_reference_names_every_command() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE))
    missing = [
        f"{module.group.info.name} {command.name}"
        for module in GROUPS
        for command in module.group.registered_commands
        if not re.search(rf"`{command.name}\b", rows.get(str(module.group.info.name), ""))
    ]
    assert not missing


def named_commands() -> Iterator[tuple[str, str]]:
    """Yield the command lines in documents and in the texts of the program, each with its file."""
    for page in sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]):
        text = page.read_text("utf-8").replace("\\\n", " ")
        lines = [found.strip().removeprefix("$ ") for found in _LINE.findall(text)]
        yield from ((page.name, line) for line in [*lines, *(f"unificx {each}" for each in _QUOTED.findall(text))])
    for module in sorted((ROOT / "unificx").rglob("*.py")):
        yield from ((module.name, f"unificx {each}") for each in _QUOTED.findall(module.read_text("utf-8")))


def fault_of(line: str) -> str | None:
    """Return the first word of a command line that the program does not know: a command or an option."""
    words = re.sub(r"\s#.*|;.*| [|<>&].*", "", line)
    at, given = COMMAND_LINE, shlex.split(words.replace("'", "") if words.count("'") % 2 else words)[1:]
    while given and isinstance(at, TyperGroup) and not given[0].startswith("-"):
        if given[0] not in at.commands:
            return given[0]
        at, given = at.commands[given[0]], given[1:]
    known = {name for each in at.params for name in (*each.opts, *each.secondary_opts)} | {"--help"}
    return next((each for each in given if each.startswith("--") and each.partition("=")[0] not in known), None)


def test_named_commands_exist() -> None:
    found = [(file, line, fault) for file, line in named_commands() if (fault := fault_of(line))]
    assert not found
