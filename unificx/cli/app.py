"""Builds the command line. Commands import their dependencies when they run, so that `--help` is fast."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

import typer

from unificx import __version__
from unificx.cli.command import DEFAULT_HOME, AsJson, Home
from unificx.cli.commands import (
    calls,
    devices,
    extensions,
    history,
    mailboxes,
    parked,
    persons,
    privacy,
    recordings,
    rooms,
    sounds,
    tenants,
)
from unificx.cli.errors import OneLineErrorGroup
from unificx.cli.output import print_items, print_json
from unificx.cli.ports import Connect, InspectInstallation
from unificx.core.clock import Clock

_STATE_MARKS = {"ok": "ok", "warn": "WARN", "fail": "FAIL"}
_COLUMNS = {"mark": "", "name": "check", "detail": "result", "do": "action"}


def build(
    connect: Connect,
    up: Callable[..., Any],
    inspect: InspectInstallation,
    clock: Clock,
    more: Mapping[str, Callable[..., Any]],
    *,
    hidden: Mapping[str, Callable[..., Any]] = MappingProxyType({}),
) -> typer.Typer:
    """Build the command line. `up` and the commands in `more` (by name) are Typer functions of other packages; those in
    `hidden` are for internal processes and are not listed."""
    app = typer.Typer(
        name="unificx",
        cls=OneLineErrorGroup,
        help="UnifiCX, a cloud PBX whose privacy promises are kept by code.",
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
        """UnifiCX, a cloud PBX whose privacy promises are kept by code."""
        ctx.obj = connect

    for name, command in {"up": up, **more}.items():
        app.command(name)(command)
    for name, command in hidden.items():
        app.command(name, hidden=True)(command)
    for module in (
        tenants,
        persons,
        extensions,
        devices,
        rooms,
        mailboxes,
        sounds,
        calls,
        parked,
        history,
        recordings,
        privacy,
    ):
        app.add_typer(module.group)
    app.command("doctor")(_doctor(inspect, clock))
    return app


def _print_version(requested: bool) -> None:
    if requested:
        print(f"unificx {__version__}")
        raise typer.Exit


def _doctor(inspect: InspectInstallation, clock: Clock) -> Callable[..., None]:
    def doctor(home: Home = DEFAULT_HOME, as_json: AsJson = False) -> None:
        """Check the installation and its dependencies.

        Each failure is shown with a fix. Exit code 1 if a check fails."""
        from dataclasses import asdict

        from unificx.cli.doctor import run_checks

        checks = [asdict(check) for check in run_checks(inspect(home), clock)]
        failed = any(check["state"] == "fail" for check in checks)
        if as_json:
            print_json({"ok": not failed, "checks": checks})
        else:
            rows = [{**check, "mark": _STATE_MARKS[check["state"]]} for check in checks]
            print_items(rows, _COLUMNS, as_json=False, empty_text="")
        if failed:
            raise typer.Exit(1)

    return doctor
