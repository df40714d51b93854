"""Search for media ports at which packets arrive: beside the event loop, and with few file descriptors."""

import contextlib
import resource
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from unificx.rtpengine import busy_ports
from unificx.rtpengine.busy_ports import BusyPorts

ADDRESS, PORTS = "127.0.0.4", (21000, 21999)


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
        return True


async def test_search_does_not_block_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = list[threading.Thread]()
    monkeypatch.setattr(busy_ports, "sleep", lambda seconds: threads.append(threading.current_thread()))
    await BusyPorts((ADDRESS,), PORTS).occupy()
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_limit_of_open_files_that_cannot_be_raised_does_not_prevent_a_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(kind: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    await BusyPorts((ADDRESS,), PORTS).occupy()


def test_with_few_files_the_first_ports_are_searched_and_the_server_can_open_others() -> None:
    program = (
        "import asyncio, resource, socket\n"
        "from unificx.rtpengine import busy_ports\n"
        "phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "files = []\n"
        "def send(seconds):\n"
        f"    phone.sendto(bytes(172), ('{ADDRESS}', {PORTS[0]}))\n"
        "    files.extend(open('/dev/null') for _ in range(200))\n"
        "busy_ports.sleep = send\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))\n"
        f"ports = busy_ports.BusyPorts(('{ADDRESS}',), {PORTS})\n"
        "asyncio.run(ports.occupy())\n"
        "try:\n"
        f"    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).bind(('{ADDRESS}', {PORTS[0]}))\n"
        "except OSError:\n"
        "    print('occupied', len(files))\n"
    )
    root = Path(busy_ports.__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=False)
    assert found.stdout.splitlines()[-1:] == ["occupied 200"], found.stdout + found.stderr


async def test_more_busy_ports_than_the_limit_of_open_files_are_released(monkeypatch: pytest.MonkeyPatch) -> None:
    first, last = PORTS[0], PORTS[0] + 199
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone,
        contextlib.closing(BusyPorts((ADDRESS,), (first, last))) as ports,
    ):

        def send(seconds: float) -> None:
            for port in range(first, last + 1):
                phone.sendto(bytes(172), (ADDRESS, port))

        monkeypatch.setattr(busy_ports, "sleep", send)
        await ports.occupy()
        assert not is_free(first)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
        try:
            ports.release_idle()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert is_free(first)
