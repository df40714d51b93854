"""Network handover: a client moves from one network to another, as when a phone leaves the Wi-Fi.

A browser in its own network namespace is connected to a router by two links; the server does not notice the change.
"""

import shlex
import subprocess
from pathlib import Path

from baresip_phone import Network
from browser import HEADLESS

UPLINK = "10.98.0"
"""Network between the server and the router."""
LINKS = ("10.98.1", "10.98.2")
SYSCTL = "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 net.ipv4.ip_forward=1"
"""IPv6 autoconfiguration takes a second, which a browser would treat as a network change."""


class Namespace:
    """A network namespace that exists until it is closed."""

    def __init__(self) -> None:
        script = f"{SYSCTL} && ip link set lo up && echo up && exec sleep infinity"
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


class NetworkHandover:
    """A client behind a router with two links, of which one is up."""

    def __init__(self, network: Network) -> None:
        self._router, self._client = Namespace(), Namespace()
        at_server = network.enter
        run(at_server, "sysctl -qw net.ipv6.conf.default.disable_ipv6=1")
        run(at_server, f"ip link add name uplink type veth peer name server netns {self._router.pid}")
        address(at_server, f"{UPLINK}.1", "uplink")
        address(self._router.enter, f"{UPLINK}.2", "server")
        run(at_server, f"ip route add 10.98.0.0/16 via {UPLINK}.2")
        run(self._router.enter, f"ip route add {network.address} via {UPLINK}.1")
        for number, prefix in enumerate(LINKS):
            run(
                self._router.enter,
                f"ip link add name road{number} type veth peer name cable{number} netns {self._client.pid}",
            )
            address(self._router.enter, f"{prefix}.1", f"road{number}")
        self._bring_up(0)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Addresses of the browser in the first and in the second network."""
        return tuple(f"{prefix}.2" for prefix in LINKS)

    def switch(self) -> None:
        """Take the first network down and bring the second up."""
        run(self._client.enter, "ip link set cable0 down")
        self._bring_up(1)

    def block(self, blocked: bool = True) -> None:
        """Drop or forward all packets; the browser gets no network event, as with a lost radio signal."""
        run(self._router.enter, f"sysctl -qw net.ipv4.ip_forward={int(not blocked)}")

    def browser(self, directory: Path) -> Path:
        """Return a script that runs Chromium in the client's namespace."""
        program = directory / "chromium-on-the-road"
        program.write_text(f'#!/bin/sh\nexec {shlex.join(self._client.enter)} {HEADLESS} "$@"\n')
        program.chmod(0o700)
        return program

    def close(self) -> None:
        self._client.close()
        self._router.close()

    def _bring_up(self, number: int) -> None:
        address(self._client.enter, f"{LINKS[number]}.2", f"cable{number}")
        run(self._client.enter, f"ip route add default via {LINKS[number]}.1 dev cable{number}")


def address(enter: tuple[str, ...], own: str, interface: str) -> None:
    run(enter, f"ip address add {own}/24 dev {interface}")
    run(enter, f"ip link set {interface} up")


def run(enter: tuple[str, ...], command: str) -> None:
    done = subprocess.run([*enter, *command.split()], capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stderr}"
