"""Groups of test modules that share a scarce resource. The tests of a group run one after another, in one worker.

Modules in no group are distributed one by one, those of `SPREAD` in parts.
"""

from pathlib import PurePath

GROUPS: dict[str, tuple[str, ...]] = {
    "clients": (
        "outside/test_client_call_screen",
        "outside/test_client_calls",
        "outside/test_client_chat",
        "outside/test_client_other_ways",
        "outside/test_client_push",
        "outside/test_client_sensors",
        "outside/test_client_voicemail",
        "outside/test_screen_pictures",
    ),
    "pages": (
        "outside/test_client_forced_colors",
        "outside/test_client_lists",
        "outside/test_client_loading",
        "outside/test_client_pages",
        "outside/test_client_sign_in",
        "outside/test_portal_campaigns",
        "outside/test_portal_changes",
        "outside/test_portal_costs",
        "outside/test_tour",
        "outside/test_portal_home",
        "outside/test_portal_numbers",
        "outside/test_portal_operator",
        "outside/test_portal_people",
        "outside/test_portal_privacy",
        "outside/test_portal_roles",
        "outside/test_portal_routing",
        "outside/test_portal_touch",
        "outside/test_start_page",
    ),
    "browsers": (
        "outside/test_api_clients",
        "outside/test_browser_*",
        "outside/test_client_captions",
        "outside/test_client_contacts",
        "outside/test_client_diagnostics",
        "outside/test_client_dial",
        "outside/test_client_offline",
        "outside/test_client_privacy",
        "outside/test_client_recording",
        "outside/test_client_slow_line",
        "outside/test_client_recordings",
        "outside/test_client_rooms",
        "outside/test_client_unbroken",
        "outside/test_client_welcome",
        "outside/test_push_wakeup",
        "outside/test_recording_real_phones",
        "outside/test_sign_in_browser",
        "outside/test_sign_in_methods_browser",
        "outside/test_turn_server",
        "outside/test_voicemail_real_phones",
    ),
    "recordings": (
        "outside/test_audio_sealed",
        "outside/test_conference_recorded",
        "outside/test_recording",
        "outside/test_recording_indication",
        "outside/test_voicemail",
        "outside/test_voicemail_email",
    ),
    "audio": (
        "outside/test_baresip_*",
        "outside/test_call_apps",
        "outside/test_call_monitoring",
        "outside/test_conference_calls",
        "outside/test_conference_from_call",
        "outside/test_custom_sounds",
        "outside/test_hold_music",
        "outside/test_inband_dtmf",
        "outside/test_media_engine",
        "outside/test_parked_calls",
        "outside/test_prompt_intelligibility",
        "outside/test_rtpengine_*",
        "outside/test_transfers",
    ),
    "computation": (
        "engines/test_call_state_machine_walks",
        "engines/test_media_*",
        "engines/test_mixer_*",
        "engines/test_sip_stream_framing",
        "fuzz/test_fuzz_*",
    ),
    "videos": (
        "outside/test_client_conference_video",
        "outside/test_client_meeting*",
        "outside/test_client_sound",
    ),
}
"""Patterns of module paths below `tests`. The groups are started in this order, those not in `LATE` before all other
modules."""
LATE = ("videos",)
"""Groups that follow the other modules of real programs. Several browsers encode videos at once, which takes all cores:
beside tests that compute, which have a lower priority, they have enough of them."""
SPREAD = ("adapters/test_http_schema",)
"""Modules whose tests take long: one worker would still run them when the others have nothing left to do. Tests that
differ in their last parameter only share what the module prepares. They follow the groups."""
BROWSER_GROUPS = ("clients", "pages", "browsers", "videos")
"""The first three are of equal length, since they take longest. A browser test keeps a quarter of a core busy: the
headless shell mostly waits."""


def drives_browser(nodeid: str) -> bool:
    return group_of(nodeid.split("::", maxsplit=1)[0]) in BROWSER_GROUPS


def is_spread(module: str) -> bool:
    """Return whether the tests of a module may run in several workers."""
    return any(PurePath(module).with_suffix("").match(f"tests/{each}") for each in SPREAD)


def group_of(module: str) -> str | None:
    """Return the group of a test module, a path such as `tests/outside/test_recording.py`."""
    path = PurePath(module).with_suffix("")
    return next(
        (group for group, patterns in GROUPS.items() if any(path.match(f"tests/{each}") for each in patterns)), None
    )
