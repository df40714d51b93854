"""Each environment variable that the code reads is a row of the reference of the configuration, which has no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "configuration.md"


def test_each_variable_is_documented() -> None:
    sources = (ROOT / "unificx").rglob("*.py")
    read = {name for each in sources for name in re.findall(r'"(UNIFICX_[A-Z_]+)"', each.read_text("utf-8"))}
    named = re.findall(r"^\| (`UNIFICX_[^|]*)\|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(re.findall(r"`(UNIFICX_[A-Z_]+)`", "".join(named))) == read
