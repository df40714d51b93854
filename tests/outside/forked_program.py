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
from collections.abc import Mapping, Sequence
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any, BinaryIO

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["program_imports"])
_PR_SET_PDEATHSIG = 1


class ForkedProgram:
    """A running `unificx ARGUMENTS`, with the part of `subprocess.Popen` that the tests use.

    It inherits `descriptors`, and is killed when this process ends.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        errors: BinaryIO,
        descriptors: Sequence[int] = (),
    ) -> None:
        reading, writing = os.pipe()
        self.stdout = os.fdopen(reading)
        inherited: list[Any] = [DupFd(each) for each in (writing, errors.fileno(), *descriptors)]
        call = (tuple(arguments), str(directory), dict(environment), inherited)
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


def _run(arguments: Sequence[str], directory: str, environment: Mapping[str, str], inherited: Sequence[Any]) -> None:
    """Become the program. Runs in the fork."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    output, errors, *_ = [each.detach() for each in inherited]
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

    from unificx.server.main import main

    main()
