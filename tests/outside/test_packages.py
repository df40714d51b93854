"""The packages of this commit: the Debian package is built, installed beside this machine's files and started from there,
and a container image is written and read.

The installation is in an overlay over the root of this machine, in a mount namespace of its own: nothing of it stays, and
the clone with its virtual environment is hidden there.
"""

import gzip
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from server import ROOT, reserve_media_ports

PROGRAM = "/usr/lib/unificx/venv/bin/unificx"
ADDRESSES = [
    option for name in ("http", "https", "sip-udp", "sip-tcp", "sip-tls") for option in (f"--{name}", "127.0.0.1:0")
]
INSTALL = """
mount -t tmpfs none "$WORK"
mkdir "$WORK/changes" "$WORK/work" "$WORK/root"
mount -t overlay none -o "lowerdir=/,upperdir=$WORK/changes,workdir=$WORK/work" "$WORK/root"
cp "$PACKAGE" "$WORK/root/unificx.deb"
mount -t proc proc "$WORK/root/proc"
mount --rbind /dev "$WORK/root/dev"
for hidden in $HIDDEN; do mount -t tmpfs none "$WORK/root$hidden"; done
cd /
chroot "$WORK/root" dpkg --install /unificx.deb >&2
exec chroot "$WORK/root" /usr/bin/unificx up --json "$@"
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the Debian package, without compression."""
    target = tmp_path_factory.mktemp("package")
    environment = os.environ | {"DPKG_DEB_COMPRESSOR_TYPE": "none"}
    made = subprocess.run(
        [ROOT / "script" / "package", "deb", target], env=environment, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    [path] = target.glob("*.deb")
    assert made.stdout.strip() == str(path)
    return path


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, dict[str, Any]]]:
    """Install the package and start it; return the pid of a process in its namespace, and the ready line."""
    if os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("an overlay over the root of the machine needs root and the right to mount")
    work = tmp_path_factory.mktemp("installed")
    # An environment inside of the clone is hidden with the clone and cannot be a mount point then.
    prefix = Path(sys.prefix).resolve()
    hidden = {str(ROOT)} if prefix.is_relative_to(ROOT) else {str(ROOT), str(prefix)}
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "WORK": str(work),
        "PACKAGE": str(package),
        "HIDDEN": " ".join(sorted(hidden)),
        "DEBIAN_FRONTEND": "noninteractive",
    }
    log = work.with_suffix(".log")
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", INSTALL, "sh", *ADDRESSES]
    with (
        log.open("wb") as errors,
        reserve_media_ports() as (_, media_ports),
        subprocess.Popen(
            command,
            env=environment | {"UNIFICX_MEDIA_PORTS": media_ports},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            readable, _, _ = select.select([process.stdout], [], [], 120)
            line = process.stdout.readline() if readable else ""
            assert line, log.read_text()[-3000:]
            [inside] = map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())
            yield inside, json.loads(line)
            os.kill(inside, signal.SIGTERM)
            assert process.wait(30) == 0, log.read_text()[-3000:]
        finally:
            process.kill()


def run_inside(pid: int, *command: str) -> str:
    """Run a command in the installation, as root."""
    enter = ["nsenter", f"--target={pid}", "--mount", "--pid", "--root", "env", "--chdir=/"]
    done = subprocess.run([*enter, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_package_runs_without_the_clone(installed: tuple[int, dict[str, Any]]) -> None:
    pid, ready = installed
    with httpx.Client(base_url=ready["http"], timeout=60) as client:
        for page in ("/app/", "/portal/", "/healthz"):
            assert client.get(page).status_code == 200
        answer = client.post("/api/v1/sessions", json=ready["admin"])
        assert answer.status_code == 201, answer.text
    made = json.loads(
        run_inside(pid, "unificx", "extension", "create", "--number", "1010", "--name", "Workshop", "--json")
    )
    assert made["sip"]["password"]
    call = json.loads(run_inside(pid, "unificx", "call", "--json"))
    assert call["ok"], call
    user = run_inside(pid, "id", "-u", "unificx").strip()
    assert f"Uid:\t{user}\t{user}" in run_inside(pid, "cat", "/proc/1/status")
    assert run_inside(pid, "stat", "-c", "%U %a", "/var/lib/unificx", "/etc/unificx/unificx.env").split("\n")[:2] == [
        "unificx 700",
        "root 640",
    ]
    loaded = run_inside(pid, "sh", "-c", "cat /proc/1/maps")
    assert "/usr/lib/unificx/venv/" in loaded
    assert str(ROOT) not in loaded


def test_the_installed_files_are_those_of_the_package(installed: tuple[int, dict[str, Any]]) -> None:
    pid, _ = installed
    assert run_inside(pid, "dpkg", "--verify", "unificx") == ""
    assert "install ok installed" in run_inside(pid, "dpkg", "--status", "unificx")
    assert PROGRAM in run_inside(pid, "dpkg", "--listfiles", "unificx").split("\n")


def test_the_package_names_no_directory_of_this_machine(package: Path) -> None:
    places = [str(place).encode() for place in {ROOT, Path(sys.prefix).resolve()}]
    unpack = ["dpkg-deb", "--fsys-tarfile", package]
    with (
        subprocess.Popen(unpack, stdout=subprocess.PIPE) as process,
        tarfile.open(None, "r|", process.stdout) as archive,
    ):
        for member in archive:
            assert (member.uid, member.gid) == (0, 0)
            assert member.issym() or not member.mode & 0o6022, member.name
            if (file := archive.extractfile(member) if member.isfile() else None) is not None:
                data = file.read()
                assert not any(place in data for place in places), member.name
    assert process.returncode == 0


def read_blob(archive: tarfile.TarFile, described: dict[str, Any]) -> bytes:
    """Return a blob of an OCI layout, checked against its description."""
    file = archive.extractfile(f"blobs/{described['digest'].replace(':', '/')}")
    assert file is not None
    data = file.read()
    assert len(data) == described["size"]
    assert f"sha256:{hashlib.sha256(data).hexdigest()}" == described["digest"]
    return data


def test_an_image_is_an_oci_layout_with_the_root_file_system(tmp_path: Path) -> None:
    root, image = tmp_path / "root.tar", tmp_path / "image.tar"
    with tarfile.open(root, "w") as archive:
        archive.add(ROOT / "packaging", "usr/lib/unificx")
    write = [sys.executable, ROOT / "packaging" / "image.py", root, image, "localhost/unificx:1.0"]
    subprocess.run(write, check=True)
    first = image.read_bytes()
    subprocess.run(write, check=True)
    assert image.read_bytes() == first
    with tarfile.open(image) as archive:
        layout = archive.extractfile("oci-layout")
        index = archive.extractfile("index.json")
        assert layout is not None
        assert index is not None
        assert json.load(layout) == {"imageLayoutVersion": "1.0.0"}
        [named] = json.load(index)["manifests"]
        assert named["annotations"]["org.opencontainers.image.ref.name"] == "localhost/unificx:1.0"
        manifest = json.loads(read_blob(archive, named))
        config = json.loads(read_blob(archive, manifest["config"]))
        [layer] = manifest["layers"]
        contents = gzip.decompress(read_blob(archive, layer))
    assert contents == root.read_bytes()
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(contents).hexdigest()}"]
    assert config["config"]["Entrypoint"] == [PROGRAM]
    assert config["config"]["User"] == "unificx"
