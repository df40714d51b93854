"""Which pictures are taken of which screens."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from client_pages import Clients
from playwright.sync_api import Error
from recorded_calls import SCENES, RecordedCalls
from recorded_screens import RecordedScreens, Recording
from screen_pictures import HEIGHTS, LOOKS, Look, take


@dataclass(frozen=True)
class Matrix:
    """Screens of a program in several looks of one language."""

    recording: str
    looks: tuple[Look, ...]
    every: int = 1
    """1: all screens; n: every n-th one."""
    first: int = 0
    """With which one the counting begins."""

    def __str__(self) -> str:
        name = f"{self.recording}-{self.looks[0].language}"
        return f"{name}-{self.first + 1}" if self.first else name

    def take(self, clients: Clients, directory: Path, part: str = "") -> Iterator[Path]:
        """Take the pictures whose names contain `part`, a regular expression. A request without a recorded answer is an
        error of the recording."""
        names = SCENES if self.recording == "calls" else Recording.read(self.recording).screens
        if not any(_pictures(self.recording, name, self.looks, part) for name in names):
            return
        screens = _screens(self.recording, clients, self.looks[0].language, every=self.every, first=self.first)
        for name, show in screens.each():
            page = show()  # each one, since a screen may depend on the one before: where the navigation is scrolled to
            for look, picture in _pictures(self.recording, name, self.looks, part).items():
                yield take(page, look, directory / f"{picture}.png")
        assert not screens.unknown, f"script/screenshots --answers records anew what the API says: {screens.unknown}"


RECORDINGS = ("app", "portal", "operator", "calls")
ENGLISH = tuple(Look(width, False, "en") for width in HEIGHTS)
GERMAN = (Look(390, True, "de"), Look(1440, True, "de"))
MATRICES = (
    *(Matrix(each, ENGLISH) for each in RECORDINGS if each != "calls"),
    *(Matrix("calls", ENGLISH, every=2, first=each) for each in (0, 1)),  # each call has a page of its own
    *(Matrix(each, GERMAN, every=3) for each in RECORDINGS),
)
"""All screens in light English at each width, and every third one in dark German."""


def _pictures(recording: str, name: str, looks: Sequence[Look], part: str) -> dict[Look, str]:
    """Return the names of the pictures of a screen by their looks, as far as they contain `part`."""
    named = {look: f"{recording}-{name}-{look}" for look in looks}
    return {look: picture for look, picture in named.items() if re.search(part, picture)}


def _screens(recording: str, clients: Clients, language: str, **how: Any) -> RecordedScreens | RecordedCalls:
    return (
        RecordedCalls(clients, language, **how)
        if recording == "calls"
        else RecordedScreens(recording, clients, language, **how)
    )


def take_all(clients: Clients, directory: Path, part: str) -> list[str]:
    """Take the screens in all looks, at full size, if the name of the picture contains `part`, a regular expression.
    Print the progress, and return the screens that failed: the run goes on after them."""
    failed = []
    for recording, language in product(RECORDINGS, ("en", "de")):
        looks = [each for each in LOOKS if each.language == language]
        screens = _screens(recording, clients, language, scale=1)
        for number, (name, show) in enumerate(screens.each(), start=1):
            chosen = _pictures(recording, name, looks, part)
            if not chosen:
                continue
            outcome = f"{len(chosen)} pictures"
            try:
                page = show()
                for look, picture in chosen.items():
                    take(page, look, directory / f"{picture}.png")
            except Error as error:
                outcome = f"failed: {error.message.splitlines()[0]}"
                failed.append(f"{recording}-{name} in {language}")
            print(f"{recording} {language} {number}/{screens.total} {name}: {outcome}", flush=True)
        failed += [f"{recording} in {language}: no recorded answer to {each}" for each in sorted(screens.unknown)]
    return failed
