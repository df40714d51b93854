"""Music on hold: starts and stops with the hold, and continues after renegotiation."""

import asyncio
from dataclasses import replace

import pytest

from unificx.calls import CompositeObserver, Conversation, ConversationLeg, MusicOnHold
from unificx.calls.ports import CallObserver
from unificx.core.clock import ManualClock
from unificx.media import MediaUnavailable
from unificx.media.sounds import Sound

MUSIC = Sound(bytes(2 * 8000 * 10))
"""Ten seconds."""
ANNA = ConversationLeg("anna", "e-anna", "d-anna", "s-anna", "1001", "Anna", b"anna's")
BEN = ConversationLeg("ben", "e-ben", "d-ben", "s-ben", "1002", "Ben", b"ben's")
TALK = Conversation("call", "acme", "anchor", ANNA, BEN)
ANNA_HOLDS = replace(TALK, caller=replace(ANNA, is_holding=True, sdp=b"wait"))
BEN_HOLDS = replace(TALK, callee=replace(BEN, is_holding=True, sdp=b"wait"))
BOTH = replace(TALK, caller=ANNA_HOLDS.caller, callee=BEN_HOLDS.callee)


class Player:
    """Logs its requests; may fail."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.fails = False

    async def play(self, anchor: str, tag: str, sound: Sound, *, times: int = 1, start: float = 0.0) -> float:
        assert (anchor, sound) == ("anchor", MUSIC)
        assert times * sound.seconds > 3600
        await self._note(f"play {tag} {start:g}")
        return sound.seconds

    async def stop(self, anchor: str, tag: str) -> None:
        await self._note(f"stop {tag}")

    async def _note(self, asked: str) -> None:
        await asyncio.sleep(0)
        self.requests.append(asked)
        if self.fails:
            raise MediaUnavailable("silent")


class World:
    def __init__(self, *, silent: bool = False) -> None:
        self.player, self.clock = Player(), ManualClock()
        self.silent = silent
        self.music_on_hold = MusicOnHold(self.player, self._music, self.clock)

    async def _music(self, tenant_id: str) -> Sound | None:
        assert tenant_id == "acme"
        return None if self.silent else MUSIC

    async def observe(self, *talks: Conversation) -> list[str]:
        """Announce conversations and return the requests to the player."""
        for talk in talks:
            self.music_on_hold.conversation_changed(talk)
        for _ in range(20):
            await asyncio.sleep(0)
        asked, self.player.requests = self.player.requests, []
        return asked


@pytest.mark.promise("C9")
async def test_music_starts_and_stops_with_hold() -> None:
    world = World()
    assert await world.observe(TALK) == []
    assert await world.observe(ANNA_HOLDS) == ["play ben 0"]
    assert await world.observe(TALK) == ["stop ben"]
    assert len(world.music_on_hold) == 0


async def test_no_music_while_both_hold_and_swapped_hold() -> None:
    world = World()
    assert await world.observe(ANNA_HOLDS) == ["play ben 0"]
    assert await world.observe(BOTH) == ["stop ben"]
    assert await world.observe(BEN_HOLDS) == ["play anna 0"]


@pytest.mark.promise("C8", "C9")
async def test_music_resumes_after_an_interruption() -> None:
    world = World()
    await world.observe(ANNA_HOLDS)
    for tag, expected in (("anna", []), ("ben", ["play ben 4"])):  # Anna holds and therefore hears no music
        world.music_on_hold.interrupted("call", tag, 0.05)
        assert await world.observe() == []
        world.clock.advance(2)
        await asyncio.sleep(0.07)
        assert await world.observe() == expected
    world.music_on_hold.interrupted("another", "ben", 0.0)
    world.music_on_hold.interrupted("call", "ben", 0.05)
    world.music_on_hold.interrupted("call", "ben", 0.0)  # the announcement was cut short
    await asyncio.sleep(0.01)
    assert await world.observe() == ["play ben 4"]
    world.music_on_hold.interrupted("call", "ben", 0.01)
    assert await world.observe(TALK) == ["stop ben"]
    await asyncio.sleep(0.02)
    assert await world.observe() == []
    assert len(world.music_on_hold) == 0


async def test_music_resumes_after_tones_but_not_during_an_announcement() -> None:
    world = World()
    await world.observe(ANNA_HOLDS)
    world.music_on_hold.tones_played("call", "ben")
    await asyncio.sleep(0.01)
    assert await world.observe() == ["play ben 0"]
    world.music_on_hold.interrupted("call", "ben", 30.0)  # an announcement begins during the last tone
    world.music_on_hold.tones_played("call", "ben")
    await asyncio.sleep(0.01)
    assert await world.observe() == []
    world.music_on_hold.tone_begun("call", "ben")  # it replaces the announcement
    world.music_on_hold.tones_played("call", "ben")
    await asyncio.sleep(0.01)
    assert await world.observe() == ["play ben 0"]
    world.music_on_hold.interrupted("call", "ben", 30.0)
    world.music_on_hold.interrupted("call", "ben", 0.0)  # it is cut short
    await asyncio.sleep(0.01)
    assert await world.observe() == ["play ben 0"]


async def test_music_continues_after_renegotiation() -> None:
    world = World()
    await world.observe(ANNA_HOLDS)
    world.clock.advance(13)
    assert await world.observe(replace(ANNA_HOLDS, media_generation=1)) == ["play ben 3"]
    world.clock.advance(2)
    described = replace(ANNA_HOLDS, media_generation=1, callee=replace(BEN, sdp=b"ben's, again"))
    assert await world.observe(described) == ["play ben 5"]
    assert await world.observe(described) == []


async def test_changes_are_serialized() -> None:
    world = World()
    assert await world.observe(ANNA_HOLDS, TALK) == []
    world.music_on_hold.conversation_changed(ANNA_HOLDS)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await world.observe(TALK) == ["play ben 0", "stop ben"]


async def test_ended_call_leaves_no_state() -> None:
    world = World()
    world.music_on_hold.conversation_changed(ANNA_HOLDS)
    assert world.music_on_hold.call_ended("call") is False
    assert await world.observe() == []
    assert len(world.music_on_hold) == 0


async def test_music_stops_when_the_conversation_is_suspended() -> None:
    world = World()
    await world.observe(ANNA_HOLDS)
    world.music_on_hold.conversation_suspended("call")
    world.music_on_hold.conversation_suspended("another")
    assert await world.observe() == ["stop ben"]


async def test_unavailable_media_and_silence_are_handled() -> None:
    world = World()
    world.player.fails = True
    assert await world.observe(ANNA_HOLDS) == ["play ben 0"]
    assert await world.observe(TALK) == ["stop ben"]
    assert len(world.music_on_hold) == 0
    assert await World(silent=True).observe(ANNA_HOLDS) == []


class Observer:
    def __init__(self, recorded: bool) -> None:
        self.recorded, self.calls = recorded, list[object]()

    def conversation_changed(self, conversation: Conversation) -> None:
        self.calls.append(conversation)

    def conversation_suspended(self, call_id: str) -> None:
        self.calls.append(call_id)

    def dtmf_received(self, call_id: str, tag: str, digit: str) -> None:
        self.calls.append((call_id, tag, digit))

    def call_ended(self, call_id: str) -> bool:
        self.calls.append("over")
        return self.recorded


def test_composite_observer_forwards_to_all() -> None:
    observers = Observer(True), Observer(False)
    both: CallObserver = CompositeObserver(*observers)
    both.conversation_changed(TALK)
    both.conversation_suspended("call")
    both.dtmf_received("call", "anna", "5")
    assert both.call_ended("call")
    assert observers[0].calls == observers[1].calls == [TALK, "call", ("call", "anna", "5"), "over"]
