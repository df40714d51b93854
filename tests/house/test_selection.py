"""`script/test AREA` and `script/test --changed` select the right test modules."""

import os
import sys
from pathlib import Path

import pytest
import run_suite
import selection
from run_suite import Options
from temporary_files import temporary_files


def names(modules: list[Path]) -> set[str]:
    return {path.name for path in modules}


def test_every_package_is_an_area() -> None:
    packages = {path.parent.name for path in (selection.ROOT / "unificx").glob("*/__init__.py")}
    assert packages == set(selection.AREAS) - {"client", "house"}


def test_every_test_module_belongs_to_an_area() -> None:
    selected = {path for area in selection.AREAS for path in selection.of_area(area)}
    assert not set(selection.test_modules()) - selected


@pytest.mark.parametrize("area", selection.AREAS)
def test_every_pattern_matches_a_module(area: str) -> None:
    assert not [each for each in selection.AREAS[area] if not any(selection.TESTS.glob(f"{each}.py"))]


@pytest.mark.parametrize(
    ("changed", "selected", "not_selected"),
    [
        ("unificx/cli/output.py", "test_cli_commands.py", "test_sip_uri.py"),
        ("unificx/sip/uri.py", "test_sip_uri.py", "test_stun.py"),
        ("unificx/sip/uri.py", "test_sipp_calls.py", "test_fuzz_mixer.py"),
        ("unificx/voicemail/__init__.py", "test_voicemail_service.py", "test_call_state_machine.py"),
        ("unificx/prompts/sounds/en/busy.opus", "test_prompt_sounds.py", "test_sip_uri.py"),
        ("tests/flows/ladder.py", "test_calls_setup.py", "test_cdr.py"),
        ("tests/flows/conftest.py", "test_calls_setup.py", "test_cdr.py"),
        ("tests/engines/test_stun.py", "test_stun.py", "test_turn.py"),
        ("tests/outside/browser_phone.js", "test_browser_calls.py", "test_cdr.py"),
        ("client/src/main.ts", "test_client_calls.py", "test_sipp_calls.py"),
        ("docs/performance.md", "test_sizes.py", "test_cdr.py"),
    ],
)
def test_a_change_selects_what_depends_on_it(changed: str, selected: str, not_selected: str) -> None:
    found = names(selection.affected_by([Path(changed)]))
    assert selected in found
    assert not_selected not in found


@pytest.mark.parametrize("changed", ["pyproject.toml", "requirements/dev.txt", "tests/conftest.py"])
def test_a_change_of_the_environment_selects_everything(changed: str) -> None:
    assert selection.affected_by([Path(changed)]) == selection.test_modules()


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ([], Options()),
        (["sip", "voicemail"], Options(areas=["sip", "voicemail"])),
        (["sip", "-k", "voicemail"], Options(areas=["sip"], pytest=["-k", "voicemail"])),
        (["--changed", "--outside", "-x"], Options(changed="main", outside=True, pytest=["-x"])),
        (["--changed=HEAD"], Options(changed="HEAD")),
        (["tests/house/test_selection.py::names"], Options(pytest=["tests/house/test_selection.py::names"])),
        (["--under-load"], Options(under_load=True)),
        (["--checked"], Options(checked=True)),
    ],
)
def test_other_arguments_go_to_pytest(arguments: list[str], options: Options) -> None:
    assert run_suite.parse(arguments) == options


def test_an_unknown_area_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_suite.main(["voicemial"]) == 2
    assert "Unknown area: voicemial" in capsys.readouterr().err


def test_bytecode_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert run_suite.run(sys.executable, "-c", "import sys; sys.exit(sys.dont_write_bytecode)") == 0


def children() -> set[str]:
    """Process ids of the children of this process."""
    return {pid for each in Path("/proc/self/task").glob("*/children") for pid in each.read_text().split()}


def test_the_load_ends_with_the_run() -> None:
    before = children()
    with run_suite.keep_busy(2):
        assert len(children() - before) == 2
    assert children() == before


@pytest.mark.parametrize("preserved", [False, True])
def test_temporary_files_outlive_only_a_failed_run(tmp_path: Path, preserved: bool) -> None:
    with temporary_files(tmp_path, space=1) as files:
        assert files.directory
        (files.directory / "pytest").mkdir()
        assert files.directory.stat().st_mode & 0o777 == 0o711
        files.preserved = preserved
    assert files.directory.exists() is preserved


@pytest.mark.parametrize(("place", "space"), [("/proc", 1), ("/not/there", 0), ("/dev/shm", 1 << 60)])
def test_temporary_files_are_in_memory_only_if_there_is_room(place: str, space: int) -> None:
    with temporary_files(Path(place), space) as files:
        assert files.directory is None


def test_temporary_files_are_where_programs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("temporary_files.RESTRICTED", os.statvfs(tmp_path).f_flag)
    with temporary_files(tmp_path, space=1) as files:
        assert files.directory is None
