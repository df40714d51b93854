"""Patterns of dialled numbers, and an index that finds the best of many.

A pattern is a string of digits, `+`, `*` and `#` that stand for themselves, and of wildcards: `X` any digit, `Z` 1-9,
`N` 2-9, `[13-5]` one of these digits, and at the end `.` one or more or `!` zero or more of any characters.
"""

import re
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from unificx.core.errors import Invalid
from unificx.core.phrases import Phrase

V = TypeVar("V")
MAX_PATTERN = 64
"""Characters of a pattern."""
_TOKEN = re.compile(r"[0-9+*#]|[XZNxzn]|\[[0-9](?:[0-9-]*[0-9])?\]")
_WILDCARDS = {"X": "0123456789", "Z": "123456789", "N": "23456789"}
_HINT = "Use digits, +, *, #, X (0-9), Z (1-9), N (2-9), [13-5], and at the end . (one or more) or ! (any number)."


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern. `choices`: the characters allowed at each position; `more`: characters that follow at least,
    without an upper limit, None if nothing may follow."""

    text: str
    choices: tuple[frozenset[str], ...]
    more: int | None

    @property
    def specificity(self) -> tuple[int, int, bool]:
        """Measure of how few numbers match; the higher, the fewer: fixed characters, wildcards, and a fixed length."""
        fixed = sum(len(each) == 1 for each in self.choices)
        return fixed, len(self.choices) - fixed, self.more is None

    def matches(self, number: str) -> bool:
        """Return whether a number matches. This is the definition; `PatternIndex` gives the same result."""
        length = len(self.choices)
        if self.more is None and len(number) != length:
            return False
        if len(number) < length + (self.more or 0):
            return False
        return all(character in choice for character, choice in zip(number, self.choices, strict=False))


def parse_pattern(text: str, field: str = "pattern") -> Pattern:
    """Return a pattern. Raises Invalid that names `field`."""
    written = text.strip().upper().removeprefix("_")
    if not written or len(written) > MAX_PATTERN:
        raise Invalid(Phrase("A pattern has 1 to {} characters.", MAX_PATTERN), field=field, hint=_HINT)
    more = {".": 1, "!": 0}.get(written[-1])
    body = written if more is None else written[:-1]
    choices: list[frozenset[str]] = []
    position = 0
    while position < len(body):
        token = _TOKEN.match(body, position)
        if token is None:
            raise Invalid(
                Phrase("The pattern has {} at position {}.", repr(body[position]), position + 1),
                field=field,
                hint=_HINT,
            )
        choices.append(_choice(token[0], field))
        position = token.end()
    return Pattern(written, tuple(choices), more)


def _choice(token: str, field: str) -> frozenset[str]:
    if token in _WILDCARDS:
        return frozenset(_WILDCARDS[token])
    if token[0] != "[":
        return frozenset(token)
    found: set[str] = set()
    for part in re.findall(r"([0-9])(?:-([0-9]))?", token):
        first, last = int(part[0]), int(part[1] or part[0])
        if last < first:
            raise Invalid(Phrase("The range {}-{} is empty.", first, last), field=field, hint=_HINT)
        found.update(map(str, range(first, last + 1)))
    return frozenset(found)


@dataclass(slots=True)
class _Node(Generic[V]):
    """All patterns that begin alike. `ends`: value of the best pattern of this length; `open_0`, `open_1`: of the best
    one that ends here with `!` or `.`, with their ranks."""

    fixed: "dict[str, _Node[V]]" = field(default_factory=dict)
    choices: "dict[frozenset[str], _Node[V]]" = field(default_factory=dict)
    ends: "tuple[int, V] | None" = None
    open_0: "tuple[int, V] | None" = None
    open_1: "tuple[int, V] | None" = None


class PatternIndex(Generic[V]):
    """Values by pattern, in order of preference. The time of a lookup depends on the length of the number and on the
    different wildcards at one position, not on the number of patterns."""

    def __init__(self, patterns: list[tuple[Pattern, V]]) -> None:
        self._root: _Node[V] = _Node()
        for rank, (pattern, value) in enumerate(patterns):
            self._add(rank, pattern, value)

    def find(self, number: str) -> tuple[int, V] | None:
        """Return rank and value of the first pattern that matches; None if none does."""
        best: tuple[int, V] | None = None
        nodes, last = [self._root], len(number) - 1
        for position, character in enumerate(number):
            following: list[_Node[V]] = []
            for node in nodes:
                for found in (node.open_0, node.open_1):
                    if found is not None and (best is None or found[0] < best[0]):
                        best = found
                child = node.fixed.get(character)
                if child is not None:
                    following.append(child)
                for choice, child in node.choices.items():
                    if character in choice:
                        following.append(child)
            nodes = following
            if position == last:
                break
        for node in nodes:
            for found in (node.ends, node.open_0):
                if found is not None and (best is None or found[0] < best[0]):
                    best = found
        return best

    def _add(self, rank: int, pattern: Pattern, value: V) -> None:
        node = self._root
        for choice in pattern.choices:
            if len(choice) == 1:
                node = node.fixed.setdefault(next(iter(choice)), _Node())
            else:
                node = node.choices.setdefault(choice, _Node())
        entry = (rank, value)
        if pattern.more is None:
            node.ends = node.ends or entry
        elif pattern.more == 0:
            node.open_0 = node.open_0 or entry
        else:
            node.open_1 = node.open_1 or entry
