"""Audio import process: reads a file or text from standard input and writes samples to standard output.

Decoders and speech synthesis are C code that processes untrusted input, so this process runs with minimal privileges
and limited memory and CPU time.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from importlib import import_module

from unificx import prompts
from unificx.core.errors import Refused

REFUSED = 3
"""Exit status if standard output contains an error instead of samples."""
MEMORY = 1500 << 20
CPU_SECONDS = 30
_DEATH_SIGNAL, _NO_NEW_RIGHTS = 1, 38
_NOBODY = 65534


def main() -> None:
    what, *more = sys.argv[1:]
    import_module("soundfile" if what == "file" else "py_nanotts" if prompts.can_speak() else "numpy")
    confine(rights=what != "file")
    data = sys.stdin.buffer.read()
    try:
        if what == "file":
            sound = prompts.uploaded(data, float(more[0]), float(more[1]))
        else:
            sound = prompts.render(data.decode(), more[0])
    except Refused as why:
        told = {"code": why.code, "message": why.message, "hint": why.hint, "field": why.field}
        sys.stdout.write(json.dumps(told))
        sys.exit(REFUSED)
    sys.stdout.buffer.write(sound.pcm)


def confine(*, rights: bool) -> None:
    """Limit memory, CPU time, files and privileges. `rights` keeps the user id, to read the files of the voice."""
    os.nice(10)
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        resource.setrlimit(kind, (most, most))
    if os.geteuid() == 0 and not rights:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
    system = ctypes.CDLL(None)
    system.prctl(_NO_NEW_RIGHTS, 1, 0, 0, 0)
    system.prctl(_DEATH_SIGNAL, signal.SIGKILL)  # die with the parent process


if __name__ == "__main__":
    main()
