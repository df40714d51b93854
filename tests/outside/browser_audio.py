"""Captures browser audio output: each browser plays to its own PulseAudio null sink, which is recorded.

Capturing inside the page would only include the newest stream, whereas a person hears all of them.
"""

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
from baresip_phone import Sound
from server import eventually

RATE = 16_000
SECONDS = 0.4
SILENCE = 60.0


class BrowserSink:
    """The sink of one browser started in `environment`."""

    def __init__(self, server: dict[str, str], directory: Path, number: int) -> None:
        name = f"browser{number}"
        self.environment = server | {"PULSE_SINK": name}
        self._module = control(
            server, "load-module", "module-null-sink", f"sink_name={name}", f"rate={RATE}", "channels=1"
        )
        self._received = directory / f"{name}.raw"
        form = ["--format=s16le", f"--rate={RATE}", "--channels=1", "--latency-msec=60"]
        with self._received.open("wb") as received:
            self._recorder = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "parec", "-d", f"{name}.monitor", *form],
                env=self.environment,
                stdout=received,
            )

    def tone(self) -> float:
        """The dominant frequency of the last moments in Hz; 0 for silence."""
        length = 2 * int(RATE * SECONDS)
        with self._received.open("rb") as received:
            size = received.seek(0, os.SEEK_END) // 2 * 2
            received.seek(max(size - length, 0))
            samples = np.frombuffer(received.read(length), "<i2").astype(float)
        if not samples.size or np.sqrt(np.mean(samples**2)) < SILENCE:
            return 0.0
        strength = np.abs(np.fft.rfft(samples * np.hanning(samples.size), RATE))
        return float(strength[20:].argmax() + 20)

    def latest(self, seconds: float = 1.0) -> Sound:
        """The sound of the last moments."""
        return Sound(self.received().astype(float), RATE).last(seconds)

    def received(self) -> "np.ndarray":
        """All captured samples, `RATE` per second."""
        sound = self._received.read_bytes()
        return np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")

    def hears(self, hertz: float) -> bool:
        """Whether this tone dominates."""
        return abs(self.tone() - hertz) < 12

    def close(self) -> None:
        """Remove it. Idempotent."""
        self._recorder.kill()
        self._recorder.wait()
        with contextlib.suppress(subprocess.CalledProcessError):  # the sound server has ended, and the sink with it
            control(self.environment, "unload-module", self._module)
        self._received.unlink(missing_ok=True)


class BrowserSinks:
    """All sinks, on a sound server that ends with this process."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="loudspeakers-"))
        socket = self._directory / "socket"
        self._server = dict(os.environ) | {
            "PULSE_SERVER": f"unix:{socket}",
            "PULSE_RUNTIME_PATH": str(self._directory),
            "PULSE_COOKIE": str(self._directory / "cookie"),
        }
        words = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--realtime=no", "--log-level=error"]
        words += ["-L", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
        words += ["-L", "module-null-sink sink_name=unrecorded"]
        self.unrecorded = self._server | {"PULSE_SINK": "unrecorded"}
        """The environment of browsers whose sound is not recorded."""
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "pulseaudio", *words], env=self._server, stderr=subprocess.DEVNULL
        )
        self._numbers = count()
        eventually(socket.exists, what="the sound server")
        atexit.register(self._close)

    def create(self) -> BrowserSink:
        return BrowserSink(self._server, self._directory, next(self._numbers))

    def _close(self) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)


@cache
def browser_sinks() -> BrowserSinks:
    """The sinks of this process; the sound server starts with the first browser."""
    return BrowserSinks()


def control(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(["pactl", *words], env=environment, capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip()
