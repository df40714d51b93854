"""Fuzzing of the mixer: any packets, commands and messages leave it running, within its limits, with legs isolated."""

import contextlib
import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from mixer_harness import MixerHarness, tone

from unificx.media.mixer import messages
from unificx.media.mixer.arrays import PACKET
from unificx.media.mixer.messages import ALAW, G722, ULAW
from unificx.media_worker import protocol

names = st.sampled_from(["a", "b", "c", "d"])
rooms = st.sampled_from(["r", "s"])
flags = st.booleans()
codecs = st.sampled_from([ULAW, ALAW, G722])
seconds = st.floats(allow_nan=False, width=32)

commands = st.one_of(
    st.builds(
        messages.OpenLeg, names, st.integers(1, 65535), st.integers(0, 65535), codecs, st.integers(0, 127), st.integers(-1, 127), flags, st.just(0)
    ),
    st.builds(messages.CloseLeg, names),
    st.builds(messages.LoadSound, names, st.sampled_from([8000, 16000, 7]), st.integers(-1, 3000), st.integers(-1, 300), st.binary(max_size=600)),
    st.builds(lambda digest, pcm: messages.LoadSound(digest, 8000, len(pcm) // 2, 0, pcm), names, st.binary(min_size=2, max_size=600)),
    st.builds(messages.PlaySound, st.one_of(names, rooms), names, names, flags, seconds, flags, flags),
    st.builds(messages.PlayBeep, st.one_of(names, rooms), flags),
    st.builds(messages.StopSound, names),
    st.builds(messages.JoinRoom, rooms, names, flags, seconds, flags),
    st.builds(messages.LeaveRoom, names),
    st.builds(messages.MuteLeg, names, flags),
    st.builds(messages.StartTap, names, st.one_of(names, rooms), flags),
    st.builds(messages.PauseTap, names, flags),
    st.builds(messages.EndTap, names),
)  # fmt: skip

steps = st.lists(st.one_of(commands, st.integers(1, 8), st.lists(st.binary(max_size=400), max_size=6)), max_size=40)


@given(steps, st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_any_commands_and_any_packets(steps: list, seed: int) -> None:
    world, chance = MixerHarness(bank=12_000), np.random.default_rng(seed)
    mixer = world.mixer
    for step in steps:
        if isinstance(step, list):
            ports = [int(each) for each in mixer.legs.slot_by_rtcp_port] or [1]
            world.receive([(int(chance.choice(ports)) - 1 & 0xFFFF, packet) for packet in step])
        elif isinstance(step, int):
            for _ in range(step):
                used = np.flatnonzero(mixer.legs.used)
                ports = mixer.legs.port[used].byteswap().tolist()
                world.receive(
                    [(port, bytes(kind)) for port, kind in zip(ports, _packets(world, used, chance), strict=True)]
                )
                assert mixer.advance() <= len(used)
        else:
            world.apply(step)
    mixer.advance()
    assert len(mixer.events) < 3000
    assert mixer.output.shape[1] == PACKET
    assert not [each for each in mixer.bank.evicted if each == "beep"]


def _packets(world: MixerHarness, used: np.ndarray, rng: np.random.Generator) -> list[bytes]:
    """Return one packet per leg, some of them malformed."""
    legs = world.mixer.legs
    found = []
    for slot in used.tolist():
        kind = int(legs.payload_type[slot]) if rng.random() < 0.8 else int(rng.integers(0, 256))
        head = bytes([int(rng.choice([0x80, 0x80, 0x80, 0x90, 0xA0, 0xBF]))]) + bytes([kind & 0xFF]) + rng.bytes(2)
        timestamp = (world.mixer.tick * 160 + int(rng.choice([0, 0, 0, 160, -320, 10**6]))) & 0xFFFFFFFF
        found.append(
            head
            + timestamp.to_bytes(4, "big")
            + slot.to_bytes(4, "big")
            + rng.bytes(int(rng.choice([160, 160, 0, 7, 240, 1400])))
        )
    return found


@given(st.lists(st.binary(max_size=1400), max_size=30), st.sampled_from([ULAW, G722]))
@settings(max_examples=100, deadline=None)
def test_packets_of_one_leg_do_not_affect_other_rooms(junk: list[bytes], codec: int) -> None:
    """Two rooms; a leg in one of them sends arbitrary packets."""
    calm, wild = MixerHarness(), MixerHarness()
    received = []
    for world in (calm, wild):
        world.phone("junk", codec, room="noise")
        a, b = world.phone("a", room="r"), world.phone("b", room="r")
        sent = tone(440, 12)
        for number, frame in enumerate(sent):
            if world is wild and number < len(junk):
                world.receive(
                    [(world.phones["junk"].port, junk[number]), (world.phones["junk"].port, b"\x80\x00" + junk[number])]
                )
            world.tick((a, a.audio(frame)))
        received.append(b.received)
    assert received[0] == received[1]


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with contextlib.suppress(protocol.InvalidMessage):
        protocol.decode(data)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)


@given(st.sampled_from(sorted(protocol._CLASSES)), st.lists(values, max_size=14), st.binary(max_size=20))
@settings(max_examples=300, deadline=None)
def test_messages_with_any_values_are_decoded_or_refused(name: str, fields: list, tail: bytes) -> None:
    with contextlib.suppress(protocol.InvalidMessage):
        protocol.decode(json.dumps([name, *fields]).encode() + b"\0" + tail)


@given(commands)
@settings(max_examples=200, deadline=None)
def test_commands_round_trip(command: messages.Command) -> None:
    assert protocol.decode(protocol.encode(command)) == command


def test_statistics_round_trip() -> None:
    pong = messages.Pong(4, messages.EngineStats(legs=2, dropped={"late": 3}, tick_ms=1.5))
    assert protocol.decode(protocol.encode(pong)) == pong
