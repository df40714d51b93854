"""CLI errors: one line on stderr with the cause and a hint; exit code 2."""

import sys
from collections.abc import Sequence
from typing import Any

from typer.core import TyperGroup

from unificx.core.errors import DomainError

EXIT_CODE = 2


class Trouble(Exception):
    """A command failed: what is wrong, and what to do."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.what = what
        self.do = do


class OneLine(TyperGroup):
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
            print(line_of(fault), file=sys.stderr)
            sys.exit(EXIT_CODE)
        sys.exit(code if isinstance(code, int) else 0)


def line_of(fault: Exception) -> str:
    """Format an error with its hint as one line."""
    if isinstance(fault, Trouble):
        return _line(fault.what, fault.do)
    if isinstance(fault, DomainError):
        return _line(fault.message, fault.hint or "See `unificx doctor`.")
    usage = getattr(fault, "format_message", None)
    if usage is not None:
        context = getattr(fault, "ctx", None)
        return _line(str(usage()), f"See `{context.command_path if context else 'unificx'} --help`.")
    if isinstance(fault, TimeoutError) and not fault.strerror:
        return _line("The operation timed out.", _ASK)  # a subclass of OSError without an OS error
    if isinstance(fault, OSError):
        do = _OWNER if isinstance(fault, PermissionError) else _ASK
        return _line(f"{fault.strerror or type(fault).__name__}: {fault.filename or 'operating system error'}.", do)
    return _line(f"Internal error: {type(fault).__name__} at {_place(fault)}.", _ASK)


_ASK = "Run `unificx doctor` to find the cause."
_OWNER = "Run this as the server's user."


def _place(fault: Exception) -> str:
    trace = fault.__traceback__
    place = "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _line(what: str, do: str) -> str:
    text = " ".join(f"{what} {do}".split())
    return "unificx: " + "".join(c if c.isprintable() else "?" for c in text)
