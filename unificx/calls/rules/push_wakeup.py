"""Push wake-up of devices during call set-up: notify, wait for registration, notify of the end."""

from dataclasses import replace

from unificx.calls.rules.messages import Action, LetSleep, Progress, Wake
from unificx.calls.rules.states import Branch, SettingUp

Outcome = tuple[SettingUp, list[Action]]
NUDGE_AFTER = 2.0
"""Seconds after which a registered device that does not send a provisional response is assumed to be suspended, and is
pushed. An active browser responds to an INVITE at once."""


def wake(state: SettingUp, devices: frozenset[str]) -> Outcome:
    """Push the devices that were not pushed yet."""
    new_devices = devices - state.woken
    return replace(state, woken=state.woken | devices), [Wake(tuple(sorted(new_devices)))] if new_devices else []


def hold(state: SettingUp) -> Outcome:
    """Report 180 to the caller while only pushed devices are awaited."""
    return (state, []) if state.told >= 180 else (replace(state, told=180), [Progress(180, b"")])


def nudge(state: SettingUp) -> Outcome:
    """Push the dialled devices that have not responded."""
    unresponsive = frozenset(
        each.sleeper for each in state.branches if each.sleeper and each.stage in ("offering", "calling")
    )
    return wake(replace(state, nudge_at=None), unresponsive)


def fallen_asleep(state: SettingUp, branch: Branch) -> Outcome:
    """Push the device of a branch that did not respond: it may be suspended despite its registration."""
    return wake(replace(state, asleep=state.asleep | {branch.sleeper}), frozenset((branch.sleeper,)))


def let_sleep(state: SettingUp, answered: Branch | None = None) -> list[Action]:
    """Notify the pushed devices of the end, except the one of the answered branch."""
    others = state.woken - {answered.sleeper if answered is not None else ""}
    return [LetSleep(tuple(sorted(others)))] if others else []
