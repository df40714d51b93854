"""`unificx doctor`: checks the installation and its dependencies, with a fix for each failure."""

from collections.abc import Iterator

from unificx.cli.doctor import components, host, listeners, services
from unificx.cli.doctor.check import Check
from unificx.cli.doctor.database import database
from unificx.cli.doctor.report import MAX_WIDTH, report_lines
from unificx.cli.ports import Installation
from unificx.core.clock import Clock

__all__ = ["MAX_WIDTH", "report_lines", "run_checks"]


def run_checks(installation: Installation, clock: Clock) -> Iterator[Check]:
    """Run all checks. A running server reports its components; otherwise its requirements are checked."""
    now = clock.now()
    running = components.is_running(installation.control)
    if running:
        # The space on the disk is measured below; only the server knows when it stops calls.
        yield from (
            each for each in components.server(installation.control) if (each.name, each.state) != ("disk", "ok")
        )
        yield from listeners.addresses(installation.home / "ready.json", clock.new_id())
    else:
        yield Check("server", "ok", "not running", "Start it with `unificx up`.")
        yield from (host.port(listener) for listener in installation.listeners)
        yield host.rtpengine(installation.rtpengine)
        yield database(installation.database, clock)
    for path in installation.certificates:
        yield components.certificate(path, now, configured=installation.owns_certificate)
    yield host.disk(installation.home)
    yield host.clock(now, installation.home)
    yield host.limits()
    yield host.speech_recognition(installation.home / "models")
    yield services.mail(installation.mail, sign_up=installation.sign_up)
    yield services.dkim(installation.dkim)
    yield services.mailbox(installation.mailbox)
    yield services.push(installation.push)
    yield services.turn(installation.turn)
    yield services.object_store(installation.object_store)
