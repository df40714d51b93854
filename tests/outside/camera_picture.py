"""A camera that shows a person between two striped walls, and how much detail is left of each in a video of it.

The person is Eileen Collins, photographed by NASA (S93-48605, in the public domain).
"""

import subprocess
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Locator

PORTRAIT = Path(__file__).with_name("portrait.jpg")
"""640 x 480, with the stripes in its outer 80 columns."""
DETAIL = """(video, [left, top, width, height]) => {
    const canvas = document.createElement("canvas");
    canvas.width = 640 * width;
    canvas.height = 480 * height;
    const context = canvas.getContext("2d");
    const [w, h] = [video.videoWidth, video.videoHeight];
    context.drawImage(video, left * w, top * h, width * w, height * h, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 0;
    for (let at = canvas.width * 4; at < data.length; at += 4) sum += Math.abs(data[at] - data[at - canvas.width * 4]);
    return sum / (canvas.width * (canvas.height - 1));
}"""
"""The mean difference between red values one above the other, of 255, in a part of the picture."""
WALL = (0.01, 0.05, 0.09, 0.6)
HEAD = (0.38, 0.1, 0.2, 0.2)
"""Left, top, width and height as parts of the picture."""


class Detail(NamedTuple):
    wall: float
    head: float


def as_camera(directory: Path) -> str:
    """Make a video of the picture; return the browser switch that uses it as the camera."""
    video = directory / "portrait.y4m"
    frames = ("-t", "1", "-r", "5", "-pix_fmt", "yuv420p")
    subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-loop", "1", "-i", PORTRAIT, *frames, video], check=True)
    return f"--use-file-for-fake-video-capture={video}"


def detail_of(video: Locator) -> Detail:
    """The detail in the frame that a page shows of that video."""
    return Detail(video.evaluate(DETAIL, WALL), video.evaluate(DETAIL, HEAD))
