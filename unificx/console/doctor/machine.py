"""Checks of the machine: room on the disk, the clock, limits, programs, ports."""

import errno
import resource
import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unificx.console.doctor.check import Check
from unificx.console.ports import Listener

LEAST_FREE = 200 * 1024**2
LITTLE_FREE = 2 * 1024**3
FEW_FILES = 4096
RELEASED = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that says an earlier time than this is wrong."""


def disk(home: Path) -> Check:
    """Whether there is room where the state lies."""
    place = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:.1f} GiB free at {place}"
    if free < LEAST_FREE:
        return Check("disk", "fail", detail, "Make room: calls are refused rather than lost when it is full.")
    if free < LITTLE_FREE:
        return Check("disk", "warn", detail, "Make room soon.")
    return Check("disk", "ok", detail)


def clock(now: datetime, home: Path) -> Check:
    """Whether the clock can be right: certificates, sign-ins and call records all stand on it."""
    do = "Set it, best by NTP: timedatectl set-ntp true."
    if now < RELEASED:
        return Check("clock", "fail", f"it says {now:%Y-%m-%d}, which is long past", do)
    written = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in home.glob("*") if file.is_file()]
    if written and max(written) > now + timedelta(minutes=5):
        return Check("clock", "fail", "files of the installation are newer than now: it was set back", do)
    return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def limits() -> Check:
    """How many files may be open: every telephone on TCP, TLS or WebSocket holds one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    detail = f"{soft} open files allowed"
    if soft < FEW_FILES and (hard == resource.RLIM_INFINITY or hard > soft):
        return Check("limits", "warn", detail, "Raise it for many telephones: ulimit -n 65536, or LimitNOFILE=65536.")
    if soft < FEW_FILES:
        return Check("limits", "warn", detail, "Raise nofile in /etc/security/limits.conf for many telephones.")
    return Check("limits", "ok", detail)


def rtpengine(program: str) -> Check:
    """Whether the program that carries voice and video is there."""
    found = shutil.which(program, path=None) or shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        return Check("rtpengine", "fail", f"{program} is not installed", "apt-get install rtpengine-daemon")
    return Check("rtpengine", "ok", f"{found} is there; it runs while the server does")


def port(listener: Listener) -> Check:
    """Whether an address the server will listen on is free now."""
    name = f"port {listener.port}/{listener.transport}"
    if listener.port == 0:
        return Check(name, "ok", f"a free one will be picked on {listener.host}")
    kind = socket.SOCK_DGRAM if listener.transport == "udp" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    other = f"choose another one: {listener.option} HOST:PORT"
    try:
        with socket.socket(family, kind) as trial:
            if listener.transport == "tcp":
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((listener.host, listener.port))
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            return Check(name, "fail", f"taken on {listener.host}", f"Stop the program that has it, or {other}")
        if fault.errno == errno.EACCES:
            return Check(name, "fail", "not allowed below 1024", f"Give CAP_NET_BIND_SERVICE, or {other}")
        return Check(name, "fail", f"{listener.host}: {fault.strerror}", other[0].upper() + other[1:])
    return Check(name, "ok", f"free on {listener.host}")
