"""CLI errors: one line on stderr with the cause and a hint; exit code 2."""

import sys
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from unificx.core.errors import DomainError
from unificx.core.faults import place_of

EXIT_CODE = 2


class CliError(Exception):
    """A command failed: what is wrong, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class OneLineErrorGroup(TyperGroup):
    """Command group that prints every failure as one line, without a traceback."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        try:
            code = super().main(
                args, prog_name, complete_var, standalone_mode=False, windows_expand_args=windows_expand_args, **extra
            )
        except KeyboardInterrupt:
            sys.exit(130)
        except BrokenPipeError:
            # The reader closed the pipe; without this, Python would report it again when flushing.
            sys.stdout = None
            sys.exit(1)
        except Exception as fault:
            print(_format_error(fault), file=sys.stderr)
            sys.exit(EXIT_CODE)
        sys.exit(code if isinstance(code, int) else 0)


def _format_error(fault: Exception) -> str:
    """Format an error with its hint as one line."""
    if isinstance(fault, CliError):
        return _format_line(fault.message, fault.hint)
    if isinstance(fault, DomainError):
        return _format_line(fault.message, fault.hint or "See `unificx doctor`.")
    usage = getattr(fault, "format_message", None)
    if usage is not None:
        context = getattr(fault, "ctx", None)
        message = str(usage()).replace("Value error, ", "")  # of the library that converts arguments
        return _format_line(message, f"See `{context.command_path if context else 'unificx'} --help`.")
    if isinstance(fault, TimeoutError) and not fault.strerror:
        return _format_line("The operation timed out.", _DOCTOR_HINT)  # a subclass of OSError without an OS error
    if isinstance(fault, OSError):
        hints = {PermissionError: _USER_HINT, FileNotFoundError: _PATH_HINT, NotADirectoryError: _PATH_HINT}
        do = hints.get(type(fault), _DOCTOR_HINT)
        return _format_line(
            f"{fault.strerror or type(fault).__name__}: {fault.filename or 'operating system error'}.", do
        )
    return _format_line(f"Internal error: {type(fault).__name__} at {place_of(fault)}.", _DOCTOR_HINT)


_DOCTOR_HINT = "Run `unificx doctor` to find the cause."
_PATH_HINT = "Check the path; a directory has to exist."
_USER_HINT = "Run this as the server's user."


def _format_line(message: str, hint: str) -> str:
    end = "" if message.rstrip().endswith((".", "!", "?")) else "."
    text = " ".join(f"{message.rstrip()}{end} {hint}".split())
    return "unificx: " + "".join(c if c.isprintable() else "?" for c in text)
