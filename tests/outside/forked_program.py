"""The program `unificx` in a fork of a process that has imported it.

A run of the suite starts hundreds of servers, and the imports take most of the CPU time of a start. The code and the
way to control the process are those of `python -m unificx.server.main`.
"""

import ctypes
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing import forkserver, resource_tracker
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any, BinaryIO

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["program_imports"])
_PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""


def share_fork_server() -> None:
    """Start the process whose forks are the programs now, and let all later forks of this process use it: its imports
    take as much CPU time as five starts. It ends with the last of them."""
    forkserver.ensure_running()
    # Both would be waited for, which only their parent may do.
    forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]
    resource_tracker._resource_tracker._pid = None  # type: ignore[attr-defined]


class ForkedProgram:
    """A running `unificx ARGUMENTS`, with the part of `subprocess.Popen` that the tests use.

    It inherits `descriptors`, and is killed when this process ends. `enter` is empty or a command that enters a
    namespace. Its clock is ahead by `clock_ahead`. With `on_terminal`, `errors` is a terminal, for its input and both
    outputs.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        errors: BinaryIO,
        descriptors: Sequence[int] = (),
        enter: Sequence[str] = (),
        clock_ahead: timedelta = timedelta(),
        on_terminal: bool = False,
    ) -> None:
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading)
        output = errors.fileno() if on_terminal else writing
        inherited: list[Any] = [DupFd(each) for each in (output, errors.fileno(), *descriptors)]
        call = (tuple(arguments), str(directory), dict(environment), inherited, namespace_of(enter), clock_ahead)
        self._process = _CONTEXT.Process(target=_run, args=call, daemon=True)
        try:
            self._process.start()
        finally:
            os.close(writing)
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        """Return the exit status, or the negative number of the signal; None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status. Raise subprocess.TimeoutExpired."""
        self._process.join(timeout)
        status = self.poll()
        if status is None:
            raise subprocess.TimeoutExpired("unificx", timeout or 0)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def enter_namespace(descriptor: int) -> None:
    """Let this thread enter a namespace (setns(2); `os` has it since Python 3.12)."""
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, 0):
        raise OSError(ctypes.get_errno(), "setns")


def can_enter(enter: Sequence[str]) -> bool:
    """Return whether that command only enters a namespace, or there is none."""
    return not enter or namespace_of(enter) is not None


def namespace_of(enter: Sequence[str]) -> str | None:
    """Return the path of the namespace that the command enters."""
    match enter:
        case ("nsenter", option) if option.startswith(("--net=", "--mount=")):
            return option.partition("=")[2]
    return None


@contextmanager
def inside_network(enter: Sequence[str]) -> Iterator[None]:
    """Sockets created by this thread belong to the network namespace that the command enters, if it enters one."""
    namespace = namespace_of(enter)
    if namespace is None or not namespace.endswith("/net"):
        yield
        return
    with open("/proc/thread-self/ns/net") as ours, open(namespace) as theirs:
        enter_namespace(theirs.fileno())
        try:
            yield
        finally:
            enter_namespace(ours.fileno())


@contextmanager
def own_namespace(kind: str, script: str) -> Iterator[tuple[str, str]]:
    """A new namespace (`net` or `mount`), prepared by a script for bash, until the end of the block: the command
    that enters it."""
    held = [
        "setpriv",
        "--pdeathsig",
        "KILL",
        "unshare",
        f"--{kind}",
        "bash",
        "-c",
        f"set -e\n{script}\necho; exec sleep infinity",
    ]
    with subprocess.Popen(held, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline(), "the script failed"
            yield "nsenter", f"--{kind}=/proc/{holder.pid}/ns/{kind.replace('mount', 'mnt')}"
        finally:
            holder.kill()


def _run(
    arguments: Sequence[str],
    directory: str,
    environment: Mapping[str, str],
    inherited: Sequence[Any],
    namespace: str | None,
    clock_ahead: timedelta,
) -> None:
    """Become the program. Runs in the fork."""
    if namespace:
        with open(namespace) as opened:
            enter_namespace(opened.fileno())
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    output, errors, *_ = [each.detach() for each in inherited]
    if os.isatty(errors):
        os.dup2(errors, 0)
    else:
        with open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
    os.dup2(output, 1)
    os.dup2(errors, 2)
    os.close(output)
    os.close(errors)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["unificx", *arguments]

    if clock_ahead:
        set_clock_ahead(clock_ahead)

    from unificx.server.main import main

    main()


def set_clock_ahead(by: timedelta) -> None:
    """Set the wall clock of this program ahead. Its timers are not concerned."""
    from unificx.core.clock import SystemClock, uuid7

    def new_id(clock: SystemClock) -> str:
        return uuid7(int(clock.now().timestamp() * 1000), os.urandom(10))

    SystemClock.now = lambda _: datetime.now(UTC) + by
    SystemClock.new_id = new_id
