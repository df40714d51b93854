"""Each metric is described in the guide to operation, and the guide names no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "howto" / "operate.md"
COUNTERS = {"unificx_http_connections_refused", "unificx_http_requests"}
"""The format appends `_total` to their names."""


def test_each_metric_is_documented() -> None:
    sources = [ROOT / "unificx" / "server" / "metrics.py", ROOT / "unificx" / "api" / "metrics.py"]
    declared = {name for each in sources for name in re.findall(r'"(unificx_\w+)"', each.read_text("utf-8"))}
    shown = {f"{name}_total" if name in COUNTERS else name for name in declared}
    described = set(re.findall(r"^\| .*", GUIDE.read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`(unificx_\w+)", "".join(described))) == shown
