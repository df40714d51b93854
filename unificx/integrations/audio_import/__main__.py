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
from unificx.core.errors import DomainError

EXIT_REFUSED = 3
"""Exit status if standard output contains an error instead of samples."""
MAX_MEMORY_BYTES = 1500 << 20
MAX_CPU_SECONDS = 30
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_NOBODY = 65534


def main() -> None:
    source, *options = sys.argv[1:]
    import_module("soundfile" if source == "file" else "py_nanotts" if prompts.speech_available() else "numpy")
    drop_privileges(keep_user=source != "file")
    data = sys.stdin.buffer.read()
    try:
        if source == "file":
            sound = prompts.decode_upload(data, float(options[0]), float(options[1]))
        else:
            sound = prompts.synthesize(data.decode(), options[0])
    except DomainError as error:
        problem = {"code": error.code, "message": error.message, "hint": error.hint, "field": error.field}
        sys.stdout.write(json.dumps(problem))
        sys.exit(EXIT_REFUSED)
    sys.stdout.buffer.write(sound.pcm)


def drop_privileges(*, keep_user: bool) -> None:
    """Limit memory, CPU time, files and privileges. `rights` keeps the user id, to read the files of the voice."""
    os.nice(10)
    for kind, limit in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
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
    system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)  # die with the parent process


if __name__ == "__main__":
    main()
