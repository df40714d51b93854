"""Audio import process: reads a file or text from standard input and writes samples to standard output.

Decoders and speech synthesis are C code that processes untrusted input, so this process runs with minimal privileges
and limited memory and CPU time.
"""

import json
import sys
from importlib import import_module

from unificx import prompts
from unificx.core.errors import DomainError
from unificx.core.phrases import Phrase
from unificx.integrations.child_process import EXIT_REFUSED, limit_process

MAX_MEMORY_BYTES = 1500 << 20
MAX_CPU_SECONDS = 30


def main() -> None:
    source, *options = sys.argv[1:]
    import_module("soundfile" if source == "file" else "py_nanotts" if prompts.speech_available() else "numpy")
    # Speech synthesis reads the files of the voice.
    limit_process(memory=MAX_MEMORY_BYTES, seconds=MAX_CPU_SECONDS, keep_user=source != "file")
    data = sys.stdin.buffer.read()
    try:
        if source == "file":
            sound = prompts.decode_upload(data, float(options[0]), float(options[1]))
        else:
            sound = prompts.synthesize(data.decode(), options[0])
    except DomainError as error:
        words = error.message
        message = [words.template, *words.values] if isinstance(words, Phrase) else [words]
        problem = {"code": error.code, "message": message, "hint": error.hint, "field": error.field}
        sys.stdout.write(json.dumps(problem))
        sys.exit(EXIT_REFUSED)
    sys.stdout.buffer.write(sound.pcm)


if __name__ == "__main__":
    main()
