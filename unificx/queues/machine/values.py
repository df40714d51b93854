"""Validation of the settings of a queue."""

from dataclasses import asdict
from typing import get_args

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase
from unificx.queues.machine.callers import MAX_PRIORITY
from unificx.queues.schemas import EmptyRule, QueueSettings, Strategy

MAX_AGENTS = 200
MAX_PENALTY = 100
LIMITS = {
    "ring_seconds": (5, 120),
    "retry": (1, 60),
    "wrap_up": (0, 600),
    "max_wait": (0, 86_400),
    "max_length": (1, 500),
    "max_missed": (0, 20),
    "announce_every": (0, 600),
    "prompt_every": (0, 600),
    "callback_after": (0, 3600),
    "answer_within": (1, 600),
}
"""Smallest and largest value of the settings that are numbers."""
_SHORTEST_INTERVAL = 15
"""Seconds: announcements that come more often leave no time for the music."""
_CHOICES = {
    "strategy": get_args(Strategy),
    "when_no_agents": get_args(EmptyRule),
    "when_all_paused": get_args(EmptyRule),
}


def check_settings(settings: QueueSettings) -> QueueSettings:
    """Return the settings unchanged. Raises Invalid."""
    values = asdict(settings)
    for name, (least, most) in LIMITS.items():
        if not least <= values[name] <= most:
            raise Invalid(Phrase("Must be between {} and {}.", least, most), field=name)
    for name, choices in _CHOICES.items():
        if values[name] not in choices:
            raise Invalid(Phrase("Must be one of: {}.", ", ".join(choices)), field=name)
    for name in ("announce_every", "prompt_every"):
        if 0 < values[name] < _SHORTEST_INTERVAL:
            raise Invalid(Phrase("Must be 0 for never, or at least {} seconds.", _SHORTEST_INTERVAL), field=name)
    return settings


def check_priority(priority: int) -> int:
    """Return the priority of a caller unchanged. Raises Invalid."""
    if not 0 <= priority <= MAX_PRIORITY:
        raise Invalid(Phrase("A priority is 0 to {}.", MAX_PRIORITY), field="priority")
    return priority


def check_penalty(penalty: int) -> int:
    """Return the penalty of an agent unchanged. Raises Invalid."""
    if not 0 <= penalty <= MAX_PENALTY:
        raise Invalid(Phrase("A penalty must be 0 to {}.", MAX_PENALTY), field="agents")
    return penalty
