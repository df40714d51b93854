"""The Debian package: control file, service and scripts agree with the layout that script/package builds."""

import base64
import configparser
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEB = ROOT / "packaging" / "deb"
SCRIPTS = ("postinst", "prerm", "postrm", "unificx")
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictNamespaces": "yes",
    "CapabilityBoundingSet": "CAP_NET_BIND_SERVICE",
}


def _unit() -> configparser.ConfigParser:
    unit = configparser.ConfigParser(interpolation=None, strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string((DEB / "unificx.service").read_text())
    return unit


def test_the_service_runs_without_privileges_and_writes_only_its_state() -> None:
    service = _unit()["Service"]
    assert service["User"] == "unificx"
    assert service["StateDirectory"] == "unificx"
    assert service["StateDirectoryMode"] == "0700"
    assert HARDENING.items() <= dict(service).items()
    assert not {"ReadWritePaths", "BindPaths"} & set(service)


def test_service_and_command_start_the_program_that_the_package_has() -> None:
    package = (ROOT / "script" / "package").read_text()
    program = "/usr/lib/unificx/venv/bin/unificx"
    assert _unit()["Service"]["ExecStart"] == f"{program} up $UNIFICX_OPTIONS"
    assert f"command={program}\n" in (DEB / "unificx").read_text()
    assert "lib=$stage/usr/lib/unificx\n" in package
    assert '"$lib/venv/bin/unificx"' in package
    settings = _unit()["Service"]["EnvironmentFile"].removeprefix("-")
    assert f'echo {settings} > "$stage/DEBIAN/conffiles"' in package
    assert f". {settings}" in (DEB / "unificx").read_text()


def test_control_file_names_what_the_server_needs() -> None:
    control = dict(re.findall(r"^([A-Z][\w-]*): (.*)$", (DEB / "control.in").read_text(), re.MULTILINE))
    assert {"Package", "Version", "Architecture", "Maintainer", "Depends", "Description"} <= set(control)
    assert {"rtpengine-daemon", "adduser", "tzdata"} <= {each.split(" ")[0] for each in control["Depends"].split(", ")}
    placeholders = set(re.findall(r"@(\w+)@", " ".join(control.values())))
    package = (ROOT / "script" / "package").read_text()
    assert all(f"s/@{each}@/" in package for each in placeholders)


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_is_executable_and_valid(name: str) -> None:
    script = DEB / name
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)


def test_no_script_deletes_data() -> None:
    for name in SCRIPTS:
        assert not re.search(r"\brm\b.*/var/lib", (DEB / name).read_text())


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is missing")
def test_the_control_file_makes_a_package(tmp_path: Path) -> None:
    values = {"VERSION": "1.2+3.abc", "ARCHITECTURE": "all", "PYTHON": "3.11", "NEXT_PYTHON": "3.12~", "SIZE": "1"}
    control = re.sub(r"@(\w+)@", lambda found: values[found[1]], (DEB / "control.in").read_text())
    directory = tmp_path / "tree" / "DEBIAN"
    directory.mkdir(parents=True)
    directory.chmod(0o755)  # another test of this process may have started a server, which narrows the umask
    (directory / "control").write_text(control)
    made = tmp_path / "made.deb"
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", tmp_path / "tree", made], check=True, capture_output=True
    )
    shown = subprocess.run(["dpkg-deb", "-f", made, "Depends"], check=True, capture_output=True, text=True).stdout
    assert "python3 (>= 3.11), python3 (<< 3.12~)" in shown


@pytest.mark.parametrize(
    ("lock", "refused"),
    [
        ("typer==0.0.1 \\\n    --hash=sha256:00\n", "typer is .*, not 0.0.1"),
        ("unificx-missing==1.0 \\\n", "unificx-missing is missing"),
        ("unificx-missing==1.0 ; sys_platform == 'win32' \\\n", ""),
    ],
)
def test_only_the_packages_of_the_lock_file_are_copied(tmp_path: Path, lock: str, refused: str) -> None:
    (tmp_path / "lock.txt").write_text(lock)
    done = _copy_packages(tmp_path / "lock.txt", tmp_path / "target")
    assert (done.returncode != 0) == bool(refused)
    assert re.search(refused, done.stderr)


def test_a_package_with_a_changed_file_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "environment" / "example_package-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: example-package\nVersion: 1.0\n")
    (package.parent / "example.py").write_text("value = 1\n")
    digest = base64.urlsafe_b64encode(hashlib.sha256(b"value = 1\n").digest()).decode().rstrip("=")
    (package / "RECORD").write_text(f"example.py,sha256={digest},10\n../../bin/example,,\n")
    (tmp_path / "lock.txt").write_text("example-package==1.0 \\\n")
    done = _copy_packages(tmp_path / "lock.txt", tmp_path / "target", package.parent)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "target").rglob("*")] == ["example.py"]
    (package.parent / "example.py").write_text("value = 2\n")
    done = _copy_packages(tmp_path / "lock.txt", tmp_path / "again", package.parent)
    assert done.returncode != 0
    assert "example.py was changed" in done.stderr


def _copy_packages(lock: Path, target: Path, environment: Path | None = None) -> subprocess.CompletedProcess[str]:
    paths = {"PYTHONPATH": str(environment)} if environment is not None else {}
    command = [sys.executable, ROOT / "packaging" / "copy_packages.py", lock, target]
    return subprocess.run(command, env=paths, capture_output=True, text=True, check=False)


def test_the_service_is_started_again_for_as_long_as_it_takes() -> None:
    """systemd gives up after five starts in ten seconds: a database that starts later would find no server."""
    service = _unit()["Service"]
    assert service["Restart"] == "on-failure"
    assert float(service["RestartSec"]) * 5 > 10
