"""Limits and privileges of a child process that decodes foreign bytes with libraries written in C."""

import ctypes
import os
import resource
import signal

EXIT_REFUSED = 3
"""Exit status if standard output contains an error instead of a result."""
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NOBODY = 65534


def limit_process(*, memory: int, seconds: int, keep_user: bool = False) -> None:
    """Limit this process to `memory` bytes and `seconds` of CPU time, without the right to write files, and without
    root. `keep_user` keeps the user id, to read files of the installation. It dies with its parent."""
    os.nice(10)
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(kind, (limit, limit))
    if os.geteuid() == 0 and not keep_user:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    system = ctypes.CDLL(None)
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
