"""Fields of validation errors, named as the request has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

_MAX_LENGTH = 100


@dataclass(frozen=True, slots=True)
class FieldError:
    """An error of a field such as `agents.0.extension`, "" for the whole request. `error` is that of the validator."""

    field: str
    error: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Located:
    """An error with the steps of its field. `alternatives_at`: how many of them lead to the first value that may have
    one of several forms, None if there is none."""

    steps: tuple[str | int, ...]
    alternatives_at: int | None
    error: Mapping[str, Any]

    @property
    def is_other_form(self) -> bool:
        """Whether it only says that the value does not have the form of one alternative."""
        return self.alternatives_at == len(self.steps) and str(self.error["type"]).endswith("_type")

    @property
    def alternatives(self) -> tuple[str | int, ...] | None:
        return None if self.alternatives_at is None else self.steps[: self.alternatives_at]


def field_errors(errors: Iterable[Mapping[str, Any]], body: object) -> list[FieldError]:
    """Return the errors with their fields.

    The validator names the type of each alternative that it has tried, as in `agents.0.NewAgent.extension`, and reports
    all of them. Only the alternative of the form that was sent is returned, if there is one.
    """
    located = [_locate(error, body) for error in errors]
    sent = {one.alternatives for one in located if one.alternatives is not None and not one.is_other_form}
    remaining = [one for one in located if not (one.is_other_form and one.alternatives in sent)]
    return [FieldError(_text(one.steps), one.error) for one in remaining]


def _locate(error: Mapping[str, Any], body: object) -> _Located:
    """Keep the steps that lead through the request, and drop the names of types between them."""
    source, *location = cast("Sequence[str | int]", error["loc"])
    steps: list[str | int] = []
    alternatives_at: int | None = None
    received, is_missing = body, error["type"] == "missing"
    for position, step in enumerate(location):
        inner = _inner(received, step) if source == "body" else [received] if isinstance(step, int) or not steps else []
        if inner:
            received = inner[0]
            steps.append(step)
        elif is_missing and position == len(location) - 1:
            steps.append(step)
        elif alternatives_at is None:
            alternatives_at = len(steps)
    return _Located(tuple(steps), alternatives_at, error)


def _inner(received: object, step: str | int) -> list[object]:
    """Return the value at this step, in a list; [] if it has none."""
    if isinstance(received, Mapping):
        fields = cast("Mapping[object, object]", received)
        return [fields[step]] if step in fields else []
    if isinstance(received, list) and isinstance(step, int):
        return cast("list[object]", received)[step : step + 1]
    return []


def _text(steps: Iterable[str | int]) -> str:
    """Return `items.0.name`, bounded and encodable: a peer chooses its own field names."""
    text = ".".join(str(step) for step in steps)[:_MAX_LENGTH]
    return text.encode("utf-8", "replace").decode("utf-8")
