"""Pebble as a child process: a certificate authority that speaks ACME (RFC 8555), with a DNS server for it."""

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from coturn import is_listening
from free_ports import free_port
from server import eventually

from unificx.core.clock import SystemClock
from unificx.integrations.local_ca import ensure_certificates


@dataclass
class Pebble:
    """An authority that looks for the domain's port 80 at `http_port` of 127.0.0.1."""

    directory: Path
    validity: int = 90 * 24 * 3600
    """Validity of the certificates in seconds."""
    port: int = field(default_factory=free_port)
    http_port: int = field(default_factory=free_port)
    https_port: int = field(default_factory=free_port)
    management: int = field(default_factory=free_port)
    dns: int = field(default_factory=free_port)
    dns_management: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.certificates = ensure_certificates(self.directory / "pebble-tls", [], SystemClock())

    @property
    def settings(self) -> dict[str, str]:
        """Return the UnifiCX settings for this authority."""
        return {
            "UNIFICX_ACME": f"https://127.0.0.1:{self.port}/dir",
            "UNIFICX_ACME_TRUST": str(self.certificates.authority),
        }

    def options(self, domain: str) -> list[str]:
        pages = ["--https", f"127.0.0.1:{self.https_port}"]
        return ["--domain", domain, *pages, "--challenges", f"127.0.0.1:{self.http_port}"]

    def root(self) -> str:
        """Return the certificate that its certificates lead to."""
        answer = httpx.get(f"https://127.0.0.1:{self.management}/roots/0", verify=False)
        assert answer.status_code == 200
        return answer.text

    def forget(self, domain: str) -> None:
        """Remove the domain from the DNS."""
        for kind in ("a", "aaaa"):
            httpx.post(f"http://127.0.0.1:{self.dns_management}/clear-{kind}", json={"host": f"{domain}."})
        httpx.post(
            f"http://127.0.0.1:{self.dns_management}/set-servfail", json={"host": f"{domain}."}
        ).raise_for_status()

    @contextmanager
    def running(self) -> Iterator["Pebble"]:
        config = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(self.certificates.certificate),
            "privateKey": str(self.certificates.key),
            "httpPort": self.http_port,
            "tlsPort": free_port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
            "domainBlocklist": ["forbidden.example.com"],
            "retryAfter": {"authz": 1, "order": 1},
            "certificateValidityPeriod": self.validity,
        }
        file = self.directory / "pebble.json"
        file.write_text(json.dumps({"pebble": config}))
        names = ["pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""]
        names += ["-dns01", f"127.0.0.1:{self.dns}", "-management", f"127.0.0.1:{self.dns_management}"]
        names += ["-doh", "", "-http01", "", "-https01", "", "-tlsalpn01", ""]
        authority = ["pebble", "-config", str(file), "-dnsserver", f"127.0.0.1:{self.dns}"]
        with self._process(names, (self.dns_management,)), self._process(authority, (self.port, self.management)):
            yield self

    @contextmanager
    def _process(self, command: Sequence[str], ports: Sequence[int]) -> Iterator[None]:
        log = self.directory / f"{command[0]}.log"
        environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "10"}
        with open(log, "ab") as out:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], stdout=out, stderr=subprocess.STDOUT, env=environment
            )
        try:
            eventually(
                lambda: process.poll() is not None or all(map(is_listening, ports)), what=f"{command[0]} listens"
            )
            assert process.poll() is None, log.read_text()[-2000:]
            yield
        finally:
            process.kill()
            process.wait(10)
