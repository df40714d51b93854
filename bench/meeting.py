"""Meeting benchmark: videos of three browsers, forwarded to each other by rtpengine as in a conference."""

import asyncio
import tempfile
import time
from contextlib import ExitStack
from itertools import permutations
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket
from statistics import median

from playwright.async_api import Page, async_playwright

from bench import Metric, Process, metric, throughput
from bench.media import Load, build_load, measure_engine, tick_metrics
from unificx.core.clock import SystemClock
from unificx.rtpengine.supervisor import RtpEngine
from unificx.rtpengine.video_forwarding import VideoForwarder
from unificx.sdp import video_only, with_extensions_of

PEOPLE = 3
WARM_UP = 4.0
MEASURED = 10.0
PORTS = (20_000, 20_999)
GOAL = 3.0
LATE_JOINERS = 5
VIDEOS = 12
FIRST_FRAME_GOAL = 1_000.0
SIZE, SMALL = (640, 360, 20), (320, 180, 15)
"""Width, height and frames per second of a video, and of one in a small tile."""
LOCAL = "127.0.0.1"
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
]
PAGE = """<!doctype html><script>
const connections = {}
const firstFrames = {}
async function publish([name, width, height, frameRate]) {
  const connection = (connections[name] = new RTCPeerConnection())
  const video = {width, height, frameRate}
  const stream = await navigator.mediaDevices.getUserMedia({video})
  connection.addTransceiver(stream.getVideoTracks()[0], {direction: 'sendonly'})
  await connection.setLocalDescription()
  return connection.localDescription.sdp
}
const published = ([name, sdp]) => connections[name].setRemoteDescription({type: 'answer', sdp})
async function subscribe([name, sdp]) {
  const connection = (connections[name] = new RTCPeerConnection())
  connection.ontrack = ({track}) => {
    const element = document.createElement('video')
    Object.assign(element, {muted: true, autoplay: true, srcObject: new MediaStream([track])})
    firstFrames[name] = new Promise((done) => element.requestVideoFrameCallback(() => done(performance.now())))
    document.body.append(element)
  }
  await connection.setRemoteDescription({type: 'offer', sdp})
  await connection.setLocalDescription()
  return connection.localDescription.sdp
}
const waited = async ([name, since]) => (await firstFrames[name]) - since
const shown = () => [...document.querySelectorAll('video')]
const frames = () => shown().map((each) => each.getVideoPlaybackQuality().totalVideoFrames)
</script><body>"""


def run() -> list[Metric]:
    return asyncio.run(_run())


async def _run() -> list[Metric]:
    engine = RtpEngine(SystemClock(), ports=PORTS)
    await engine.start()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
            pages = [await _page(await browser.new_page()) for _ in range(PEOPLE)]
            assert engine.pid is not None
            relay = VideoForwarder(engine)
            measured = await _measure(relay, Process(engine.pid), pages)
            joined = [await _join_late(relay, await _page(await browser.new_page())) for _ in range(LATE_JOINERS)]
            return [
                *measured,
                metric("a late joiner, from the request of a video to its first frame, median", median(joined), "ms"),
                metric("the same, longest", max(joined), "ms", FIRST_FRAME_GOAL),
                *await _hall(relay, Process(engine.pid), await _page(await browser.new_page())),
            ]
    finally:
        await engine.close()


async def _hall(relay: VideoForwarder, process: Process, page: Page) -> list[Metric]:
    """Measure the media engine with 200 telephones in a room, while the videos of 12 people are forwarded to each
    other. One page sends all videos; they are received as plain RTP, because 132 decoders would be the load."""
    with tempfile.TemporaryDirectory(prefix="unificx-bench-") as folder, ExitStack() as stack:
        place = Path(folder)
        if not build_load(place):
            return []
        receivers = list[socket]()
        for number in range(VIDEOS):
            anchor = f"hall-{number}"
            await _publish(relay, page, anchor, SMALL)
            for watcher in range(VIDEOS - 1):
                receiver = stack.enter_context(socket(AF_INET, SOCK_DGRAM))
                receiver.bind((LOCAL, 0))
                receiver.setblocking(False)
                receivers.append(receiver)
                await relay.subscribe_inside(anchor, f"watcher-{watcher}", receiver.getsockname()[1])
        await asyncio.sleep(WARM_UP)
        before, began = process.cpu(), time.monotonic()
        hall = await measure_engine(place, Load(200, 200, 3))
        spent = (process.cpu() - before) / (time.monotonic() - began) * 100
        forwarded = sum(_has_received(one) for one in receivers)
    what = "one room of 200 telephones, 12 small videos forwarded to 11 each"
    return [
        throughput(f"{what}: videos that arrived", forwarded, "of 132"),
        *tick_metrics(what, hall, 15),
        metric(f"{what}: share of one core, media engine", hall.core, "%"),
        metric(f"{what}: share of one core, rtpengine", spent, "%"),
    ]


def _has_received(receiver: socket) -> bool:
    try:
        return bool(receiver.recv(2048))
    except BlockingIOError:
        return False


async def _join_late(relay: VideoForwarder, page: Page) -> float:
    """Return the milliseconds until a new page shows a running video, measured by that page."""
    anchor, tag, since = "video-0", f"late-{id(page)}", await page.evaluate("performance.now()")
    offer = await relay.subscribe(anchor, tag)
    answer = await page.evaluate("subscribe", [anchor, offer.decode()])
    await relay.answer(anchor, tag, video_only(answer.encode(), LOCAL))
    shown = await page.evaluate("waited", [anchor, since])
    await page.close()
    return shown


async def _publish(relay: VideoForwarder, page: Page, anchor: str, size: tuple[int, int, int]) -> None:
    offer = video_only((await page.evaluate("publish", [anchor, *size])).encode(), LOCAL)
    answer = with_extensions_of(await relay.publish(anchor, offer), offer)
    await page.evaluate("published", [anchor, answer.decode()])


async def _page(page: Page) -> Page:
    await page.route("https://meeting.example/", lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto("https://meeting.example/")
    return page


async def _measure(relay: VideoForwarder, process: Process, pages: list[Page]) -> list[Metric]:
    for number, page in enumerate(pages):
        await _publish(relay, page, f"video-{number}", SIZE)
    published, _ = await _load(process, pages)
    pairs, ours, theirs = list(permutations(range(PEOPLE), 2)), time.process_time(), process.cpu()
    for publisher, subscriber in pairs:
        anchor, tag = f"video-{publisher}", f"subscriber-{subscriber}"
        offer = await relay.subscribe(anchor, tag)
        answer = await pages[subscriber].evaluate("subscribe", [anchor, offer.decode()])
        await relay.answer(anchor, tag, video_only(answer.encode(), LOCAL))
    ours, theirs = time.process_time() - ours, process.cpu() - theirs
    forwarded, frames = await _load(process, pages)
    return [
        metric("CPU of rtpengine per published video-second, without subscribers", published / PEOPLE, "ms"),
        metric(
            "CPU of rtpengine per forwarded video-second, with its share of receiving", forwarded / len(pairs), "ms"
        ),
        metric("CPU of rtpengine that a forwarding adds", (forwarded - published) / len(pairs), "ms", GOAL),
        metric("CPU of rtpengine per subscription set up", theirs / len(pairs) * 1000, "ms"),
        metric("CPU of UnifiCX and the test per subscription set up", ours / len(pairs) * 1000, "ms"),
        throughput("frames per second of a forwarded video, least", min(frames), "frames/s"),
    ]


async def _load(process: Process, pages: list[Page]) -> tuple[float, list[float]]:
    """Return the CPU of rtpengine in milliseconds per second, and the frame rates of the videos seen."""
    await asyncio.sleep(WARM_UP)
    before, cpu, start = await _frames(pages), process.cpu(), time.perf_counter()
    await asyncio.sleep(MEASURED)
    cpu, seconds = process.cpu() - cpu, time.perf_counter() - start
    after = await _frames(pages)
    return cpu / seconds * 1000, [(then - now) / seconds for now, then in zip(before, after, strict=True)]


async def _frames(pages: list[Page]) -> list[int]:
    return [count for page in pages for count in await page.evaluate("frames()")]
