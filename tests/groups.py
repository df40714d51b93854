"""Groups of test modules that share a scarce resource. The tests of a group run one after another, in one worker.

Modules in no group are distributed one by one.
"""

from pathlib import PurePath

GROUPS: dict[str, tuple[str, ...]] = {
    "browser": (
        "outside/test_browser_*",
        "outside/test_client_*",
        "outside/test_portal_changes",
        "outside/test_push_wakeup",
        "outside/test_recording_real_phones",
        "outside/test_sign_in_browser",
        "outside/test_sign_in_methods_browser",
        "outside/test_turn_server",
        "outside/test_voicemail_real_phones",
    ),
    "audio": (
        "outside/test_audio_sealed",
        "outside/test_baresip_*",
        "outside/test_call_apps",
        "outside/test_conference_*",
        "outside/test_custom_sounds",
        "outside/test_hold_music",
        "outside/test_inband_dtmf",
        "outside/test_media_engine",
        "outside/test_parked_calls",
        "outside/test_prompt_intelligibility",
        "outside/test_recording",
        "outside/test_recording_indication",
        "outside/test_rtpengine_*",
        "outside/test_transfers",
        "outside/test_voicemail",
        "outside/test_voicemail_email",
    ),
    "computation": (
        "engines/test_call_state_machine_walks",
        "engines/test_media_*",
        "engines/test_mixer_*",
        "engines/test_sip_stream_framing",
        "fuzz/test_fuzz_*",
    ),
}
"""Patterns of module paths below `tests`. The groups are started in this order, before all other modules."""


def group_of(module: str) -> str | None:
    """Return the group of a test module, a path such as `tests/outside/test_recording.py`."""
    path = PurePath(module).with_suffix("")
    return next(
        (group for group, patterns in GROUPS.items() if any(path.match(f"tests/{each}") for each in patterns)), None
    )
