"""Devices that sleep while they are called: woken, waited for, and told when it is over."""

from dataclasses import replace

from unificx.calls.rules.states import Branch, SettingUp
from unificx.calls.rules.words import Action, LetSleep, Progress, Wake

Outcome = tuple[SettingUp, list[Action]]
NUDGE_AFTER = 2.0
"""Seconds after which a device that can be woken and does not ring is taken to sleep over its registration: a browser
answers an INVITE at once, whether a person does or not."""


def wake(state: SettingUp, devices: frozenset[str]) -> Outcome:
    """Wake those that were not yet."""
    fresh = devices - state.woken
    return replace(state, woken=state.woken | devices), [Wake(tuple(sorted(fresh)))] if fresh else []


def hold(state: SettingUp) -> Outcome:
    """Nobody rings but those who are being woken: to the caller that is ringing, too."""
    return (state, []) if state.told >= 180 else (replace(state, told=180), [Progress(180, b"")])


def nudge(state: SettingUp) -> Outcome:
    """Wake whoever was rung and does not ring."""
    silent = frozenset(
        each.sleeper for each in state.branches if each.sleeper and each.stage in ("offering", "calling")
    )
    return wake(replace(state, nudge_at=None), silent)


def fallen_asleep(state: SettingUp, branch: Branch) -> Outcome:
    """A device that was rung is not there: it may have been asleep for longer than was known."""
    return wake(replace(state, asleep=state.asleep | {branch.sleeper}), frozenset((branch.sleeper,)))


def let_sleep(state: SettingUp, winner: Branch | None = None) -> list[Action]:
    """The call is over for whoever was woken; `winner` knows it anyway."""
    others = state.woken - {winner.sleeper if winner is not None else ""}
    return [LetSleep(tuple(sorted(others)))] if others else []
