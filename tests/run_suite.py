"""script/test: the tests of the project.

script/test                       the whole suite, real programs included
script/test AREA...               what concerns these areas, in under a minute
script/test --changed[=BASE]      what can break through the changes since BASE (main)
  --outside                       with an area or --changed: real programs too
  --checked                       without tests/house, after script/check, which runs it
  --under-load                    keep all cores busy meanwhile
Other arguments go to pytest, for example `--hypothesis-profile explore`: other generated examples in each run.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import selection
from forked_workers import collected, worker_options
from temporary_files import temporary_files

WORKERS = 6
"""Of the whole suite, on two cores: one for each group of real programs, which mostly wait for sound and timers, and one
for tests that compute, with the time that these leave (`pytest_runtest_setup`)."""
SELECTION_WORKERS = 3
SEVERAL = 5
"""Number of modules from which starting several workers pays off."""
LOAD_SECONDS = 2 * 60 * 60
BUSY_LOOP = """
import hashlib, sys, time
end, block = time.monotonic() + float(sys.argv[1]), bytes(1 << 16)
while time.monotonic() < end:
    hashlib.sha256(block).digest()
"""


@dataclass
class Options:
    areas: list[str] = field(default_factory=list)
    changed: str | None = None
    outside: bool = False
    checked: bool = False
    under_load: bool = False
    pytest: list[str] = field(default_factory=list)
    base: list[str] = field(default_factory=list)
    """Options of pytest for the directory of `tmp_path`; a short name, since paths of sockets are limited."""


def main(arguments: Sequence[str]) -> int:
    if "--help" in arguments or "-h" in arguments:
        print(__doc__, f"Areas: {' '.join(selection.AREAS)}", sep="\n")
        return 0
    options = parse(arguments)
    if unknown := [area for area in options.areas if area not in selection.AREAS]:
        print(f"Unknown area: {', '.join(unknown)}. Areas: {' '.join(selection.AREAS)}", file=sys.stderr)
        return 2
    with keep_busy(os.cpu_count() or 1 if options.under_load else 0), temporary_files() as files:
        if files.directory is None:
            return run_tests(options)
        os.environ["TMPDIR"] = str(files.directory)
        options.base = [f"--basetemp={files.directory}/pytest"]
        status = run_tests(options)
        if status:
            files.preserved = True
            print(f"Files of failed tests: {files.directory}")
        return status


def parse(arguments: Sequence[str]) -> Options:
    """Areas are the words before the first option or path."""
    options = Options()
    for each in arguments:
        if each == "--changed" or each.startswith("--changed="):
            options.changed = each.partition("=")[2] or "main"
        elif each == "--outside":
            options.outside = True
        elif each == "--checked":
            options.checked = True
        elif each == "--under-load":
            options.under_load = True
        elif not options.pytest and not each.startswith("-") and not (selection.ROOT / each.split("::")[0]).exists():
            options.areas.append(each)
        else:
            options.pytest.append(each)
    return options


def run_tests(options: Options) -> int:
    if options.areas or options.changed:
        return run_selected(options)
    left_out = ["--ignore=tests/house"] if options.checked else []
    if options.pytest:
        return run_pytest([*options.base, *left_out, *options.pytest])
    with collected(left_out, environment()) as workers:
        status = run("script/client", "test")
        return status or run_pytest([*options.base, *left_out, *worker_options(workers, WORKERS)])


def run_selected(options: Options) -> int:
    modules = {path for area in options.areas for path in selection.of_area(area)}
    with_client = "client" in options.areas
    if options.changed:
        changed = selection.changed_files(options.changed)
        modules |= set(selection.affected_by(changed))
        with_client = with_client or selection.concerns_client(changed)
    if options.checked:
        modules = {path for path in modules if not path.is_relative_to(selection.TESTS / "house")}
    if not options.outside and (outside := {path for path in modules if selection.is_outside(path)}):
        modules -= outside
        print(f"Left out: {len(outside)} modules of tests/outside. --outside runs them too.", flush=True)
    if with_client and (status := run("script/client", "test")):
        return status
    if not modules:
        return 0
    paths = [str(path.relative_to(selection.ROOT)) for path in sorted(modules)]
    arguments = [*options.base, "-q", *options.pytest, *paths]
    if len(paths) < SEVERAL:
        return run_pytest(arguments)
    with collected(arguments, environment()) as workers:
        return run_pytest([*worker_options(workers, SELECTION_WORKERS), *arguments])


def run_pytest(arguments: Sequence[str]) -> int:
    return run(sys.executable, "-m", "pytest", *arguments)


def run(*command: str) -> int:
    """Run a command at the root of the repository and return its exit status.

    Bytecode is written even if the environment forbids it: a run starts hundreds of Python processes, and each worker
    would rewrite the assertions of all test modules.
    """
    return subprocess.run(command, cwd=selection.ROOT, env=environment(), check=False).returncode


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def keep_busy(processes: int) -> Iterator[None]:
    """Processes that each keep a core busy. They end with the block, with this process, or after `LOAD_SECONDS`."""
    command = ("setpriv", "--pdeathsig", "KILL", sys.executable, "-c", BUSY_LOOP, str(LOAD_SECONDS))
    running = [subprocess.Popen(command) for _ in range(processes)]
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
