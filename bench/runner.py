"""Runs the named benchmarks, or all: prints a table of each and stores it in bench/results/NAME.json."""

import argparse
import json
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import Metric, machine

RESULTS = Path(__file__).parent / "results"
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in ("__init__", "runner"))


def run(name: str, console: Console) -> None:
    metrics: list[Metric] = import_module(f"bench.{name}").run()
    console.print(table(name, metrics))
    RESULTS.mkdir(exist_ok=True)
    result = {"bench": name, "machine": machine(), "metrics": metrics}
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")


def table(name: str, metrics: list[Metric]) -> Table:
    table = Table("", "measured", "goal", "", "Asterisk 22.10", title=f"{name} on {machine()}", title_justify="left")
    for figure in metrics:
        goal, value = figure["goal"], figure["value"]
        met = "" if goal is None else "reached" if value <= goal else "missed"
        bound = "" if goal is None else f"<= {goal:g} {figure['unit']}"
        table.add_row(figure["name"], f"{value:g} {figure['unit']}", bound, met, figure.get("peer", ""))
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(NAMES)}")
    names = parser.parse_args().names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"unknown benchmark {', '.join(sorted(unknown))}. Choose from {', '.join(NAMES)}.")
    for name in names:
        run(name, Console(width=140))


if __name__ == "__main__":
    main()
