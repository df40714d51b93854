"""Keeps the memory of the process, which holds keys and personal data, out of files and other processes."""

import ctypes
import resource

import structlog

log = structlog.get_logger()
_PR_SET_DUMPABLE = 4
"""prctl(2)"""


def keep_memory_private() -> None:
    """Write no core files, also of child processes, and let no process of the same user read the memory of this one."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        log.warning("memory_readable", errno=ctypes.get_errno())
