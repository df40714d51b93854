"""Workers of pytest-xdist as forks of one process that has collected the tests: imports are four fifths of a collection.

with collected(["tests"], os.environ) as workers:
    subprocess.run([sys.executable, "-m", "pytest", *worker_options(workers, 6), "tests"])
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = "UNIFICX_TESTS_SHARED"
"""Environment variable: a directory that all workers of a run share."""
DESCRIPTORS = (0, 1, 2)


@contextmanager
def collected(tests: Sequence[str], environment: Mapping[str, str]) -> Iterator[Path]:
    """Collect these tests meanwhile, in a process that ends with the block or with this process. Gives the socket for
    `worker_options`. In a fresh clone this also compiles the tests, once instead of in each worker."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory) / "workers"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(place))
            listener.listen(64)
            command = ["setpriv", "--pdeathsig", "KILL", sys.executable, __file__, str(listener.fileno()), *tests]
            server = subprocess.Popen(
                command, cwd=ROOT, env={**environment, SHARED: directory}, pass_fds=[listener.fileno()]
            )
        try:
            yield place
        finally:
            server.kill()
            server.wait()


def worker_options(place: Path, count: int) -> list[str]:
    """Options of pytest for workers forked by the process at this socket."""
    return ["--dist=load", f"--tx={count}*popen//python={sys.executable} -I -S {__file__} {place}"]


def ask_for_fork(place: str) -> None:
    """Stand for a worker, towards pytest-xdist: the worker has the descriptors of this process and ends before it."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        socket.send_fds(server, [b"\0"], DESCRIPTORS)
        for each in DESCRIPTORS:
            os.close(each)
        server.recv(1)


def fork_workers(listener: socket.socket, tests: Sequence[str]) -> None:
    """Collect the tests, then fork a worker for each connection, which the worker closes when it ends."""
    import warnings

    import pytest

    with open(os.devnull, "w") as nothing:
        output = os.dup(1)
        os.dup2(nothing.fileno(), 1)
        # A failure is reported by the workers, which try again to import what could not be imported.
        pytest.main(["--collect-only", "-qq", "-p", "no:xdist", *tests])
        sys.stdout.flush()
        os.dup2(output, 1)
        os.close(output)
    if programs := sys.modules.get("forked_program"):
        tempfile.tempdir = os.environ[SHARED]  # for its socket: this process is killed
        programs.share_fork_server()
        tempfile.tempdir = None
    # The only other threads are those of numerical libraries, which prepare for a fork.
    warnings.filterwarnings("ignore", "This process.*multi-threaded", DeprecationWarning)
    while True:
        connection, _ = listener.accept()
        _, descriptors, *_ = socket.recv_fds(connection, 1, len(DESCRIPTORS))
        if os.fork() == 0:
            listener.close()
            for ours, theirs in zip(DESCRIPTORS, descriptors, strict=True):
                os.dup2(theirs, ours)
            worker = connection.detach()  # open until the end of the worker
            os.set_inheritable(worker, False)
            return
        connection.close()
        for each in descriptors:
            os.close(each)


if __name__ == "__main__":
    if sys.argv[1].isdecimal():
        fork_workers(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
        sys.argv[:] = ["-c"]
        exec(eval(sys.stdin.readline()))  # what execnet has its workers run
    else:
        ask_for_fork(sys.argv[1])
