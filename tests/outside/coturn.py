"""coturn as a child process: a TURN server with a shared secret."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from free_ports import free_port
from server import eventually

SECRET = "a secret of sixteen"


@dataclass(frozen=True)
class Coturn:
    """Ports of a coturn: one for UDP and TCP, one for TLS."""

    port: int
    tls: int

    def settings(self, *urls: str, secret: str = SECRET) -> dict[str, str]:
        """Return the UnifiCX settings for this server."""
        return {"UNIFICX_TURN": ",".join(urls), "UNIFICX_TURN_SECRET": secret}


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def coturn(directory: Path, certificate: Path, key: Path) -> Iterator[Coturn]:
    port, tls, log = free_port(), free_port(), directory / "coturn.log"
    options = {
        "listening-ip": "127.0.0.1",
        "relay-ip": "127.0.0.1",
        "listening-port": port,
        "tls-listening-port": tls,
        "static-auth-secret": SECRET,
        "realm": "turn.example",
        "cert": certificate,
        "pkey": key,
        "pidfile": directory / "coturn.pid",
        "userdb": directory / "coturn.db",
        "min-port": 62000,
        "max-port": 62999,
    }
    switches = ("use-auth-secret", "fingerprint", "no-cli", "no-multicast-peers", "allow-loopback-peers", "verbose")
    words = [*(f"--{name}={value}" for name, value in options.items()), *(f"--{name}" for name in switches)]
    command = ["setpriv", "--pdeathsig", "KILL", "turnserver", "-n", "--log-file=stdout", *words]
    with open(log, "wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=directory)
    try:
        served = Coturn(port, tls)
        eventually(lambda: process.poll() is not None or all(map(is_listening, (port, tls))), what="coturn listens")
        assert process.poll() is None, log.read_text()[-2000:]
        yield served
    finally:
        process.terminate()
        process.wait(10)
