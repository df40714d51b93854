"""`unificx doctor`: checks the installation and its dependencies, with a fix for each failure."""

from collections.abc import Iterator

from unificx.cli.doctor import components, host, listeners, services
from unificx.cli.doctor.check import Check
from unificx.cli.doctor.database import database
from unificx.cli.ports import Site
from unificx.core.clock import Clock

__all__ = ["Check", "examine"]


def examine(site: Site, clock: Clock) -> Iterator[Check]:
    """Run all checks. A running server reports its components; otherwise its requirements are checked."""
    now = clock.now()
    running = components.is_running(site.control)
    if running:
        yield from components.server(site.control)
        yield from listeners.addresses(site.home / "ready.json", clock.new_id())
    else:
        yield Check("server", "ok", "not running", "Start it with `unificx up`.")
        yield from (host.port(listener) for listener in site.listeners)
        yield host.rtpengine(site.rtpengine)
        yield database(site.database, clock)
    for path in site.certificates:
        yield components.certificate(path, now)
    yield host.disk(site.home)
    yield host.clock(now, site.home)
    yield host.limits()
    yield services.mail(site.mail)
    yield services.push(site.push)
    yield services.relays(site.relays)
    yield services.blobs(site.blobs)
