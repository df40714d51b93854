"""WebM files (Matroska, RFC 9559) with one VP8 video and one Opus sound, limited to what we write.

A file is a head and clusters. The head has the index of the clusters, so it is made last; the clusters do not depend on
it. Each cluster and its first block have sizes of a fixed number of bytes, so that `scan` finds the next cluster.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from unificx.media import ogg, vp8

VIDEO, SOUND = 1, 2
"""Numbers of the tracks."""
MAX_CLUSTER_MS, MAX_CLUSTER_BYTES = 5_000, 2 << 20
"""A longer cluster is ended; block times within a cluster have 16 bits."""
_SEGMENT, _CLUSTER, _TIMESTAMP, _SIMPLE_BLOCK = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75", b"\xe7", b"\xa3"
_KEY = 0x80
_NS_PER_MS = 1_000_000
_SEEK_PRE_ROLL_NS = 80 * _NS_PER_MS
_BLOCK_HEAD = struct.Struct(">BhB")
_CLUSTER_HEAD = len(_CLUSTER) + 8
_FIRST_BLOCK = _CLUSTER_HEAD + len(_TIMESTAMP) + 1 + 8 + len(_SIMPLE_BLOCK) + 8
PREFIX_BYTES = _FIRST_BLOCK + _BLOCK_HEAD.size + 10
"""Bytes of a cluster that `scan` needs."""


@dataclass(frozen=True, slots=True)
class Block:
    """One frame of a track; `at` in milliseconds from the start."""

    track: int
    at: int
    data: bytes
    key: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster in a file of clusters. `size` in pixels if it starts with a key frame, else (0, 0)."""

    offset: int
    length: int
    at: int
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """The Opus sound: rate of the samples before encoding, and samples that a decoder outputs before the first."""

    rate: int
    pre_skip: int


class InvalidCluster(ValueError):
    """The bytes are not a cluster that we have written."""


class ClusterWriter:
    """Collects blocks in the order of their times into clusters. Each key frame of the video starts a new one."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._bytes = 0

    def add(self, block: Block) -> bytes:
        """Add a block; return the cluster that this completes, if any."""
        done = b""
        if self._blocks and (
            (block.track == VIDEO and block.key)
            or block.at - self._blocks[0].at >= MAX_CLUSTER_MS
            or self._bytes >= MAX_CLUSTER_BYTES
        ):
            done = self.finish()
        self._blocks.append(block)
        self._bytes += len(block.data)
        return done

    def finish(self) -> bytes:
        """Return the last cluster, if any."""
        if not self._blocks:
            return b""
        start = self._blocks[0].at
        content = _element(_TIMESTAMP, start.to_bytes(8, "big"), short=True)
        content += b"".join(
            _element(
                _SIMPLE_BLOCK,
                _BLOCK_HEAD.pack(0x80 | each.track, each.at - start, _KEY if each.key else 0) + each.data,
            )
            for each in self._blocks
        )
        self._blocks, self._bytes = [], 0
        return _element(_CLUSTER, content)


def scan(offset: int, prefix: bytes) -> Cluster:
    """Read a cluster at this offset from its first `PREFIX_BYTES`, or all if it is shorter. Raises InvalidCluster."""
    if len(prefix) < _FIRST_BLOCK + _BLOCK_HEAD.size or not prefix.startswith(_CLUSTER) or prefix[4] != 1:
        raise InvalidCluster("no cluster")
    length = _CLUSTER_HEAD + int.from_bytes(prefix[5:_CLUSTER_HEAD], "big")
    at = int.from_bytes(prefix[_CLUSTER_HEAD + 2 : _CLUSTER_HEAD + 10], "big")
    track, _, flags = _BLOCK_HEAD.unpack_from(prefix, _FIRST_BLOCK)
    data = prefix[_FIRST_BLOCK + _BLOCK_HEAD.size :]
    is_key = track == 0x80 | VIDEO and flags & _KEY and vp8.is_key_frame(data)
    return Cluster(offset, length, at, vp8.frame_size(data) if is_key else (0, 0))


def head(clusters: Sequence[Cluster], milliseconds: int, sound: SoundFormat) -> bytes:
    """Return the beginning of a file with these clusters behind it, in the order of their offsets, which are those
    without the head. At least one of them starts with a key frame. Players find a position by its index."""
    width, height = next(each.size for each in clusters if each.size[0])
    starts = [each for each in clusters if each.size[0]]
    total = clusters[-1].offset + clusters[-1].length
    description = _information(milliseconds) + _tracks((width, height), sound)
    # The index contains its own length. All its numbers have fixed lengths, so it is made twice.
    before = len(description) + len(_index(starts))
    index = _index([replace(each, offset=each.offset + before) for each in starts])
    content = description + index
    segment = _SEGMENT + b"\x01" + (len(content) + total).to_bytes(7, "big")
    return _ebml_header() + segment + content


def _ebml_header() -> bytes:
    fields = (
        _element(b"\x42\x86", b"\x01"),
        _element(b"\x42\xf7", b"\x01"),
        _element(b"\x42\xf2", b"\x04"),
        _element(b"\x42\xf3", b"\x08"),
        _element(b"\x42\x82", b"webm"),
        _element(b"\x42\x87", b"\x04"),
        _element(b"\x42\x85", b"\x02"),
    )
    return _element(b"\x1a\x45\xdf\xa3", b"".join(fields))


def _information(milliseconds: int) -> bytes:
    fields = (
        _element(b"\x2a\xd7\xb1", _NS_PER_MS.to_bytes(4, "big")),
        _element(b"\x44\x89", struct.pack(">d", milliseconds)),
        _element(b"\x4d\x80", b"UnifiCX"),
        _element(b"\x57\x41", b"UnifiCX"),
    )
    return _element(b"\x15\x49\xa9\x66", b"".join(fields))


def _tracks(size: tuple[int, int], sound: SoundFormat) -> bytes:
    width, height = size
    shown = _element(b"\xb0", width.to_bytes(2, "big")) + _element(b"\xba", height.to_bytes(2, "big"))
    video = (*_track_fields(VIDEO, 1, b"V_VP8"), _element(b"\xe0", shown))
    sampling = _element(b"\xb5", struct.pack(">d", ogg.CLOCK)) + _element(b"\x9f", b"\x01")
    delay = sound.pre_skip * 1_000 * _NS_PER_MS // sound.rate
    audio = (
        *_track_fields(SOUND, 2, b"A_OPUS"),
        _element(b"\x63\xa2", ogg.opus_head(sound.rate, 1, sound.pre_skip)),
        _element(b"\x56\xaa", delay.to_bytes(8, "big")),
        _element(b"\x56\xbb", _SEEK_PRE_ROLL_NS.to_bytes(8, "big")),
        _element(b"\xe1", sampling),
    )
    entries = b"".join(_element(b"\xae", b"".join(each)) for each in (video, audio))
    return _element(b"\x16\x54\xae\x6b", entries)


def _track_fields(number: int, kind: int, codec: bytes) -> tuple[bytes, ...]:
    return (
        _element(b"\xd7", bytes((number,))),
        _element(b"\x73\xc5", bytes((number,))),
        _element(b"\x9c", b"\x00"),
        _element(b"\x83", bytes((kind,))),
        _element(b"\x86", codec),
    )


def _index(clusters: Sequence[Cluster]) -> bytes:
    points: list[bytes] = []
    for each in clusters:
        place = _element(b"\xf7", bytes((VIDEO,))) + _element(b"\xf1", each.offset.to_bytes(8, "big"))
        points.append(_element(b"\xbb", _element(b"\xb3", each.at.to_bytes(8, "big")) + _element(b"\xb7", place)))
    return _element(b"\x1c\x53\xbb\x6b", b"".join(points))


def _element(id_: bytes, content: bytes, *, short: bool = False) -> bytes:
    """Return an element; its size takes eight bytes, or one if `short`."""
    size = bytes((0x80 | len(content),)) if short else b"\x01" + len(content).to_bytes(7, "big")
    return id_ + size + content
