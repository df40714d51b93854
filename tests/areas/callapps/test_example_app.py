"""The call app in docs/reference/call-apps.md works as documented."""

import re
from pathlib import Path

from app_harness import HANG_UP, AppHarness

GUIDE = Path(__file__).parents[3] / "docs" / "reference" / "call-apps.md"


def example() -> dict:
    [code] = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.S)
    module: dict = {}
    exec(code, module)
    return module


async def test_example_asks_thanks_and_stores_the_comment() -> None:
    module, recorded = example(), []
    module["note"] = lambda tenant, points, words: recorded.append((tenant, points, round(words.seconds)))
    stage = AppHarness(module["APP"], digits={"general/one-moment": ["4"]}, audio_scripts=[["speak 2", "silence 5"]])
    await stage.run()
    assert (stage.app.codes, stage.app.tenants) == (("*70",), ("acme",))
    assert [one for one in stage.played if "sound" not in one] == [
        *("general/one-moment", "number 4", "voicemail/after-tone", "general/thank-you")
    ]
    assert recorded == [("acme", 4, 5)]


async def test_hang_up_stores_the_comment() -> None:
    module, recorded = example(), []
    module["note"] = lambda tenant, points, words: recorded.append(round(words.seconds))
    await AppHarness(module["APP"], digits={"general/one-moment": ["1"]}, audio_scripts=[["speak 2", HANG_UP]]).run()
    assert recorded == [2]
