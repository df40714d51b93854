"""Media port range: the configured one, or one that no other installation on this machine uses.

Two rtpengines with the same range would conflict in the middle of calls. A name in the abstract socket namespace
reserves each range: like the ports, it belongs to the network namespace, and it is released when its process ends for
any reason.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

PortRange = tuple[int, int]
"""First and last port."""
RANGES: tuple[PortRange, ...] = ((30000, 39999), (40000, 49999), (50000, 59999), (20000, 29999))

log = structlog.get_logger()


@contextmanager
def reserve_media_ports(configured: PortRange | None) -> Iterator[PortRange]:
    """Reserve a port range for the duration of the context. If all are in use, the first is shared."""
    if configured is not None:
        yield configured
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as name:
        for ports in RANGES:
            try:
                name.bind(f"\0unificx.media.{ports[0]}")
            except OSError:
                continue
            yield ports
            return
        log.warning("media_ports_shared", hint="set a different UNIFICX_MEDIA_PORTS for each installation")
        yield RANGES[0]
