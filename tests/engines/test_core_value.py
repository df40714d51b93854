"""Values: equal by their fields, hashable, and changed only by the code that the type checker refuses."""

import subprocess
import sys
from dataclasses import field, replace
from pathlib import Path

from unificx.core.value import value

ROOT = Path(__file__).parents[2]


@value
class Pair:
    left: int
    right: str = field(default="", repr=False)


def test_values_are_compared_by_their_fields() -> None:
    assert Pair(1, "a") == replace(Pair(1), right="a") != Pair(2, "a")
    assert len({Pair(1), Pair(1), Pair(2)}) == 2
    assert repr(Pair(1, "secret")) == "Pair(left=1)"
    assert not hasattr(Pair(1), "__dict__")


def test_the_type_checker_refuses_a_change(tmp_path: Path) -> None:
    file = tmp_path / "change.py"
    file.write_text("from unificx.calls.machine.events import HungUp\n\nevent = HungUp('a')\nevent.leg = 'b'\n")
    command = [str(Path(sys.executable).with_name("pyright")), "--pythonpath", sys.executable, str(file)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert 'Attribute "leg" is read-only' in found.stdout
