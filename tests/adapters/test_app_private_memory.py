"""The memory of the server, with its keys, reaches neither core files nor other processes of the same user."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import ctypes, resource, sys
import unificx.server.main as program

def report(server):
    server.close()
    PR_GET_DUMPABLE = 3
    print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0))
    print(len(open("/proc/self/status").read()) > 0)

program._run = report
sys.argv[1:] = ["up", "--home", sys.argv[1]]
program.main()
"""
"""`unificx up` until the server would begin to run."""


@pytest.mark.promise("T2")
def test_memory_is_neither_dumped_nor_readable(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "home")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["(0, 0) 0", "True"]
