"""The memory of the server, with its keys, reaches neither core files nor other processes of the same user."""

import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, resource
from unificx.server.private_memory import keep_memory_private
keep_memory_private()
PR_GET_DUMPABLE = 3
print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
print(len(open("/proc/self/status").read()) > 0)
"""


@pytest.mark.promise("T2")
def test_memory_is_neither_dumped_nor_readable() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(0, 0) 0", "True"]
