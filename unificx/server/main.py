"""The `unificx` command: the CLI with its dependencies."""

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from unificx.cli import Installation as Surveyed
from unificx.cli import Listener, build
from unificx.cli.command import DEFAULT_HOME, AsJson, Home
from unificx.core.clock import SystemClock

HTTP, HTTPS = "127.0.0.1:8080", "127.0.0.1:8443"
SIP_UDP, SIP_TCP, SIP_TLS = "127.0.0.1:5060", "127.0.0.1:5060", "127.0.0.1:5061"


def up(  # noqa: PLR0917 - these are the command's options
    home: Home = DEFAULT_HOME,
    http: Annotated[str, typer.Option(metavar="HOST:PORT", help="Address of the API and the pages.")] = HTTP,
    https: Annotated[str, typer.Option(metavar="HOST:PORT", help="The same over TLS.")] = HTTPS,
    sip_udp: Annotated[str, typer.Option(metavar="HOST:PORT", help="SIP over UDP; comma-separated list.")] = SIP_UDP,
    sip_tcp: Annotated[str, typer.Option(metavar="HOST:PORT", help="SIP over TCP.")] = SIP_TCP,
    sip_tls: Annotated[str, typer.Option(metavar="HOST:PORT", help="SIP over TLS.")] = SIP_TLS,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="Create a demo tenant; default: on the first start.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run the PBX until it is stopped. Port 0 picks a free port."""
    from unificx.server.address import public_url
    from unificx.server.logs import configure_logging
    from unificx.server.paths import InstallationPaths, database_url
    from unificx.server.server import serve
    from unificx.server.settings import (
        Settings,
        calls_per_tenant,
        configured_certificates,
        media_interfaces,
        media_ports,
        parse_bind,
        parse_binds,
    )
    from unificx.server.turn_config import load_turn_config

    paths = InstallationPaths(home.expanduser().absolute())
    environ = dict(os.environ)
    sip = (
        *parse_binds("udp", sip_udp, "--sip-udp"),
        *parse_binds("tcp", sip_tcp, "--sip-tcp"),
        *parse_binds("tls", sip_tls, "--sip-tls"),
    )
    settings = Settings(
        paths=paths,
        http=parse_bind("tcp", http, "--http"),
        https=parse_bind("tcp", https, "--https"),
        sip=sip,
        database=database_url(paths, environ),
        media=media_interfaces(environ, sip),
        media_ports=media_ports(environ),
        calls_per_tenant=calls_per_tenant(environ),
        certificates=configured_certificates(environ),
        public_url=public_url(environ),
        turn=load_turn_config(environ),
        demo=demo,
    )
    configure_logging()
    _run(serve(settings, environ, as_json=as_json))


def call(  # noqa: PLR0917 - these are the command's options
    caller: Annotated[str, typer.Argument(metavar="FROM", help="The calling extension.")] = "1001",
    callee: Annotated[str, typer.Argument(metavar="TO", help="The called extension.")] = "1002",
    tenant: Annotated[str | None, typer.Option(metavar="NAME", help="The tenant of both.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, max=120, help="Duration of the call in seconds.")] = None,
    home: Home = DEFAULT_HOME,
    as_json: AsJson = False,
) -> None:
    """Place a real call between two built-in softphones through the running server. Exit status 1 if no audio was
    received."""
    from unificx.cli.api_client import ApiClient
    from unificx.cli.call_test import AUDIO_SECONDS, CallTestResult, find_server, result_lines, run_call_test
    from unificx.server.connect import connect

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
    from unificx.server.notification_settings import push_check, smtp_check
    from unificx.server.paths import InstallationPaths, database_url
    from unificx.server.turn_config import turn_check

    paths, environ = InstallationPaths(home.expanduser().absolute()), dict(os.environ)
    return Surveyed(
        home=paths.home,
        control=paths.control,
        listeners=tuple(_listener(*each) for each in _LISTENERS),
        certificates=(paths.tls / "server.pem",) if paths.tls.exists() else (),
        database=database_url(paths, environ),
        mail=smtp_check(environ),
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


def main() -> None:
    """Run the CLI."""
    from unificx.server.connect import connect

    build(connect, up, describe_installation, SystemClock(), {"call": call}, hidden={"media": media})()


if __name__ == "__main__":
    main()
