"""Push wake-up of devices during call set-up: notify, wait for registration, notify of the end."""

from dataclasses import replace

from unificx.calls.machine.actions import Action, CancelPush, Progress, SendPush
from unificx.calls.machine.states import Branch, SettingUp

SetupTransition = tuple[SettingUp, list[Action]]
UNRESPONSIVE_AFTER = 2.0
"""Seconds after which a registered device that does not send a provisional response is assumed to be suspended, and is
pushed. An active browser responds to an INVITE at once. From then on, the caller hears ringing."""


def push_devices(state: SettingUp, devices: frozenset[str]) -> SetupTransition:
    """Push the devices that were not pushed yet."""
    new_devices = devices - state.pushed
    return replace(state, pushed=state.pushed | devices), [SendPush(tuple(sorted(new_devices)))] if new_devices else []


def report_ringing(state: SettingUp) -> SetupTransition:
    """Report 180 to the caller while no phone has responded: otherwise they would hear nothing."""
    return (
        (state, []) if state.last_provisional >= 180 else (replace(state, last_provisional=180), [Progress(180, b"")])
    )


def push_unresponsive(state: SettingUp) -> SetupTransition:
    """Push the dialled devices that have not responded."""
    unresponsive = frozenset(
        each.push_device for each in state.branches if each.push_device and each.stage in ("offering", "calling")
    )
    return push_devices(replace(state, push_at=None), unresponsive)


def push_vanished(state: SettingUp, branch: Branch) -> SetupTransition:
    """Push the device of a branch that did not respond: it may be suspended despite its registration."""
    return push_devices(
        replace(state, awaiting_push=state.awaiting_push | {branch.push_device}), frozenset((branch.push_device,))
    )


def cancel_push(state: SettingUp, answered: Branch | None = None) -> list[Action]:
    """Notify the pushed devices of the end, except the one of the answered branch."""
    return _cancel(state.pushed - {answered.push_device if answered is not None else ""})


def cancel_push_of(state: SettingUp, extension: str) -> SetupTransition:
    """Await no device of an extension any more, and notify the pushed ones of the end."""
    own = frozenset(device for device, of in state.extension_by_device.items() if of == extension)
    remaining = replace(state, awaiting_push=state.awaiting_push - own, pushed=state.pushed - own)
    return remaining, _cancel(state.pushed & own)


def _cancel(devices: frozenset[str]) -> list[Action]:
    return [CancelPush(tuple(sorted(devices)))] if devices else []
