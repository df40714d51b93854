"""Two voices are put in step, whatever of them is lost or late."""

from array import array

from unificx.recorder.pairing import Pairing


def voice(value: int, count: int) -> bytes:
    return array("h", [value] * count).tobytes()


def sides(both: bytes) -> tuple[list[int], list[int]]:
    samples = array("h", both)
    return list(samples[::2]), list(samples[1::2])


def test_one_voice_left_the_other_right() -> None:
    pairing = Pairing(8000)
    pairing.put(0, 0, voice(1, 4))
    assert pairing.take() == b""
    pairing.put(1, 0, voice(2, 3))
    assert sides(pairing.take()) == ([1, 1, 1], [2, 2, 2])
    pairing.put(1, 3, voice(2, 1))
    assert sides(pairing.take()) == ([1], [2])


def test_what_is_lost_is_silence_and_what_comes_twice_counts_once() -> None:
    pairing = Pairing(8000)
    pairing.put(0, 2, voice(1, 2))
    pairing.put(0, 3, voice(9, 2))
    pairing.put(1, 0, voice(2, 5))
    assert sides(pairing.take()) == ([0, 0, 1, 1, 9], [2, 2, 2, 2, 2])
    pairing.put(0, 0, voice(7, 5))  # long taken
    assert pairing.take(end=True) == b""


def test_one_that_is_too_far_behind_is_waited_for_no_longer() -> None:
    pairing = Pairing(8000)
    pairing.put(0, 0, voice(1, 8000))
    assert pairing.take() == b""
    pairing.put(0, 8000, voice(1, 10))
    assert sides(pairing.take()) == ([1] * 10, [0] * 10)


def test_the_last_moment_is_kept_back_until_the_end() -> None:
    pairing = Pairing(8000)
    for channel in (0, 1):
        pairing.put(channel, 0, voice(channel + 1, 8000))
    assert len(pairing.take(keep=0.5)) == 4 * 4000
    assert len(pairing.take(keep=0.5)) == 0
    pairing.put(0, 8000, voice(1, 10))
    left, right = sides(pairing.take(end=True))
    assert (len(left), right[-10:]) == (4010, [0] * 10)
