"""`unificx doctor`: checks the installation and its dependencies, with a fix for each failure."""

from collections.abc import Iterator

from unificx.console.doctor import listening, machine, parts, reach
from unificx.console.doctor.check import Check
from unificx.console.doctor.database import database
from unificx.console.ports import Site
from unificx.kernel.clock import Clock

__all__ = ["Check", "examine"]


def examine(site: Site, clock: Clock) -> Iterator[Check]:
    """Run all checks. A running server reports its components; otherwise its requirements are checked."""
    now = clock.now()
    running = parts.is_running(site.control)
    if running:
        yield from parts.server(site.control)
        yield from listening.addresses(site.home / "ready.json", clock.new_id())
    else:
        yield Check("server", "ok", "not running", "Start it with `unificx up`.")
        yield from (machine.port(listener) for listener in site.listeners)
        yield machine.rtpengine(site.rtpengine)
        yield database(site.database, clock)
    for path in site.certificates:
        yield parts.certificate(path, now)
    yield machine.disk(site.home)
    yield machine.clock(now, site.home)
    yield machine.limits()
    yield reach.mail(site.mail)
    yield reach.push(site.push)
    yield reach.relays(site.relays)
    yield reach.blobs(site.blobs)
