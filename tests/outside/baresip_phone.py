"""baresip 1.1 without a sound card: controlled over its control port, sends a tone, received audio is checked by
spectrum. baresip rejects loopback addresses, so it runs in a network namespace where `lo` has another address;
without permission for namespaces the machine's own address is used.
"""

import contextlib
import json
import os
import queue
import re
import socket
import subprocess
import threading
import time
import wave
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from forked_program import inside_network
from free_ports import free_port, media_ports
from server import Login, Server, eventually

ALIAS = "10.99.0.1"
RATE = 16000
CONFIG = """\
poll_method epoll
sip_listen {ip}:{sip}
{tls}
call_max_calls 4
call_hold_other_calls yes
audio_player aubridge,null
audio_source aufile,{wav}
audio_alert aubridge,null
ausrc_srate {rate}
auplay_srate {rate}
ausrc_channels 1
auplay_channels 1
audio_buffer 20-160
jitter_buffer_type fixed
jitter_buffer_delay 1-5
rtp_ports {rtp}-{rtp_end}
net_interface {interface}
module_path /usr/lib/baresip/modules
module g711.so
module g722.so
module opus.so
module sndfile.so
module aufile.so
module aubridge.so
module srtp.so
module dtls_srtp.so
module stun.so
module ice.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app mwi.so
module_app debug_cmd.so
module_app contact.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
snd_path {directory}
redial_attempts 0
ringback_disabled yes
"""


class Network:
    """An address accepted by third-party phones, and the command to enter its namespace."""

    def __init__(self) -> None:
        self._holder: subprocess.Popen[bytes] | None = None
        self.enter: tuple[str, ...] = ()
        self.interface, self.address = "lo", ALIAS
        if os.geteuid() != 0:
            self.interface, self.address = own_address()
            return
        script = f"ip link set lo up && ip address add {ALIAS}/32 dev lo && echo up && exec sleep infinity"
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sh", "-c", script]
        self._holder = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._holder.stdout
        assert self._holder.stdout.readline() == b"up\n"
        self.enter = ("nsenter", f"--net=/proc/{self._holder.pid}/ns/net")

    def inside(self) -> AbstractContextManager[None]:
        """Sockets created by this thread belong to the namespace."""
        return inside_network(self.enter)

    def close(self) -> None:
        if self._holder and self._holder.stdout:
            self._holder.kill()
            self._holder.wait()
            self._holder.stdout.close()


def own_address() -> tuple[str, str]:
    """Return the interface and first address of this machine on the network."""
    shown = json.loads(subprocess.run(["ip", "-4", "-json", "address"], capture_output=True, check=True).stdout)
    for link in shown:
        for address in link["addr_info"]:
            if link["ifname"] != "lo":
                return link["ifname"], address["local"]
    raise AssertionError("third-party phones need root (for a network namespace) or an address other than 127.0.0.1")


@dataclass(frozen=True)
class PhoneConfig:
    """Registrar and transport of a phone, and the frequency of the tone it sends, in Hz."""

    network: Network
    server: str
    transport: str = "udp"
    hertz: int = 440
    ca: Path | None = None
    codec: str = "PCMU/8000"
    encryption: str = ""
    contact: str = ""
    """Address that text messages are sent to."""


class Phone:
    """One baresip process. It registers once it has an account; `wait` for its events by type."""

    def __init__(self, directory: Path, config: PhoneConfig) -> None:
        directory.mkdir(parents=True)
        self.directory, self.config = directory, config
        with config.network.inside():
            self.port, control = (free_port(config.network.address) for _ in range(2))
        self._write_files(control)
        self._condition = threading.Condition()
        self.events: list[dict[str, Any]] = []
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        with open(directory / "log", "wb") as log:
            self._process = subprocess.Popen(
                [
                    "setpriv",
                    "--pdeathsig",
                    "KILL",
                    *config.network.enter,
                    "stdbuf",
                    "-oL",
                    "baresip",
                    "-4",
                    "-s",
                    "-f",
                    str(directory),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=directory,
            )
        self._control = eventually(lambda: self._connect(control), what="baresip's control port")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def register(self, login: Login, *, answers: bool = False, seconds: int = 3600) -> "Phone":
        """Register as the extension and wait for the success."""
        self.sign_in(login, answers=answers, seconds=seconds)
        self.wait("REGISTER_OK")
        return self

    def sign_in(self, login: Login, *, answers: bool = False, seconds: int = 3600) -> None:
        transport, codec = self.config.transport, self.config.codec
        account = (
            f"<sip:{login.number}@{login.domain};transport={transport}>;auth_user={login.username};auth_pass={login.password}"
            f';regint={seconds};audio_codecs={codec};outbound="sip:{self.config.server};transport={transport}"'
        )
        account += ";answermode=auto" if answers else ""
        account += f";mediaenc={self.config.encryption}" if self.config.encryption else ""
        self.command("uanew", account)

    def command(self, command: str, parameters: str = "") -> dict[str, Any]:
        request = json.dumps({"command": command, "params": parameters, "token": "t"}).encode()
        self._control.sendall(b"%d:%s," % (len(request), request))
        return self._answers.get(timeout=10)

    def mark(self) -> int:
        return len(self.events)

    def wait(self, kind: str, *, since: int = 0, timeout: float = 20) -> dict[str, Any]:
        """Return the first event of a type after `since` (a `mark`)."""
        end = time.monotonic() + timeout
        with self._condition:
            while True:
                for event in self.events[since:]:
                    if event.get("type") == kind:
                        return event
                left = end - time.monotonic()
                if left <= 0 or not self._condition.wait(left):
                    seen = [(e.get("type"), e.get("param")) for e in self.events[since:]]
                    raise AssertionError(f"no {kind} among {seen}")

    def dial(self, uri: str) -> None:
        self.command("dial", uri)

    def accept(self) -> None:
        self.command("accept")

    def hang_up(self) -> None:
        self.command("hangup")

    def hold(self) -> None:
        self.command("hold")

    def resume(self) -> None:
        """Works although baresip reports an invalid argument."""
        self.command("resume")

    def press(self, digits: str) -> None:
        for digit in digits:
            self.command("sndcode", digit)
            time.sleep(0.25)

    def write(self, text: str) -> None:
        """Send a text message to the contact."""
        answer = self.command("message", text)
        assert answer["ok"], answer

    def digits(self, since: int = 0) -> str:
        """Return the received DTMF digits (RFC 4733)."""
        kinds = ("CALL_DTMF_START",)
        return "".join(str(e.get("param")) for e in self.events[since:] if e.get("type") in kinds)

    def is_receiving(self, hertz: int, *, seconds: float = 1.0) -> "Reception":
        """Return whether the last seconds of received audio are mostly this tone."""
        received = self.received_audio()
        return Reception(hertz, seconds, received.seconds, *received.last(seconds).spectrum())

    def packets(self) -> int:
        """Return the number of received RTP packets, from all sources: hold music has another source than the peer.
        Needed after a hold, because baresip then stops recording."""
        return sum(map(int, re.findall(r"rcvd=(\d+)", str(self.command("audio_debug").get("data")))))

    def packets_reported_by_peer(self) -> int:
        """Return the packets sent by the peer according to its latest RTCP report."""
        found = re.search(r"psent=(\d+)", str(self.command("audio_debug").get("data")))
        return int(found.group(1)) if found else 0

    def received_audio(self) -> "Sound":
        """Return all audio received in the latest call."""
        dumps = sorted(self.directory.glob("dump-*-dec.wav"), key=lambda path: path.stat().st_mtime)
        return Sound.read(dumps[-1]) if dumps else Sound(np.zeros(0), RATE)

    def log(self) -> str:
        return (self.directory / "log").read_text(errors="replace")

    def close(self) -> None:
        with contextlib.suppress(OSError, queue.Empty):
            self.command("quit")
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._control.close()

    def _write_files(self, control: int) -> None:
        write_tone(self.directory / "tone.wav", self.config.hertz)
        rtp = media_ports()
        tls = f"sip_cafile {self.config.ca}\nsip_verify_server yes" if self.config.ca else ""
        config = CONFIG.format(
            ip=self.config.network.address,
            interface=self.config.network.interface,
            sip=self.port,
            control=control,
            rtp=rtp[0],
            rtp_end=rtp[-1],
            rate=RATE,
            tls=tls,
            wav=self.directory / "tone.wav",
            directory=self.directory,
        )
        (self.directory / "config").write_text(config)
        (self.directory / "accounts").write_text("#\n")  # the account is added later, so that no event is missed
        (self.directory / "contacts").write_text(
            f'"Contact" <{self.config.contact}>\n' if self.config.contact else "#\n"
        )

    def _connect(self, port: int) -> socket.socket | None:
        assert self._process.poll() is None, self.log()
        with self.config.network.inside(), contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", port))
        return None

    def _read(self) -> None:
        """Netstrings with JSON: events and command responses."""
        waiting = b""
        with contextlib.suppress(OSError):
            while data := self._control.recv(65536):
                waiting += data
                while b":" in waiting:
                    length, rest = waiting.split(b":", 1)
                    if len(rest) < int(length) + 1:
                        break
                    self._dispatch(json.loads(rest[: int(length)]))
                    waiting = rest[int(length) + 1 :]

    def _dispatch(self, message: dict[str, Any]) -> None:
        if message.get("response"):
            self._answers.put(message)
            return
        with self._condition:
            self.events.append(message)
            self._condition.notify_all()


class Phones:
    """The phones of one test on one server; all are stopped with it."""

    def __init__(self, directory: Path, network: Network, server: Server) -> None:
        self._directory, self._network, self._server = directory, network, server
        self._phones: list[Phone] = []

    def __call__(self, transport: str = "udp", *, hertz: int = 440, **options: Any) -> Phone:
        """Return a started phone that is not registered yet."""
        if transport == "tls":
            options.setdefault("ca", self._server.ca)
        config = PhoneConfig(self._network, self._server.sip(transport), transport, hertz, **options)
        self._phones.append(Phone(self._directory / f"phone{len(self._phones)}", config))
        return self._phones[-1]

    def close(self) -> None:
        for phone in self._phones:
            phone.close()


# audio analysis


TONE_SECONDS = 300
"""baresip ends its call when the file ends, so longer than a call of any test on a busy machine: tests have 300 s."""


def write_tone(path: Path, hertz: int, *, seconds: int = TONE_SECONDS, level: float = 0.4) -> None:
    wave_form = level * 32767 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(wave_form.astype("<i2").tobytes() * seconds)


@dataclass(frozen=True)
class Sound:
    """Samples from -32768 to 32767, with their rate."""

    samples: np.ndarray
    rate: int

    @classmethod
    def read(cls, path: Path) -> "Sound":
        """Read a 16-bit mono WAV file that may still be open for writing (the header's length is not final)."""
        data = path.read_bytes()
        start = data.find(b"data") + 8
        if start < 8:
            return cls(np.zeros(0), RATE)
        whole = (len(data) - start) // 2 * 2
        rate = int.from_bytes(data[24:28], "little")
        return cls(np.frombuffer(data[start : start + whole], "<i2").astype(float), rate)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    def last(self, seconds: float) -> "Sound":
        return Sound(self.samples[max(0, len(self.samples) - int(seconds * self.rate)) :], self.rate)

    def amplitude(self, hertz: float) -> float:
        """Return the amplitude of a tone in this sound (Goertzel's sum, with a Hann window)."""
        if not len(self.samples):
            return 0.0
        window = np.hanning(len(self.samples))
        turns = np.exp(-2j * np.pi * hertz * np.arange(len(self.samples)) / self.rate)
        return float(2 * abs((self.samples * window * turns).sum()) / window.sum())

    def spectrum(self) -> tuple[float, float, float]:
        """Return the strongest frequency in Hz, the share of power within 15 Hz of it, and the RMS level."""
        if not len(self.samples):
            return 0.0, 0.0, 0.0
        power = np.abs(np.fft.rfft(self.samples * np.hanning(len(self.samples)))) ** 2
        frequencies = np.fft.rfftfreq(len(self.samples), 1 / self.rate)
        power[frequencies < 60] = 0
        peak = frequencies[int(power.argmax())]
        share = power[np.abs(frequencies - peak) < 15].sum() / (power.sum() + 1e-9)
        return float(peak), float(share), float(np.sqrt((self.samples**2).mean()))


@dataclass(frozen=True)
class Reception:
    """The audio that a phone received; true if the last `seconds` were mostly that tone. Its text explains a failure."""

    hertz: int
    seconds: float
    received: float
    """Length of all that was received in the latest call, in seconds."""
    strongest: float
    share: float
    loudness: float

    def __bool__(self) -> bool:
        close = abs(self.strongest - self.hertz) < 5
        return self.received >= self.seconds and close and self.share > 0.9 and self.loudness > 300
