"""States of a request and the steps between them. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, get_args

from unificx.core.errors import Conflict, Invalid
from unificx.core.phrases import Phrase
from unificx.support.rights.schemas import State

Step = Literal["prove", "begin", "reply", "extend", "answer", "refuse", "withdraw"]
STEPS: tuple[Step, ...] = get_args(Step)
FINAL: frozenset[State] = frozenset({"answered", "refused", "withdrawn"})
WITH_REASONS: frozenset[Step] = frozenset({"extend", "refuse"})
"""Steps whose reasons the person is told (GDPR Art. 12(3) and (4))."""
REOPENED_WITHIN = timedelta(days=30)
"""Time after the answer in which the sender can write again to the same request."""

_TABLE: Mapping[State, Mapping[Step, State]] = {
    "received": {"prove": "proved", "refuse": "refused", "withdraw": "withdrawn"},
    "proved": {
        "begin": "in_work",
        "reply": "in_work",
        "extend": "extended",
        "answer": "answered",
        "refuse": "refused",
        "withdraw": "withdrawn",
    },
    "in_work": {
        "reply": "in_work",
        "extend": "extended",
        "answer": "answered",
        "refuse": "refused",
        "withdraw": "withdrawn",
    },
    "extended": {"reply": "extended", "answer": "answered", "refuse": "refused", "withdraw": "withdrawn"},
    "answered": {},
    "refused": {},
    "withdrawn": {},
}


def allowed(state: State) -> tuple[Step, ...]:
    """Return the steps from a state, in the order of `STEPS`."""
    return tuple(step for step in STEPS if step in _TABLE[state])


def after(state: State, step: Step, *, note: str, due: datetime, now: datetime) -> State:
    """Return the state after a step. `due` is the first time limit: an extension after it is too late.

    Raise Conflict for a step that is not possible, Invalid if its reasons are missing.
    """
    following = _TABLE[state].get(step)
    if following is None:
        known = ", ".join(allowed(state))
        raise Conflict(
            "This step is not possible in the present state of the request.",
            hint=Phrase("Possible steps: {}.", known) if known else "The request is closed.",
        )
    if step in WITH_REASONS and not note.strip():
        raise Invalid("Give the reasons. The person is told.", field="note")
    if step == "reply" and not note.strip():
        raise Invalid("Write the message.", field="note")
    if step == "extend" and now >= due:
        raise Conflict(
            "The time limit is over: it can be extended only before its end.",
            hint="Answer the request as soon as you can.",
        )
    return following


def after_message(state: State, closed: datetime | None, now: datetime) -> State:
    """Return the state after a message of the sender: an answered or refused request is open again.

    Raise Conflict for a request that was withdrawn, or closed too long ago."""
    if closed is None:
        return state
    if state == "withdrawn" or now >= closed + REOPENED_WITHIN:
        raise Conflict("The request is closed.", hint="Send a new one.")
    return "in_work"
