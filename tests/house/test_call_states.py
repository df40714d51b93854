"""The state diagram of the call state machine is up to date, and the analysis that derives it is right."""

import ast
from pathlib import Path

from tests.house.call_states import TARGET, Code, Interpreter, document, first_states

SAMPLE = """
def step(state: Open | Closed, event: Push | Knock) -> Outcome:
    match state:
        case Open():
            return opened(state, event)
        case Closed():
            return (state, []) if isinstance(event, Knock) else opened(Open(), event)


def opened(state: Open, event: Push | Knock) -> Outcome:
    match event:
        case Push(True):
            return replace(state, hard=True), []
        case Push():
            return _close(state)
        case _:
            return state, []


def _close(state: Open) -> Outcome:
    closed = Closed()
    if state.stuck:
        return state, []
    return closed, [Slam()]
"""


def test_the_committed_page_is_up_to_date() -> None:
    assert TARGET.read_text("utf-8") == document(), "run script/diagram"


def next_states(tmp_path: Path, state: str, event: str) -> set[str]:
    classes = "".join(f"class {name}: ...\n" for name in ("Open", "Closed", "Push", "Knock", "Slam"))
    (tmp_path / "door.py").write_text(classes + SAMPLE, "utf-8")
    code = Code.read(tmp_path)
    assert isinstance(code.functions["door.step"], ast.FunctionDef)
    arguments = {"state": frozenset((state,)), "event": frozenset((event,))}
    return set(first_states(Interpreter(code).call("door.step", arguments)))


def test_a_push_may_close_an_open_door(tmp_path: Path) -> None:
    assert next_states(tmp_path, "Open", "Push") == {"Open", "Closed"}


def test_a_knock_changes_nothing(tmp_path: Path) -> None:
    assert next_states(tmp_path, "Open", "Knock") == {"Open"}
    assert next_states(tmp_path, "Closed", "Knock") == {"Closed"}


def test_a_push_may_open_a_closed_door(tmp_path: Path) -> None:
    assert next_states(tmp_path, "Closed", "Push") == {"Open", "Closed"}
