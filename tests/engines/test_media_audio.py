"""G.711, tones, RTP and RTCP."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.media import g711, rtp, tones
from unificx.media.rtp import InvalidPacket, Packet, Reception, Report, ReportBlock

samples = st.integers(-32768, 32767)
words = st.integers(0, 2**32 - 1)
blocks = st.builds(
    ReportBlock,
    ssrc=words,
    fraction_lost=st.integers(0, 255),
    lost=st.integers(-(2**23), 2**23 - 1),
    highest=words,
    jitter=words,
    last_report=words,
    delay=words,
)


@pytest.mark.parametrize(
    ("decode", "code", "value"),
    [
        (g711.ulaw_decode, 0xFF, 0),
        (g711.ulaw_decode, 0x7F, 0),
        (g711.ulaw_decode, 0x80, 32124),
        (g711.ulaw_decode, 0x00, -32124),
        (g711.ulaw_decode, 0xF0, 120),
        (g711.ulaw_decode, 0xE0, 372),
        (g711.alaw_decode, 0xD5, 8),
        (g711.alaw_decode, 0x55, -8),
        (g711.alaw_decode, 0xAA, 32256),
        (g711.alaw_decode, 0x2A, -32256),
        (g711.alaw_decode, 0xC5, 264),
    ],
)
def test_g711_table_values(decode: object, code: int, value: int) -> None:
    assert list(decode(bytes((code,)))) == [value]  # type: ignore[operator]


@given(samples)
def test_samples_encode_to_the_nearest_code(sample: int) -> None:
    for encode, decode in ((g711.ulaw_encode, g711.ulaw_decode), (g711.alaw_encode, g711.alaw_decode)):
        values = decode(bytes(range(256)))
        (received,) = decode(encode([sample]))
        assert abs(received - sample) == min(abs(value - sample) for value in values)


def test_every_g711_code_survives_a_round_trip() -> None:
    everything = bytes(range(256))
    assert g711.alaw_encode(g711.alaw_decode(everything)) == everything
    negative_zero = everything.replace(b"\x7f", b"\xff")
    assert g711.ulaw_encode(g711.ulaw_decode(everything)) in (
        everything,
        negative_zero,
        everything.replace(b"\xff", b"\x7f"),
    )
    assert list(g711.ulaw_decode(bytes([g711.ULAW_SILENCE]))) == [0]
    assert list(g711.alaw_decode(bytes([g711.ALAW_SILENCE]))) == [8]


def test_sample_beyond_16_bits_raises_index_error() -> None:
    with pytest.raises(IndexError):
        g711.ulaw_encode([70000])


@pytest.mark.parametrize("frequency", [300.0, 440.0, 1004.0, 3300.0])
def test_tone_is_detected_only_at_its_own_frequency(frequency: float) -> None:
    tone = tones.sine(frequency, 8000, 4000)
    assert tones.level(tone, frequency) == pytest.approx(8000, rel=0.01)
    assert tones.level(tone, frequency + 200) < 200
    assert tones.rms(tone) == pytest.approx(8000 / math.sqrt(2), rel=0.01)
    received = g711.ulaw_decode(g711.ulaw_encode(tone))
    assert tones.level(received, frequency) == pytest.approx(8000, rel=0.02)


def test_chunks_of_a_tone_join_up() -> None:
    whole = tones.sine(440, 8000, 320)
    assert tones.sine(440, 8000, 160) + tones.sine(440, 8000, 160, start=160) == whole


def test_silence_has_no_level() -> None:
    assert tones.level([], 440) == tones.rms([]) == 0.0
    assert tones.level([0] * 800, 440) == tones.rms([0] * 800) == 0.0


@given(st.integers(0, 127), st.integers(0, 65535), words, words, st.binary(max_size=200), st.booleans())
def test_rtp_packets_round_trip(
    kind: int, sequence: int, timestamp: int, ssrc: int, payload: bytes, marker: bool
) -> None:
    packet = Packet(kind, sequence, timestamp, ssrc, payload, marker)
    if rtp.is_rtcp(bytes(packet)):
        with pytest.raises(InvalidPacket):
            rtp.parse(bytes(packet))
    else:
        assert rtp.parse(bytes(packet)) == packet


def test_csrcs_extension_and_padding_are_dropped_rfc_3550_5_1() -> None:
    head = bytes([0xB2, 0x80]) + bytes(10)
    extension = bytes.fromhex("bede0001aabbccdd")
    packet = rtp.parse(head + bytes(8) + extension + b"payload" + b"\0\0\3")
    assert packet.payload == b"payload"
    assert packet.marker


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        bytes(11),
        bytes([0x40]) + bytes(20),
        bytes([0x8F]) + bytes(20),
        bytes([0x90]) + bytes(11),
        bytes([0x90]) + bytes(13) + b"\xff\xff",
        bytes([0xA0]) + bytes(11) + b"\x09",
        bytes([0xA0]) + bytes(15),
        bytes([0x80, 200]) + bytes(20),
    ],
)
def test_invalid_rtp_packets_are_refused(bad: bytes) -> None:
    with pytest.raises(InvalidPacket):
        rtp.parse(bad)


@given(words, st.lists(blocks, max_size=31), st.none() | st.integers(0, 2**64 - 1), words, words, words)
def test_rtcp_reports_round_trip(
    ssrc: int, report_blocks: list[ReportBlock], ntp: int | None, timestamp: int, packets: int, octets: int
) -> None:
    report = Report(ssrc, tuple(report_blocks), ntp, *((timestamp, packets, octets) if ntp is not None else ()))
    description = bytes.fromhex("81ca0003") + bytes(4) + b"\x01\x03abc\0\0\0"
    assert rtp.parse_reports(bytes(report) + description + bytes(report)) == [report, report]


def test_truncated_report_is_refused() -> None:
    whole = bytes(Report(1, (ReportBlock(2),), 3))
    for size in range(1, len(whole)):
        with pytest.raises(InvalidPacket):
            rtp.parse_reports(whole[:size])
    with pytest.raises(InvalidPacket):
        rtp.parse_reports(whole.replace(b"\x81\xc8", b"\x82\xc8", 1))


def receive_packets(reception: Reception, *numbers: int, every: float = 0.02) -> None:
    for number in numbers:
        reception.receive(Packet(0, number & 0xFFFF, number * 160, 1, b""), number * every)


def test_loss_counts_packets_missing_between_first_and_highest() -> None:
    reception = Reception(1)
    assert (reception.expected, reception.lost) == (0, 0)
    receive_packets(reception, 0, 1, 2, 4, 5, 3, 8)
    assert (reception.expected, reception.received, reception.lost) == (9, 7, 2)
    block = reception.report_block(1.0)
    assert (block.lost, block.fraction_lost, block.highest) == (2, 2 * 256 // 9, 8)
    receive_packets(reception, *range(9, 19))
    assert reception.report_block(1.0).fraction_lost == 0
    receive_packets(reception, 18)
    assert reception.lost == 1


def test_sequence_number_wraps_around() -> None:
    reception = Reception(1)
    receive_packets(reception, 65530, 65535, 65536, 65540)
    assert reception.expected == 11
    assert reception.report_block(0.0).highest == 65540


def test_jitter_grows_only_with_uneven_arrival() -> None:
    steady, uneven = Reception(1), Reception(1)
    receive_packets(steady, *range(100))
    for number in range(100):
        uneven.receive(Packet(0, number, number * 160, 1, b""), number * 0.02 + (0.01 if number % 2 else 0.0))
    assert steady.report_block(0.0).jitter == 0
    assert uneven.report_block(0.0).jitter == pytest.approx(80, abs=2)


def test_report_block_refers_to_the_last_sender_report() -> None:
    reception = Reception(1)
    receive_packets(reception, 0)
    reception.receive_report(Report(1, (), rtp.to_ntp(0.5)), now=10.0)
    reception.receive_report(Report(1), now=11.0)
    block = reception.report_block(12.0)
    assert block.last_report == rtp.to_ntp(0.5) >> 16 & 0xFFFFFFFF
    assert block.delay == 2 * 65536
