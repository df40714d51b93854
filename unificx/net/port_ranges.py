"""Which ports media uses: as told, or a range that no other installation on this machine has taken.

Two rtpengines that share a range find each other's ports taken in the middle of a call. A name in the abstract socket
namespace stands for each range: it belongs to the network namespace, as the ports do, and is free again when its
process ends, however that happens.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

Ports = tuple[int, int]
"""The first and the last."""
RANGES: tuple[Ports, ...] = ((30000, 39999), (40000, 49999), (50000, 59999), (20000, 29999))

log = structlog.get_logger()


@contextmanager
def media_ports(given: Ports | None) -> Iterator[Ports]:
    """The ports, as long as they are needed. With every range taken already, the first is shared."""
    if given is not None:
        yield given
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as name:
        for ports in RANGES:
            try:
                name.bind(f"\0unificx.media.{ports[0]}")
            except OSError:
                continue
            yield ports
            return
        log.warning("media_ports_shared", hint="give each installation its own by UNIFICX_MEDIA_PORTS")
        yield RANGES[0]
