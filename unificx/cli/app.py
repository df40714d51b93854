"""Builds the command line. Commands import their dependencies when they run, so that `--help` is fast."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from unificx import __version__
from unificx.cli.command import DEFAULT_HOME, AsJson, Home, command, command_group
from unificx.cli.errors import OneLineErrorGroup
from unificx.cli.examples import examples_text
from unificx.cli.output import print_json
from unificx.cli.ports import Connect, InspectInstallation
from unificx.core.clock import Clock
from unificx.core.value import EMPTY


def build(
    connect: Connect,
    up: Callable[..., Any],
    inspect: InspectInstallation,
    clock: Clock,
    more: Mapping[str, Callable[..., Any]],
    *,
    hidden: Mapping[str, Callable[..., Any]] = EMPTY,
    operation: Mapping[str, Callable[..., Any]] = EMPTY,
) -> typer.Typer:
    """Build the command line. `up` and the commands in `more` (tests) and `operation`, by name, are Typer functions of
    other packages; those in `hidden` are for internal processes and are not listed."""
    from unificx.cli.groups import GROUPS

    app = build_up(connect, up)
    for name, function in {**more, **operation}.items():
        app.command(name, epilog=examples_text(name))(function)
    for name, function in hidden.items():
        app.command(name, hidden=True)(function)
    for module in GROUPS:
        app.add_typer(module.group)
    app.add_typer(_tests(more))
    app.command("doctor", epilog=examples_text("doctor"))(_doctor(inspect, clock))
    return app


def build_up(connect: Connect, up: Callable[..., Any]) -> typer.Typer:
    """Build the command line with `up` only, for the process of a server: all commands would take 8 MB of it."""
    app = typer.Typer(
        name="unificx",
        cls=OneLineErrorGroup,
        help="Run and manage a UnifiCX phone system.",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        no_args_is_help=False,
    )

    @app.callback()
    def root(
        ctx: typer.Context,
        version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version)] = False,
    ) -> None:
        """Run and manage a UnifiCX phone system."""
        ctx.obj = connect

    app.command("up", epilog=examples_text("up"))(up)
    return app


def _tests(more: Mapping[str, Callable[..., Any]]) -> typer.Typer:
    """Return the group of tests: other names of `call` and `room try`."""
    from unificx.cli.commands import rooms

    group = command_group("test", "Test calls and rooms.")
    for name, function in more.items():
        group.command(name, epilog=examples_text(f"test {name}"))(function)
    command(group, "room")(rooms.try_)
    return group


def _print_version(requested: bool) -> None:
    if requested:
        print(f"unificx {__version__}")
        raise typer.Exit


def _doctor(inspect: InspectInstallation, clock: Clock) -> Callable[..., None]:
    def doctor(home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
        """Check the installation and its dependencies.

        Each failure is shown with a fix. Exit code 1 if a check fails."""
        import shutil
        from dataclasses import asdict

        from unificx.cli.doctor import MAX_WIDTH, report_lines, run_checks

        checks = list(run_checks(inspect(home), clock))
        failed = any(check.state == "fail" for check in checks)
        if as_json:
            print_json({"ok": not failed, "checks": [asdict(check) for check in checks]})
        else:
            print("\n".join(report_lines(checks, shutil.get_terminal_size((MAX_WIDTH, 24)).columns)))
        if failed:
            raise typer.Exit(1)

    return doctor
