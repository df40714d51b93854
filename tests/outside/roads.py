"""Two networks that lead to the server, one after the other, as when somebody with a telephone leaves the house.

A browser of its own namespace stands before a router, to which it has two cables; the server never sees them change.
"""

import shlex
import subprocess
from pathlib import Path

from baresip_phone import Network
from browser import CHROMIUM

UPLINK = "10.98.0"
"""Between the server and the router."""
CABLES = ("10.98.1", "10.98.2")
QUIET = "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=1"
"""IPv6 finds its addresses a second later, which a browser takes for another network."""


class Namespace:
    """A network namespace that lasts until it is closed."""

    def __init__(self) -> None:
        script = f"{QUIET} && ip link set lo up && echo up && exec sleep infinity"
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", script]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._holder.stdout
        assert self._holder.stdout.readline() == b"up\n"
        self.enter = ("nsenter", f"--net=/proc/{self._holder.pid}/ns/net")

    @property
    def pid(self) -> str:
        return str(self._holder.pid)

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()
        assert self._holder.stdout
        self._holder.stdout.close()


class Roads:
    """At first there is the one cable, then the other."""

    def __init__(self, network: Network) -> None:
        self._router, self._here = Namespace(), Namespace()
        at_server = network.enter
        run(at_server, "sysctl -qw net.ipv6.conf.default.disable_ipv6=1")
        run(at_server, f"ip link add name uplink type veth peer name server netns {self._router.pid}")
        address(at_server, f"{UPLINK}.1", "uplink")
        address(self._router.enter, f"{UPLINK}.2", "server")
        run(at_server, f"ip route add 10.98.0.0/16 via {UPLINK}.2")
        run(self._router.enter, f"ip route add {network.address} via {UPLINK}.1")
        for number, prefix in enumerate(CABLES):
            run(
                self._router.enter,
                f"ip link add name road{number} type veth peer name cable{number} netns {self._here.pid}",
            )
            address(self._router.enter, f"{prefix}.1", f"road{number}")
        self._lead(0)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of the browser, in the first and in the second network."""
        return tuple(f"{prefix}.2" for prefix in CABLES)

    def change(self) -> None:
        """The first network is gone, and there is the second."""
        run(self._here.enter, "ip link set cable0 down")
        self._lead(1)

    def block(self, blocked: bool = True) -> None:
        """Let nothing through for a while, of which the browser is told nothing: as behind a wall, or in a tunnel."""
        run(self._router.enter, f"sysctl -qw net.ipv4.ip_forward={int(not blocked)}")

    def browser(self, directory: Path) -> Path:
        """Chromium in here."""
        program = directory / "chromium-on-the-road"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(self._here.enter)} {CHROMIUM} "$@"\n')
        program.chmod(0o700)
        return program

    def close(self) -> None:
        self._here.close()
        self._router.close()

    def _lead(self, number: int) -> None:
        address(self._here.enter, f"{CABLES[number]}.2", f"cable{number}")
        run(self._here.enter, f"ip route add default via {CABLES[number]}.1 dev cable{number}")


def address(enter: tuple[str, ...], own: str, interface: str) -> None:
    run(enter, f"ip address add {own}/24 dev {interface}")
    run(enter, f"ip link set {interface} up")


def run(enter: tuple[str, ...], command: str) -> None:
    done = subprocess.run([*enter, *command.split()], capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
