"""Selection of test modules: by area, or by what a change can have broken.

Paths are relative to the root of the repository. `tests/outside` drives real programs and takes minutes, so callers
decide whether to include it.
"""

import ast
import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
OUTSIDE = TESTS / "outside"

AREAS: dict[str, tuple[str, ...]] = {
    "api": (
        "adapters/test_http_*",
        "engines/test_connection_limiter*",
        "engines/test_api_route*",
        "engines/test_route_index*",
        "outside/test_api_clients*",
        "outside/test_scim*",
        "outside/test_sign_in_*browser*",
        "outside/test_start_page*",
    ),
    "archive": ("areas/archive/*", "adapters/test_*_access_copies*"),
    "insight": ("engines/test_usage_cells*", "adapters/test_http_consents*"),
    "attachments": ("areas/attachments/*", "engines/test_attachment_*", "adapters/test_http_attachments*"),
    "audio_store": ("areas/audio_store/*", "outside/test_audio_sealed*", "outside/test_object_store*"),
    "callapps": ("areas/callapps/*", "flows/test_calls_apps*", "outside/test_call_apps*", "outside/test_inband*"),
    "calls": (
        "areas/calls/*",
        "engines/test_call_*",
        "flows/*",
        "adapters/test_sip_calls*",
        "outside/test_*calls*",
        "outside/test_*transfers*",
        "outside/test_connected_identity*",
        "outside/test_hold_music*",
        "outside/test_sipp_dialogs*",
    ),
    "contacts": (
        "areas/contacts/*",
        "engines/test_contact_*",
        "adapters/test_http_contacts*",
        "adapters/test_http_carddav",
        "outside/test_carddav",
        "outside/test_client_contacts*",
    ),
    "chat": (
        "areas/chat/*",
        "engines/test_chat_*",
        "adapters/test_http_conversations*",
        "adapters/test_http_encryption*",
        "adapters/test_sip_texts*",
        "outside/test_client_chat*",
        "outside/test_text_messages*",
    ),
    "captions": (
        "engines/test_caption_segments*",
        "areas/recording/test_meeting_*",
        "adapters/test_http_captions*",
        "outside/test_live_captions*",
        "outside/test_client_captions*",
    ),
    "cdr": ("areas/cdr/*", "adapters/test_http_own_calls*"),
    "cli": ("adapters/test_cli_*", "outside/test_startup_errors*"),
    "client": (
        "outside/test_client_*",
        "outside/test_browser_*",
        "outside/test_portal_*",
        "outside/test_screen_pictures*",
    ),
    "cluster": ("areas/cluster/*", "house/test_state_owners*"),
    "conferencing": (
        "areas/conferencing/*",
        "engines/test_conference_*",
        "areas/callapps/test_conference_app*",
        "areas/recording/test_conference_recorder*",
        "adapters/test_http_room*",
        "outside/test_conference_*",
        "outside/test_client_rooms*",
        "outside/test_client_meeting*",
        "areas/recording/test_meeting_*",
        "outside/test_client_sound*",
    ),
    "core": ("engines/test_core_*", "adapters/test_app_*", "adapters/test_public_address*"),
    "db": (
        "areas/db/*",
        "outside/test_full_disk*",
        "outside/test_calls_postgresql*",
        "outside/test_upgrade*",
        "outside/test_rollback*",
        "outside/test_packages*",
    ),
    "house": ("house/*",),
    "identity": (
        "areas/identity/*",
        "adapters/test_http_access_by_others*",
        "adapters/test_http_custom_roles*",
        "adapters/test_http_scim*",
        "adapters/test_http_mfa*",
        "adapters/test_http_roles*",
        "adapters/test_http_sessions*",
        "adapters/test_http_sign_in*",
        "adapters/test_http_single_sign_on*",
        "outside/test_client_sign_in*",
        "outside/test_client_other_ways*",
        "outside/test_sign_in_*",
    ),
    "integrations": (
        "outside/test_certificates*",
        "engines/test_http_client*",
        "engines/test_trunk_dns*",
        "engines/test_tls_ciphers*",
        "engines/test_turn*",
        "areas/audio_store/test_object_store*",
        "outside/test_object_store*",
        "outside/test_transcription*",
        "outside/test_turn_server*",
        "outside/transports/test_http_connections*",
        "outside/transports/test_transports_tls*",
    ),
    "ivr": ("areas/ivr/*", "adapters/test_http_menus*"),
    "media": (
        "engines/test_media_*",
        "engines/test_mixer_*",
        "engines/test_sound_files*",
        "engines/test_stereo_interleaver*",
        "fuzz/test_fuzz_media*",
        "fuzz/test_fuzz_mixer*",
        "outside/test_media_engine*",
        "outside/test_opus_ffmpeg*",
    ),
    "media_worker": ("engines/test_mixer_*", "fuzz/test_fuzz_mixer*", "outside/test_media_engine*"),
    "notifications": (
        "areas/notifications/*",
        "outside/test_mail_reports*",
        "adapters/test_dkim*",
        "adapters/test_http_push*",
        "adapters/test_app_voicemail_email*",
        "outside/test_*push*",
        "outside/test_voicemail_email*",
    ),
    "presence": (
        "areas/presence/*",
        "areas/routing/test_forwarding*",
        "areas/callapps/test_presence_apps*",
        "flows/test_calls_forwarding*",
        "flows/test_calls_ring_order*",
        "adapters/test_http_presence*",
    ),
    "privacy": (
        "areas/privacy/*",
        "adapters/test_app_backup*",
        "adapters/test_app_drill*",
        "adapters/test_app_rollback*",
        "adapters/test_http_backups*",
        "adapters/test_http_installation*",
        "adapters/test_app_erasure*",
        "adapters/test_http_accesses*",
        "adapters/test_http_audit*",
        "adapters/test_app_keys*",
        "adapters/test_app_wrong_clock*",
        "adapters/test_http_erasures*",
        "areas/db/test_db_sealed*",
        "outside/test_audio_sealed*",
    ),
    "prompts": (
        "engines/test_prompt_*",
        "areas/callapps/test_prompt_*",
        "adapters/test_http_sounds*",
        "outside/test_prompt_*",
        "outside/test_custom_sounds*",
    ),
    "provisioning": ("areas/provisioning/*", "engines/test_provisioning_*", "adapters/test_http_phone_settings*"),
    "queues": (
        "areas/queues/*",
        "areas/callapps/test_queue_*",
        "engines/test_queue_*",
        "adapters/test_http_queues*",
        "outside/test_queue_*",
    ),
    "recording": (
        "areas/recording/*",
        "areas/audio_store/test_recorded_videos*",
        "areas/audio_store/test_recording_archive*",
        "engines/test_video_recording_format*",
        "areas/audio_store/test_transcoder*",
        "engines/test_consent_machine*",
        "engines/test_recording_policy*",
        "engines/test_sdp_recording*",
        "engines/test_stereo_interleaver*",
        "flows/test_calls_recording_*",
        "adapters/test_*recordings*",
        "adapters/test_http_monitoring*",
        "areas/callapps/test_monitoring_app*",
        "outside/test_*recording*",
        "outside/test_call_monitoring*",
        "outside/test_conference_recorded*",
    ),
    "registrar": (
        "areas/registrar/*",
        "adapters/test_sip_register*",
        "adapters/test_sip_tokens*",
        "outside/test_sipp_register*",
        "outside/test_restart_*",
    ),
    "routing": (
        "areas/routing/*",
        "engines/test_public_numbers*",
        "engines/test_outbound_decision*",
        "engines/test_number_csv*",
        "adapters/test_http_outbound*",
        "adapters/test_sip_emergency*",
        "flows/test_calls_setup*",
        "flows/test_calls_unanswered*",
    ),
    "rtpengine": (
        "engines/test_media_ng*",
        "engines/test_hang_detection*",
        "engines/test_rtpengine_*",
        "engines/test_sound_files*",
        "engines/test_call_dtls_*",
        "fuzz/test_fuzz_media*",
        "fuzz/test_fuzz_sdp*",
        "outside/test_rtpengine_*",
        "outside/test_media_ports*",
    ),
    "sdp": (
        "engines/test_sdp_*",
        "fuzz/test_fuzz_sdp*",
    ),
    "server": (
        "adapters/test_app_*",
        "areas/archive/test_tenant_move*",
        "adapters/test_public_address*",
        "outside/test_certificates*",
        "outside/test_start_ways*",
        "outside/test_startup_errors*",
        "outside/test_listen_addresses*",
        "outside/test_server_names*",
        "outside/test_restart_*",
        "outside/test_full_disk*",
    ),
    "locations": ("areas/locations/*", "adapters/test_http_locations*"),
    "resale": ("areas/resale/*", "adapters/test_http_resellers*"),
    "speed_dials": ("areas/speed_dials/*", "adapters/test_http_speed_dials*"),
    "sip": (
        "engines/test_sip_*",
        "fuzz/test_fuzz_sip_*",
        "outside/test_sipp_*",
        "outside/test_baresip_*",
        "outside/test_bad_input*",
        "outside/test_readme_sipp*",
    ),
    "sip_server": (
        "adapters/test_sip_*",
        "engines/test_source_filter*",
        "fuzz/test_fuzz_sip_handler*",
        "outside/test_bad_input*",
        "outside/test_*mwi*",
    ),
    "support": (
        "areas/support/*",
        "outside/test_mail_reports*",
        "engines/test_received_emails*",
        "engines/test_request_*",
        "adapters/test_http_diagnostics_*",
        "adapters/test_http_privacy_requests*",
        "adapters/test_http_request_form*",
        "outside/test_client_diagnostics*",
    ),
    "transport": (
        "engines/test_sip_stream_framing*",
        "engines/test_stun*",
        "adapters/test_sip_behind_proxy*",
        "outside/transports/*",
        "outside/test_listen_addresses*",
    ),
    "trunks": (
        "areas/trunks/*",
        "engines/test_trunk_*",
        "engines/test_caller_verification*",
        "adapters/test_caller_certificates*",
        "adapters/test_sip_trunks*",
        "outside/test_trunk_*",
    ),
    "voicemail": (
        "areas/audio_store/test_message_counts*",
        "areas/audio_store/test_shared_mailboxes*",
        "areas/audio_store/test_transcription_worker*",
        "areas/audio_store/test_voicemail_service*",
        "areas/callapps/test_voicemail_*",
        "areas/notifications/test_notification_voicemail*",
        "engines/test_greeting_policy*",
        "adapters/test_*voicemail*",
        "adapters/test_http_greetings*",
        "adapters/test_http_mailboxes*",
        "adapters/test_sip_mwi*",
        "adapters/test_sip_texts*",
        "outside/test_*voicemail*",
        "outside/test_*mwi*",
    ),
    "billing": (
        "areas/billing/*",
        "engines/test_credit_note*",
        "adapters/test_http_billing*",
        "outside/test_portal_costs*",
        "outside/test_tour*",
    ),
    "webhooks": ("areas/webhooks/*", "adapters/test_http_webhooks*"),
}
"""Patterns of test modules below `tests/`, by package of `unificx`; `client` and `house` are not packages."""

EVERYTHING = re.compile(
    r"pyproject\.toml|requirements/.*|script/(bootstrap|test)|tests/(conftest|groups)\.py|\.importlinter"
)
"""Changed files after which every test is run."""
MODULE_NAME = re.compile(r"\bunificx(?:\.\w+)+")
BROWSER_HELPERS = {"browser.py", "client_pages.py"}
BROWSER_FIXTURES = re.compile(r"\b(clients|playwright)\b")


def test_modules() -> list[Path]:
    return sorted(TESTS.rglob("test_*.py"))


def of_area(area: str) -> list[Path]:
    """Test modules of an area, those of `tests/outside` included. Raises KeyError for an unknown area."""
    found = {path for pattern in AREAS[area] for path in TESTS.glob(f"{pattern}.py")}
    return sorted(path for path in found if path.name.startswith("test_"))


def is_outside(path: Path) -> bool:
    return path.is_relative_to(OUTSIDE)


# selection by change


def changed_files(base: str | None = None) -> list[Path]:
    """Files that differ from the common ancestor with `base` (default: `main`), uncommitted and new files included."""
    base = base or "main"
    ancestor = _git("merge-base", "HEAD", base)[0]
    names = [*_git("diff", "--name-only", ancestor), *_git("ls-files", "--others", "--exclude-standard")]
    return [Path(name) for name in names]


def affected_by(changed: Iterable[Path]) -> list[Path]:
    """Test modules that can break through these changes; tests/house always."""
    changed = list(changed)
    if any(EVERYTHING.fullmatch(path.as_posix()) for path in changed):
        return test_modules()
    broken = _changed_modules(changed)
    files = {ROOT / path for path in changed}
    names = {path.name for path in changed if path.suffix != ".py" and path.parts[0] in ("tests", "docs", "script")}
    affected = {path for path in test_modules() if _is_affected(path, broken, files, names)}
    if concerns_client(changed):
        affected |= {path for path in test_modules() if is_outside(path) and drives_browser(path)}
    return sorted(affected)


def concerns_client(changed: Iterable[Path]) -> bool:
    return any(path.parts[0] == "client" for path in changed)


def drives_browser(path: Path) -> bool:
    """Return whether a test module imports a helper that starts a browser, or uses its fixtures."""
    used = {each.name for each in _files_used(path, conftests=False)}
    return not used.isdisjoint(BROWSER_HELPERS) or BROWSER_FIXTURES.search(path.read_text()) is not None


def _is_affected(path: Path, broken: set[str], files: set[Path], names: set[str]) -> bool:
    if path.parent == TESTS / "house":
        return True
    used = _files_used(path)
    if used & files or any(name in each.read_text() for each in used for name in names):
        return True
    return not broken.isdisjoint(_modules_needed(frozenset(name for each in used for name in _modules_named(each))))


def _changed_modules(changed: Iterable[Path]) -> set[str]:
    """Modules of `unificx` that changed. A data file counts as all modules of its package."""
    known = _graph().modules
    found: set[str] = set()
    for path in changed:
        if path.parts[0] != "unificx":
            continue
        if path.suffix == ".py":
            found.add(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
            continue
        package = next(name for name in _package_names(path) if name in known)
        found |= {name for name in known if f"{name}.".startswith(f"{package}.")}
    return found


def _package_names(path: Path) -> list[str]:
    """Names of the packages that contain a file, the innermost first."""
    return [".".join(path.parts[:depth]) for depth in range(len(path.parts) - 1, 0, -1)]


@cache
def _files_used(path: Path, *, conftests: bool = True) -> frozenset[Path]:
    """The module, the helpers it imports, directly or not, and the conftest files above it."""
    found: set[Path] = set()
    above = [parent / "conftest.py" for parent in path.parents if parent.is_relative_to(TESTS)]
    waiting = [path, *(above if conftests else ())]
    while waiting:
        file = waiting.pop()
        if file in found or not file.exists():
            continue
        found.add(file)
        waiting += [helper for name in _names_imported(file) for helper in _helpers().get(name.split(".")[0], ())]
    return frozenset(found)


@cache
def _helpers() -> dict[str, tuple[Path, ...]]:
    """Importable helper files below `tests` by module or package name."""
    found: dict[str, tuple[Path, ...]] = {}
    for path in sorted(TESTS.rglob("*.py")):
        if path.name != "conftest.py" and not path.name.startswith("test_"):
            name = path.parent.name if (path.parent / "__init__.py").exists() else path.stem
            found[name] = (*found.get(name, ()), path)
    return found


@cache
def _names_imported(file: Path) -> frozenset[str]:
    """Names of all modules imported by a file, and of what is imported from them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


@cache
def _modules_named(file: Path) -> frozenset[str]:
    """Modules of `unificx` that a file imports or names in a string, such as a program it starts."""
    known = _graph().modules
    named = {*_names_imported(file), *MODULE_NAME.findall(file.read_text())}
    return frozenset(found for name in named if (found := _longest_known(name, known)))


def _longest_known(name: str, known: set[str]) -> str | None:
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


@cache
def _modules_needed(start: frozenset[str]) -> frozenset[str]:
    """These modules, all they import, directly or not, and the packages that contain them."""
    graph, found, waiting = _graph(), set[str](), list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph.find_modules_directly_imported_by(name)
    return frozenset({*found, *(name[: name.rindex(".")] for name in found if "." in name)})


@cache
def _graph() -> grimp.ImportGraph:
    """Imports that are executed: those for type checkers are left out."""
    return grimp.build_graph("unificx", exclude_type_checking_imports=True)


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:-1]
