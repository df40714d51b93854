"""Findings of a verification, and the table of promises with what they prove today."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

MAX_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Result of one check. `promises` are those that it is evidence for."""

    check: str
    ok: bool
    detail: str
    promises: tuple[str, ...] = ()


def finding(check: str, faults: Sequence[str], good: str, promises: Iterable[str]) -> Finding:
    """Return a finding that names the first faults, or is good without any."""
    more = f" and {len(faults) - MAX_SHOWN} more" if len(faults) > MAX_SHOWN else ""
    detail = ", ".join(faults[:MAX_SHOWN]) + more if faults else good
    return Finding(check, not faults, detail, tuple(promises))


def promise_table(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return each promise with its state, its tests, and the evidence of today."""
    marks = json.loads(resources.files("unificx.privacy").joinpath("promises.json").read_text("utf-8"))
    return [{**mark, "evidence": _evidence(mark["id"], findings)} for mark in marks]


def _evidence(promise: str, findings: Sequence[Finding]) -> list[str]:
    return [f"{each.check}: {'passed' if each.ok else 'FAILED'}" for each in findings if promise in each.promises]
