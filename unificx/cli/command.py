"""Command definition: a function of its own options; common options are passed as one `CommandContext`."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from unificx.cli.api_client import ApiClient, call_api
from unificx.cli.examples import examples_text
from unificx.cli.ports import Connect

R = TypeVar("R")

DEFAULT_HOME = Path("~/.local/share/unificx").expanduser()


def _parse_directory(given: str | Path) -> Path:
    """Reject an empty path, which comes from an unset variable and must not mean the current directory."""
    if not str(given):
        raise typer.BadParameter("the directory is empty.")
    return Path(given)


Home = Annotated[
    Path, typer.Option("--home", metavar="DIR", parser=_parse_directory, help="State directory of the installation.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on one line.")]
Tenant = Annotated[str | None, typer.Option("--tenant", metavar="NAME", help="Tenant; optional if there is only one.")]


# Owner: this process: filled while the commands are defined.
_PATHS: dict[typer.Typer, str] = {}
"""Name of each group with that of its parent."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """Common options of a command: installation, tenant and output format."""

    connect: Connect
    home: Path
    as_json: bool
    tenant: str | None

    def run(self, operation: Callable[[ApiClient], Awaitable[R]]) -> R:
        """Connect to the installation and run an operation with its API client."""
        return call_api(self.connect, self.home, operation)


def split_list(text: str | None) -> list[str] | None:
    """Return the items of an option that is a list with commas; None if it was not given."""
    return None if text is None else [one.strip() for one in text.split(",") if one.strip()]


def command_group(name: str, help_text: str, *, parent: str = "") -> typer.Typer:
    """Create a command group; `parent` is the name of the group to which it is added."""
    group = typer.Typer(name=name, help=help_text, add_completion=False, rich_markup_mode=None)
    # With a callback, the subcommand is required even if there is only one.
    group.callback()(lambda: None)
    _PATHS[group] = f"{parent} {name}".strip()
    return group


def command(
    group: typer.Typer, name: str, *, of_tenant: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function of a `CommandContext` and its own options as the command `name` of `group`.

    `of_tenant`: add --tenant besides --home and --json.
    """
    common = {"tenant": (Tenant, None)} if of_tenant else {}
    common |= {"home": (Home, DEFAULT_HOME), "as_json": (AsJson, False)}

    def make(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]

        def run(ctx: typer.Context, **given: Any) -> None:
            context = CommandContext(ctx.obj, given.pop("home"), given.pop("as_json"), given.pop("tenant", None))
            function(context, **given)

        parameters = [_keyword_parameter("ctx", typer.Context)]
        parameters += [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in own]
        parameters += [_keyword_parameter(name, kind, default) for name, (kind, default) in common.items()]
        run.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        run.__doc__ = function.__doc__
        group.command(name, epilog=examples_text(f"{_PATHS[group]} {name}"))(run)
        return function

    return make


def _keyword_parameter(name: str, kind: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
