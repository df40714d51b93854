"""Language and time zone of prompts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app_harness import FakePrompts, harness_for

from unificx.callapps import AppRunner, Call
from unificx.media.sounds import Sound


class RecordingPrompts(FakePrompts):
    """Records the requested languages."""

    def __init__(self) -> None:
        super().__init__()
        self.spoken: list[object] = []

    async def named(self, name: str, language: str, tenant_id: str) -> Sequence[Sound]:
        self.spoken.append(language)
        return await super().named(name, language, tenant_id)

    async def moment(self, moment: datetime, now: datetime, language: str, tenant_id: str) -> Sequence[Sound]:
        self.spoken.append(now.utcoffset())
        return await super().moment(moment, now, language, tenant_id)


async def test_prompts_use_the_language_and_time_zone_of_the_call() -> None:
    async def script(call: Call) -> None:
        await call.play("general/goodbye")
        await call.say(datetime(2026, 1, 5, tzinfo=UTC))

    stage, prompts = harness_for(script), RecordingPrompts()
    stage.host = AppRunner(
        stage,
        prompts,
        stage.clock,
        {stage.app.name: stage.app},
        language=lambda context: "de",
        time_zone=lambda context: ZoneInfo("Asia/Kolkata"),
    )
    await stage.run()
    assert prompts.spoken == ["de", datetime(2026, 1, 5, tzinfo=ZoneInfo("Asia/Kolkata")).utcoffset()]
