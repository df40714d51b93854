"""Runs the named benchmarks, or all: prints a table of each and stores it in bench/results/NAME.json."""

import argparse
import json
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import Metric, is_reached, machine

RESULTS = Path(__file__).parent / "results"
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in ("__init__", "runner"))

COMPARED = ["sip", "register", "idle"]
"""Benchmarks that `--peers` runs in turn on another system."""


def run(name: str, console: Console) -> None:
    publish(name, import_module(f"bench.{name}").run(), console)


def compare(name: str, rounds: int, console: Console) -> None:
    """Run a comparison with Kamailio."""
    publish(name, import_module("bench.peers.compare").run(name, rounds), console)


def publish(name: str, metrics: list[Metric], console: Console) -> None:
    console.print(table(name, metrics))
    RESULTS.mkdir(exist_ok=True)
    result = {"bench": name, "machine": machine(), "metrics": metrics}
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")


def table(name: str, metrics: list[Metric]) -> Table:
    table = Table("", "measured", "goal", "", "Asterisk 22.10", title=f"{name} on {machine()}", title_justify="left")
    for figure in metrics:
        goal, value = figure["goal"], figure["value"]
        met = "" if goal is None else "reached" if is_reached(figure) else "missed"
        sign = ">=" if figure.get("more_is_better") else "<="
        bound = "" if goal is None else f"{sign} {goal:g} {figure['unit']}"
        table.add_row(figure["name"], f"{value:g} {figure['unit']}", bound, met, figure.get("peer", ""))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    parser.add_argument("--peers", choices=["kamailio"], help=f"compare {', '.join(COMPARED)} in turn with this system")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of a comparison")
    options = parser.parse_args()
    known = COMPARED if options.peers else NAMES
    names = options.names or known
    if unknown := set(names) - set(known):
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}. Choose from {', '.join(known)}.")
    console = Console(width=140)
    for name in names:
        if options.peers:
            compare(name, options.rounds, console)
        else:
            run(name, console)


if __name__ == "__main__":
    main()
