"""Checks of the machine: disk space, clock, limits, programs, ports."""

import errno
import resource
import shutil
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from unificx.cli.doctor.check import Check
from unificx.cli.ports import Listener
from unificx.integrations.whisper import Whisper

MIN_FREE_BYTES = 200 * 1024**2
LOW_FREE_BYTES = 2 * 1024**3
MIN_OPEN_FILES = 4096
EARLIEST_TIME = datetime(2026, 1, 1, tzinfo=UTC)
"""An earlier system time is wrong."""


def disk(home: Path) -> Check:
    """Check the free disk space of the state directory."""
    place = next(folder for folder in (home, *home.absolute().parents) if folder.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1024**3:.1f} GiB free at {place}"
    if free < MIN_FREE_BYTES:
        return Check("disk", "fail", detail, "Free disk space: calls are refused when it is full.")
    if free < LOW_FREE_BYTES:
        return Check("disk", "warn", detail, "Free disk space soon.")
    return Check("disk", "ok", detail)


def speech_recognition(models: Path) -> Check:
    """Tell whether the optional recognizer is installed."""
    missing = Whisper(models).requirement
    if not missing:
        return Check("speech recognition", "ok", "installed")
    return Check("speech recognition", "ok", "not installed; for transcripts and captions only", missing)


def clock(now: datetime, home: Path) -> Check:
    """Check the system clock, on which certificates, sessions and call records depend."""
    do = "Synchronize it with NTP: timedatectl set-ntp true."
    if now < EARLIEST_TIME:
        return Check("clock", "fail", f"{now:%Y-%m-%d} is in the past", do)
    written = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in home.glob("*") if file.is_file()]
    if written and max(written) > now + timedelta(minutes=5):
        return Check("clock", "fail", "files of the installation are newer: the clock was set back", do)
    return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC")


def limits() -> Check:
    """Check the open file limit: each phone on TCP, TLS or WebSocket uses one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    detail = f"{soft} open files allowed"
    if soft < MIN_OPEN_FILES and (hard == resource.RLIM_INFINITY or hard > soft):
        return Check("limits", "warn", detail, "Raise it for many phones: ulimit -n 65536, or LimitNOFILE=65536.")
    if soft < MIN_OPEN_FILES:
        return Check("limits", "warn", detail, "Raise nofile in /etc/security/limits.conf for many phones.")
    return Check("limits", "ok", detail)


def rtpengine(program: str) -> Check:
    """Check that rtpengine, which relays media, is installed."""
    found = shutil.which(program, path=None) or shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if found is None:
        return Check("rtpengine", "fail", f"{program} is not installed", "apt-get install rtpengine-daemon")
    return Check("rtpengine", "ok", f"{found} is installed; the server starts it")


def port(listener: Listener) -> Check:
    """Check that an address the server will listen on is free."""
    name = f"port {listener.port}/{listener.transport}"
    if listener.port == 0:
        return Check(name, "ok", f"a free port will be chosen on {listener.host}")
    kind = socket.SOCK_DGRAM if listener.transport == "udp" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    other = f"choose another port: {listener.option} HOST:PORT"
    try:
        with socket.socket(family, kind) as probe:
            if listener.transport == "tcp":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((listener.host, listener.port))
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            return Check(name, "fail", f"in use on {listener.host}", f"Stop the program that uses it, or {other}")
        if fault.errno == errno.EACCES:
            return Check(name, "fail", "not allowed below 1024", f"Give CAP_NET_BIND_SERVICE, or {other}")
        return Check(name, "fail", f"{listener.host}: {fault.strerror}", other[0].upper() + other[1:])
    return Check(name, "ok", f"free on {listener.host}")
