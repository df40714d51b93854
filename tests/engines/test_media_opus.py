"""Opus in Ogg: round trips, sample-accurate seeking and container format."""

import struct
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.audio_store.ogg_opus import OggOpusDecoder, OggOpusEncoder, preroll_start
from unificx.media import ogg, opus
from unificx.media.tones import level, rms, sine


def tones_pcm(seconds: float, rate: int, channels: int) -> bytes:
    """Return 443.7 Hz and, on the second channel, 800 Hz with silence in every other second."""
    count = round(seconds * rate)
    first = sine(443.7, 9000, count, rate=rate)
    if channels == 1:
        return first.tobytes()
    second = sine(800, 5000, count, rate=rate)
    both = array("h", [0]) * (2 * count)
    both[::2] = first
    both[1::2] = array("h", (value if at // rate % 2 else 0 for at, value in enumerate(second)))
    return both.tobytes()


def encode_file(pcm: bytes, rate: int, channels: int, chunk: int = 8000) -> bytes:
    coding = OggOpusEncoder(rate, channels)
    return b"".join([*(coding.feed(pcm[at : at + chunk]) for at in range(0, len(pcm), chunk)), coding.finish()])


def decode_range(data: bytes, rate: int, channels: int, start: int, end: int) -> bytes:
    decoding = OggOpusDecoder(rate, channels, start, end)
    return b"".join(decoding.feed(data[at : at + 777]) for at in range(0, len(data), 777))


def difference(one: bytes, other: bytes) -> float:
    """Return the difference of two sounds, relative to the first."""
    ours, theirs = array("h", one), array("h", other)
    return rms([a - b for a, b in zip(ours, theirs, strict=True)]) / rms(ours)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("seconds", [0.01, 0.06, 1.02, 5.3])
def test_round_trip(rate: int, channels: int, seconds: float) -> None:
    pcm = tones_pcm(seconds, rate, channels)
    out = decode_range(encode_file(pcm, rate, channels), rate, channels, 0, len(pcm))
    assert len(out) == len(pcm)
    if seconds > 1:
        mine, theirs = array("h", pcm)[::channels], array("h", out)[::channels]
        assert level(theirs[rate // 2 : rate], 443.7, rate=rate) == pytest.approx(
            level(mine[rate // 2 : rate], 443.7, rate=rate), rel=0.15
        )
        assert difference(pcm, out) < 0.4


@pytest.mark.parametrize("rate", [8000, 16000])
def test_silent_channel_stays_silent_while_the_other_talks(rate: int) -> None:
    pcm = tones_pcm(4, rate, 2)
    second = array("h", decode_range(encode_file(pcm, rate, 2), rate, 2, 0, len(pcm)))[1::2]
    silent = second[round(2.2 * rate) : round(2.9 * rate)]
    assert rms(silent) < 20 < 3000 < rms(second[round(1.2 * rate) : round(1.9 * rate)])


@pytest.mark.parametrize("rate", [8000, 16000])
def test_simultaneous_talkers_do_not_leak_between_channels(rate: int) -> None:
    both = array("h", [0]) * (8 * rate)
    both[::2], both[1::2] = sine(450, 8000, 4 * rate, rate=rate), sine(1000, 8000, 4 * rate, rate=rate)
    out = array("h", decode_range(encode_file(both.tobytes(), rate, 2), rate, 2, 0, len(both) * 2))
    for mine, theirs, side in ((450, 1000, out[::2]), (1000, 450, out[1::2])):
        received = side[rate : 3 * rate]
        assert level(received, theirs, rate=rate) < level(received, mine, rate=rate) / 100


@pytest.mark.parametrize("rate", [8000, 16000])
def test_seeking_gives_the_same_samples_as_decoding_from_the_start(rate: int) -> None:
    pcm = tones_pcm(9, rate, 1)
    data = encode_file(pcm, rate, 1)
    whole = decode_range(data, rate, 1, 0, len(pcm))
    for start, end in ((0, 2), (2000, 30_000), (rate * 5 + 2, rate * 7), (len(pcm) - 2000, len(pcm))):
        part = decode_range(data, rate, 1, start, end)
        assert len(part) == end - start
        assert difference(whole[start:end], part) < 0.1


def test_seeking_needs_only_the_preceding_pages() -> None:
    pcm = tones_pcm(9, 8000, 1)
    data = encode_file(pcm, 8000, 1)
    start, end = 100_000, 120_000
    begins = [at for at in range(len(data)) if data.startswith(b"OggS", at)]
    positions = [ogg.first_position(data[at:]) for at in begins]
    last = max(at for at, position in zip(begins, positions, strict=True) if position <= preroll_start(start, 8000, 1))
    assert last > 3000
    assert decode_range(data[last - 10 :], 8000, 1, start, end) == decode_range(data, 8000, 1, start, end)


def test_pages_follow_rfc_3533() -> None:
    data = encode_file(tones_pcm(3, 8000, 1), 8000, 1)
    at, numbers, kinds = 0, [], []
    while at < len(data):
        mark, version, kind, _, serial, number, crc, segments = struct.unpack_from("<4sBBqIIIB", data, at)
        size = 27 + segments + sum(data[at + 27 : at + 27 + segments])
        page = bytearray(data[at : at + size])
        page[22:26] = bytes(4)
        assert (mark, version, serial, crc) == (b"OggS", 0, 1, ogg.checksum(page))
        numbers.append(number)
        kinds.append(kind)
        at += size
    assert numbers == list(range(len(numbers)))
    assert kinds == [2, *[0] * (len(kinds) - 2), 4]
    assert ogg.checksum(b"123456789") == 0x89A1897F


def test_excess_chapters_are_dropped_to_fit_one_page() -> None:
    begun = ogg.PageWriter(8000, 1, 0).header_pages([(each, "paused for joining") for each in range(5000)])
    [_, tags] = ogg.PageReader().feed(begun)
    [packet] = tags.packets
    assert packet.count(b"NAME=paused for joining") == ogg.MAX_CHAPTERS


def test_length_of_a_long_packet_takes_several_lacing_bytes() -> None:
    packets = [bytes([each]) * size for each, size in enumerate((0, 254, 255, 256, 510, 1000))]
    [page] = ogg.PageReader().feed(ogg.PageWriter(8000, 1, 0).page(packets))
    assert list(page.packets) == packets


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_page_reader_accepts_any_bytes_in_any_chunks(data: bytes) -> None:
    whole = list(ogg.PageReader().feed(data))
    reading = ogg.PageReader()
    assert [page for at in range(len(data)) for page in reading.feed(data[at : at + 1])] == whole


def test_invalid_packets_and_rates_are_refused() -> None:
    with pytest.raises(opus.OpusError):
        opus.Decoder(8000, 1).decode(b"\xff" * 300)
    with pytest.raises(opus.OpusError):
        opus.Encoder(8000, 1, 16_000).encode(bytes(2 * 81))
    with pytest.raises(opus.OpusError):
        opus.Encoder(11_025, 1, 16_000)


def test_missing_library_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opus, "LIBRARY", "libopus-nowhere.so.0")
    opus._library.cache_clear()
    with pytest.raises(opus.OpusError, match="missing"):
        opus.Decoder(8000, 1)
    opus._library.cache_clear()
