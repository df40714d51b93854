"""The `unificx` command: the CLI with its dependencies."""

import asyncio
import gc
import os
import sys
from collections.abc import Coroutine
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from unificx.cli import Installation as Surveyed
from unificx.cli import Listener, build, build_up
from unificx.cli.command import DEFAULT_HOME, AsJson, Home
from unificx.core.clock import SystemClock
from unificx.core.dataclass_memory import trim_dataclasses
from unificx.server.backup.commands import backup, restore
from unificx.server.connect import connect
from unificx.server.presets import HTTP, HTTPS, SIP_TCP, SIP_TLS, SIP_UDP, choose_preset
from unificx.server.private_memory import keep_memory_private


def up(  # noqa: PLR0917 - these are the command's options
    home: Home = DEFAULT_HOME,
    lan: Annotated[bool, typer.Option("--lan", help="Serve phones in the local network.")] = False,
    plain_sip: Annotated[bool, typer.Option("--plain-sip", help="With --lan: also phones without TLS.")] = False,
    domain: Annotated[str | None, typer.Option(metavar="NAME", help="Serve a public domain over TLS.")] = None,
    http: Annotated[str, typer.Option(metavar="HOST:PORT", help="Address of the API and the pages.")] = HTTP,
    https: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="The same over TLS.")] = None,
    sip_udp: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="SIP over UDP, several by commas.")] = None,
    sip_tcp: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="SIP over TCP.")] = None,
    sip_tls: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="SIP over TLS.")] = None,
    challenges: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Port 80 of the domain.")] = None,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="Create a demo tenant; default: on the first start.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the phone system until stopped.

    Port 0 picks a free port."""
    gc.disable()  # until all modules are loaded: hardly any of their objects are garbage
    keep_memory_private()
    from unificx.server.load_settings import UpOptions, load_settings
    from unificx.server.logs import configure_logging
    from unificx.server.server import serve

    trim_dataclasses()
    gc.collect()
    gc.freeze()
    gc.enable()  # what the start leaves behind takes no memory then
    options = UpOptions(http, https, (sip_udp, sip_tcp, sip_tls), challenges)
    settings, environ = load_settings(home, choose_preset(lan, domain, plain_sip=plain_sip), options, demo=demo)
    configure_logging(environ)
    _run(serve(settings, environ, as_json=as_json))


def call(  # noqa: PLR0917 - these are the command's options
    caller: Annotated[str, typer.Argument(metavar="FROM", help="The calling extension.")] = "1001",
    callee: Annotated[str, typer.Argument(metavar="TO", help="The called extension.")] = "1002",
    tenant: Annotated[str | None, typer.Option(metavar="NAME", help="The tenant of both.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, max=120, help="Duration of the call in seconds.")] = None,
    home: Home = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Place a test call through the server.

    Two built-in soft phones call each other. Exit status 1 if no audio was received."""
    from unificx.cli.api_client import ApiClient
    from unificx.cli.call_test import AUDIO_SECONDS, CallTestResult, find_server, result_lines, run_call_test

    home = home.expanduser().absolute()
    find_server(home)

    async def run() -> CallTestResult:
        async with connect(home) as client:
            length = AUDIO_SECONDS if seconds is None else seconds
            return await run_call_test(ApiClient(client), home, (caller, callee), tenant, SystemClock(), seconds=length)

    outcome = asyncio.run(run())
    print(outcome.json() if as_json else "\n".join(result_lines(outcome)))
    if not outcome.ok:
        raise typer.Exit(1)


def media(
    descriptor: Annotated[
        int | None, typer.Argument(metavar="[SOCKET]", help="File descriptor of the client's socket.")
    ] = None,
) -> None:
    """Run a media worker for the parent process. Without an argument, start one and check that it works."""
    if descriptor is not None:
        from unificx.media_worker.process import main as serve_media

        serve_media(descriptor)
        return
    from unificx.media_worker.client import MediaEngineClient

    async def trial() -> None:
        engine = MediaEngineClient(SystemClock())
        await engine.start()
        try:
            await asyncio.sleep(1)
            figures = await engine.stats()
            print(f"The media worker works: {figures.ticks} ticks, the longest {figures.tick_longest_ms} ms.")
        finally:
            await engine.shut_down()

    asyncio.run(trial())


def describe_installation(home: Path) -> Surveyed:
    """Return the components of the installation in `home`, for `unificx doctor`."""
    from unificx.server.blob_config import blob_store_check
    from unificx.server.notification_settings import dkim_check, mailbox_check, push_check, smtp_check
    from unificx.server.paths import InstallationPaths, certificates_in, database_url
    from unificx.server.settings import CERTIFICATE_VARIABLE, SIGN_UP_VARIABLE
    from unificx.server.turn_config import turn_check

    paths, environ = InstallationPaths(home.expanduser().absolute()), dict(os.environ)
    configured = environ.get(CERTIFICATE_VARIABLE)
    return Surveyed(
        home=paths.home,
        control=paths.control,
        listeners=tuple(_listener(*each) for each in _LISTENERS),
        certificates=(Path(configured),) if configured else certificates_in(paths.tls),
        database=database_url(paths, environ),
        owns_certificate=bool(configured),
        mail=smtp_check(environ),
        sign_up=environ.get(SIGN_UP_VARIABLE) in ("open", "approval"),
        dkim=dkim_check(paths, environ),
        mailbox=mailbox_check(environ),
        push=push_check(paths, environ),
        turn=turn_check(environ, SystemClock()),
        object_store=blob_store_check(paths, environ),
    )


_LISTENERS = (
    ("tcp", HTTP, "--http"),
    ("tcp", HTTPS, "--https"),
    ("udp", SIP_UDP, "--sip-udp"),
    ("tcp", SIP_TCP, "--sip-tcp"),
    ("tcp", SIP_TLS, "--sip-tls"),
)


def _listener(transport: str, address: str, option: str) -> Listener:
    host, _, port = address.rpartition(":")
    return Listener("udp" if transport == "udp" else "tcp", host, int(port), option)


def _run(main: Coroutine[Any, Any, None]) -> None:
    try:
        import uvloop

        factory = uvloop.new_event_loop
    except ImportError:  # plain asyncio works too, with more CPU per call
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


OPERATIONS = {"backup": backup, "restore": restore}
"""Commands that work on the home directory itself."""


@cache
def commands() -> typer.Typer:
    """The CLI."""
    import unificx.server.dkim_commands
    import unificx.server.transfer.commands
    import unificx.server.verification.commands  # noqa: F401 - they register commands

    return build(
        connect,
        up,
        describe_installation,
        SystemClock(),
        {"call": call},
        hidden={"media": media},
        operation=OPERATIONS,
    )


def main() -> None:
    """Run the CLI."""
    (build_up(connect, up) if sys.argv[1:2] == ["up"] else commands())()


if __name__ == "__main__":
    main()
