"""The phones of one test on one server: each is SIPp, configured with an extension's credentials."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import scenarios as s
from free_ports import free_port
from server import Login, Server, eventually
from sipp import Outcome, Sipp, User, run_call
from tls_tunnel import TlsTunnel

TRANSPORTS = {"udp": "u1", "tcp": "t1", "tls": "t1"}
"""TLS goes through a separate proxy: Debian links SIPp with wolfSSL, with which it cannot send."""


@dataclass
class SippPhones:
    directory: Path
    server: Server
    _registered: list[tuple[Login, int]] = field(default_factory=list)
    _tls_proxy: TlsTunnel | None = None

    def register(self, login: Login, port: int, *, expires: int = 3600, **settings: Any) -> Outcome:
        """Send REGISTER with digest, from the port where the phone will be called."""
        return self._sipp(login, *s.registers(expires), s.recv(200), port=port, **settings).run()

    def unauthenticated(self, username: str, password: str, *steps: str, **settings: Any) -> Sipp:
        """A phone with wrong credentials."""
        login = Login("710071", "", username, password, self.server.domain, "")
        return self._sipp(login, *steps, **settings)

    def connected(self, login: Login, *steps: str, transport: str) -> Sipp:
        """A registered, waiting phone that is called over its registered connection."""
        ladder = (*s.registers(3600), s.recv(200), s.pause(20000))
        phone = self._sipp(login, *ladder, transport=transport, out_of_call=s.scenario(*steps)).start()
        eventually(lambda: "SIP/2.0 200" in phone.trace_so_far(), what="registered")
        return phone

    def callee(self, login: Login, *steps: str, also: tuple[str, ...] = (), **settings: Any) -> Sipp:
        """A registered phone, not yet started: it answers according to the ladder and echoes received audio. `also`:
        additional SIPp options.
        """
        port = free_port()
        outcome = self.register(login, port)
        assert outcome.ok, outcome.errors or outcome.trace
        self._registered.append((login, port))
        options = ("-rtp_echo", *also)
        return Sipp(self.directory, s.scenario(*steps), domain=login.domain, port=port, options=options, **settings)

    def caller(self, login: Login, dials: str, *steps: str, transport: str = "udp", **settings: Any) -> Sipp:
        return self._sipp(login, *steps, dials=dials, transport=transport, **settings)

    def calls(self, caller: Sipp, *callees: Sipp) -> Outcome:
        """Run all phones; each must complete its ladder."""
        outcome, others = run_call(callees, caller)
        for each in (outcome, *others):
            assert each.ok, f"{each.errors}\n{each.trace[-6000:]}"
        return outcome

    def record(self, caller: Login, **expected: Any) -> dict[str, Any]:
        """Return the history record of the caller's latest call, once it has these values."""

        def look() -> dict[str, Any] | None:
            rows = [row for row in self.server.history() if mentions(row["caller"], caller.number)]
            latest = max(rows, key=lambda row: row["started"], default=None)
            return latest if latest and all(latest[name] == value for name, value in expected.items()) else None

        return eventually(look, what=f"history row with {expected}")

    def close(self) -> None:
        """Unregister all phones, so that calls of the next test do not ring here."""
        for login, port in self._registered:
            self.register(login, port, expires=0)
        if self._tls_proxy is not None:
            self._tls_proxy.close()

    def _sipp(
        self, login: Login, *steps: str, dials: str = "", port: int = 0, transport: str = "udp", **settings: Any
    ) -> Sipp:
        port = port or free_port(settings.get("host", "127.0.0.1"))
        user = User(login.number, login.username, login.password, dials, f"{settings.get('host', '127.0.0.1')}:{port}")
        return Sipp(
            self.directory,
            s.scenario(*steps),
            users=[user],
            domain=login.domain,
            remote=self._remote_address(transport),
            port=port,
            transport=TRANSPORTS[transport],
            **settings,
        )

    def _remote_address(self, transport: str) -> str:
        """Return the address a phone sends to."""
        if transport != "tls":
            return self.server.sip(transport)
        self._tls_proxy = self._tls_proxy or TlsTunnel(self.server.address("tls"), self.server.ca)
        return self._tls_proxy.address


def mentions(party: Any, number: str) -> bool:
    return f'"{number}"' in json.dumps(party)
