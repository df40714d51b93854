"""Stereo interleaving of two streams with gaps and delays."""

from array import array

from unificx.recording.stereo_interleaver import StereoInterleaver


def stream(value: int, count: int) -> bytes:
    return array("h", [value] * count).tobytes()


def channels(both: bytes) -> tuple[list[int], list[int]]:
    samples = array("h", both)
    return list(samples[::2]), list(samples[1::2])


def test_streams_are_left_and_right() -> None:
    pairing = StereoInterleaver(8000)
    pairing.put(0, 0, stream(1, 4))
    assert pairing.take() == b""
    pairing.put(1, 0, stream(2, 3))
    assert channels(pairing.take()) == ([1, 1, 1], [2, 2, 2])
    pairing.put(1, 3, stream(2, 1))
    assert channels(pairing.take()) == ([1], [2])


def test_gaps_become_silence_and_duplicates_count_once() -> None:
    pairing = StereoInterleaver(8000)
    pairing.put(0, 2, stream(1, 2))
    pairing.put(0, 3, stream(9, 2))
    pairing.put(1, 0, stream(2, 5))
    assert channels(pairing.take()) == ([0, 0, 1, 1, 9], [2, 2, 2, 2, 2])
    pairing.put(0, 0, stream(7, 5))  # already taken
    assert pairing.take(end=True) == b""


def test_stream_beyond_the_maximum_lag_is_not_awaited() -> None:
    pairing = StereoInterleaver(8000)
    pairing.put(0, 0, stream(1, 8000))
    assert pairing.take() == b""
    pairing.put(0, 8000, stream(1, 10))
    assert channels(pairing.take()) == ([1] * 10, [0] * 10)


def test_last_moment_is_held_back_until_the_end() -> None:
    pairing = StereoInterleaver(8000)
    for channel in (0, 1):
        pairing.put(channel, 0, stream(channel + 1, 8000))
    assert len(pairing.take(hold_back=0.5)) == 4 * 4000
    assert len(pairing.take(hold_back=0.5)) == 0
    pairing.put(0, 8000, stream(1, 10))
    left, right = channels(pairing.take(end=True))
    assert (len(left), right[-10:]) == (4010, [0] * 10)
