"""S3 object store for tests: the moto server, which can be stopped and restarted."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from free_ports import free_port
from obstore.store import S3Store


@dataclass
class ObjectServer:
    """In-memory object store, lost when it stops."""

    directory: Path
    bucket: str = "recordings"
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        return {
            "UNIFICX_BLOBS": f"s3://{self.bucket}/pbx",
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "a secret",
        }

    def start(self) -> None:
        with (self.directory / "s3.log").open("ab") as log:
            command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *command], stdout=log, stderr=log, cwd=self.directory
            )
        for _ in range(600):
            try:
                assert httpx.put(f"{self.url}/{self.bucket}").status_code == 200
                return
            except httpx.TransportError:
                assert self.process.poll() is None, (self.directory / "s3.log").read_text()
                time.sleep(0.1)
        raise AssertionError("the object server does not answer")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def objects(self) -> list[str]:
        """Return all object names."""
        listed = httpx.get(f"{self.url}/{self.bucket}", params={"list-type": "2"}).text
        return [each.partition("</Key>")[0] for each in listed.split("<Key>")[1:]]

    def read(self, name: str) -> bytes:
        return bytes(self._store().get_range(name, start=0, length=1 << 30))

    def write(self, name: str, data: bytes) -> None:
        self._store().put(name, data)

    def _store(self) -> S3Store:
        return S3Store(
            self.bucket,
            access_key_id="test",
            secret_access_key="a secret",
            endpoint=self.url,
            region="us-east-1",
            client_options={"allow_http": True},
        )
