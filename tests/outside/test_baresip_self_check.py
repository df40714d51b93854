"""The phones and the audio analysis of these tests, verified against each other."""

import time

import numpy as np
from baresip_phone import RATE, Network, Phone, PhoneConfig, Sound
from server import eventually


def account(phone: Phone, user: str, options: str = "") -> str:
    return f"<sip:{user}@{phone.config.network.address}:{phone.port}>;regint=0;audio_codecs=PCMU/8000{options}"


def test_two_phones_receive_each_others_tone_and_dtmf(tmp_path, network: Network):
    caller = Phone(tmp_path / "caller", PhoneConfig(network, "", hertz=440))
    callee = Phone(tmp_path / "callee", PhoneConfig(network, "", hertz=1000))
    try:
        caller.command("uanew", account(caller, "one"))
        callee.command("uanew", account(callee, "two", ";answermode=auto"))
        caller.dial(f"sip:two@{network.address}:{callee.port}")
        caller.wait("CALL_ESTABLISHED")
        eventually(lambda: caller.is_receiving(1000) and callee.is_receiving(440))
        assert not caller.is_receiving(440)
        caller.press("15#")
        eventually(lambda: callee.digits() == "15#")
        caller.hold()
        eventually(lambda: still(callee))
        caller.resume()
        eventually(lambda: not still(callee))
        callee.hang_up()
        caller.wait("CALL_CLOSED")
    finally:
        caller.close()
        callee.close()


def still(phone: Phone) -> bool:
    before = phone.packets()
    time.sleep(0.3)
    return phone.packets() == before


def test_a_spectrum_distinguishes_a_tone_from_noise_and_silence():
    time_line = np.arange(RATE) / RATE
    hertz, share, loudness = Sound(8000 * np.sin(2 * np.pi * 1000 * time_line), RATE).spectrum()
    assert (round(hertz), share > 0.99, round(loudness)) == (1000, True, 5657)
    assert Sound(np.random.default_rng(1).normal(0, 1000, RATE), RATE).spectrum()[1] < 0.1
    assert Sound(np.zeros(RATE), RATE).spectrum()[2] == 0
