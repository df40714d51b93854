"""Batched datagram I/O: recvmmsg and sendmmsg, with their structures laid out in numpy arrays.

The structures are those of 64-bit Linux. They hold plain addresses, so the objects keep references to all buffers.
"""

import ctypes
import socket
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from unificx.media.mixer.arrays import PACKET, Bytes, Index
from unificx.media.mixer.packets import MAX_PACKET, STRIDE, PacketBatch

BATCH = 1024
MAX_BATCHES = 12
"""Batches received per tick. Under a flood, the kernel drops the rest."""
_MSG_DONTWAIT = 0x40
_SO_RCVBUFFORCE, _SO_SNDBUFFORCE = 33, 32
_SO_MEMINFO = 55
_BUFFER_BYTES = 16 << 20

_MMSGHDR = np.dtype(
    {
        "names": ["name", "name_length", "parts", "part_count", "control", "control_length", "flags", "length"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)
_IOVEC = np.dtype([("base", "u8"), ("length", "u8")])
_SOCKADDR = np.dtype([("family", "u2"), ("port", "u2"), ("address", "u4"), ("zero", "u8")])
_LOOPBACK = int.from_bytes(socket.inet_aton("127.0.0.1"), "little")

_library = ctypes.CDLL(None, use_errno=True)
_recvmmsg = _library.recvmmsg
_recvmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p]
_sendmmsg = _library.sendmmsg
_sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]


class MessageHeaders:
    """mmsghdr structures for packets of `size` bytes at these offsets of a buffer."""

    def __init__(self, buffer: Bytes, offsets: npt.NDArray[np.uint64], size: int) -> None:
        count = len(offsets)
        self._buffer = buffer
        self.addresses = np.zeros(count, _SOCKADDR)
        self._deps = np.zeros(count, _IOVEC)
        self.headers = np.zeros(count, _MMSGHDR)
        number = np.arange(count, dtype=np.uint64)
        self._deps["base"] = np.uint64(buffer.ctypes.data) + offsets
        self._deps["length"] = size
        self.headers["name"] = np.uint64(self.addresses.ctypes.data) + number * np.uint64(_SOCKADDR.itemsize)
        self.headers["name_length"] = _SOCKADDR.itemsize
        self.headers["parts"] = np.uint64(self._deps.ctypes.data) + number * np.uint64(_IOVEC.itemsize)
        self.headers["part_count"] = 1
        self.pointer: int = self.headers.ctypes.data


class MediaSocket:
    """The engine's RTP socket on loopback, and its RTCP socket on the next port."""

    def __init__(self) -> None:
        self.rtp, self.rtcp = _bind_port_pair()
        self.port: int = self.rtp.getsockname()[1]
        for option in (_SO_RCVBUFFORCE, _SO_SNDBUFFORCE):
            _enlarge_buffer(self.rtp, option)
        self.send_errors = 0
        self._file = self.rtp.fileno()
        self._data: Bytes = np.full((BATCH, STRIDE), 0, np.uint8)
        places = np.arange(BATCH, dtype=np.uint64) * np.uint64(STRIDE)
        self._receive_headers = MessageHeaders(self._data, places, MAX_PACKET)
        self._send_headers = MessageHeaders(self._data, places[:0], PACKET)

    def receive(self) -> Iterator[PacketBatch]:
        """Yield the received packets in batches; each batch is overwritten by the next."""
        for _ in range(MAX_BATCHES):
            count = int(_recvmmsg(self._file, self._receive_headers.pointer, BATCH, _MSG_DONTWAIT, None))
            if count <= 0:
                return
            addresses = self._receive_headers.addresses[:count]
            port = addresses["port"]
            if not (addresses["address"] == _LOOPBACK).all():  # not from 127.0.0.1: treat as unknown source
                port = np.where(addresses["address"] == _LOOPBACK, port, 0).astype(np.uint16)
            yield PacketBatch(self._data, self._receive_headers.headers["length"][:count], port)
            self._receive_headers.headers["name_length"][:count] = _SOCKADDR.itemsize
            if count < BATCH:
                return

    def set_destinations(self, packets: Bytes, rows: Index, ports: npt.NDArray[np.uint16]) -> None:
        """Set the rows of `packets` to send, and their destination ports (big-endian)."""
        self._send_headers = MessageHeaders(packets, rows.astype(np.uint64) * np.uint64(PACKET), PACKET)
        self._send_headers.addresses["family"] = socket.AF_INET
        self._send_headers.addresses["address"] = _LOOPBACK
        self._send_headers.addresses["port"] = ports

    def send(self) -> int:
        """Send every row once; return their number."""
        count, done = len(self._send_headers.headers), 0
        while done < count:
            sent = int(_sendmmsg(self._file, self._send_headers.pointer + 64 * done, count - done, _MSG_DONTWAIT))
            if sent <= 0:
                # A closed destination port must not block the remaining packets.
                self.send_errors += 1
                done += 1
                continue
            done += sent
        return count

    def send_rtcp(self, port: int, data: bytes, *, multiplexed: bool) -> None:
        """Send RTCP, from the RTP port if they are multiplexed (RFC 5761)."""
        try:
            (self.rtp if multiplexed else self.rtcp).sendto(data, ("127.0.0.1", port))
        except OSError:
            self.send_errors += 1

    def receive_rtcp(self, limit: int) -> list[tuple[int, bytes]]:
        """Return received RTCP packets as (source port, packet), at most `limit`."""
        found: list[tuple[int, bytes]] = []
        while len(found) < limit:
            try:
                data, (host, port) = self.rtcp.recvfrom(MAX_PACKET)
            except OSError:
                break
            found.append((port if host == "127.0.0.1" else 0, data))
        return found

    def kernel_drops(self) -> int:
        """Return the number of packets dropped by the kernel because the receive buffer was full."""
        info = np.frombuffer(self.rtp.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36), np.uint32)
        return int(info[8]) if len(info) > 8 else 0


def _bind_port_pair() -> tuple[socket.socket, socket.socket]:
    """Bind an even port and the odd one above it (RFC 3550 section 11)."""
    while True:
        media = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        media.bind(("127.0.0.1", 0))
        port: int = media.getsockname()[1]
        control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            if port % 2 == 0:
                control.bind(("127.0.0.1", port + 1))
                return media, control
        except OSError:
            pass
        media.close()
        control.close()


def _enlarge_buffer(media: socket.socket, option: int) -> None:
    """Enlarge a socket buffer; without the privilege to exceed the system limit, up to that limit."""
    try:
        media.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
    except PermissionError:
        plain = socket.SO_RCVBUF if option == _SO_RCVBUFFORCE else socket.SO_SNDBUF
        media.setsockopt(socket.SOL_SOCKET, plain, _BUFFER_BYTES)
