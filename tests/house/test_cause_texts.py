"""The portal has a text for each cause of a call's end."""

import re
from pathlib import Path

from unificx.calls.machine.causes import Cause

TEXTS = Path(__file__).parents[2] / "client/src/features/call-records/causes.ts"


def test_each_cause_has_a_text() -> None:
    texts = {int(number) for number in re.findall(r"^  (\d+): msg`", TEXTS.read_text(), re.MULTILINE)}
    assert texts == {cause.value.q850 for cause in Cause}
