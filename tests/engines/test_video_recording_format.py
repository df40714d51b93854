"""Recorded video: VP8 frames from RTP packets, RTCP feedback, and WebM files as a foreign reader reads them."""

import random
import struct
import subprocess
from pathlib import Path

import pytest
from video_pictures import pictures, probe

from unificx.media import rtcp_feedback, vp8, webm
from unificx.media.opus import Encoder
from unificx.media.rtp import Packet

KEY_HEAD = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", 640, 360)


def packets(frames: list[bytes], first: int = 65_530, size: int = 100) -> list[Packet]:
    """Split frames into packets with an extended descriptor, as browsers send them."""
    found: list[Packet] = []
    for number, frame in enumerate(frames):
        parts = [frame[at : at + size] for at in range(0, len(frame), size)]
        for place, part in enumerate(parts):
            descriptor = bytes((0x90 if place == 0 else 0x80, 0x80)) + struct.pack(">H", 0x8000 | number)
            sequence = (first + len(found)) & 0xFFFF
            marker = place == len(parts) - 1
            found.append(Packet(96, sequence, number * 4500, 7, descriptor + part, marker))
    return found


def frames(count: int) -> list[bytes]:
    content = random.Random(1)
    return [
        (KEY_HEAD if number % 5 == 0 else b"\x11") + content.randbytes(content.randrange(10, 900))
        for number in range(count)
    ]


def assembled(assembler: vp8.FrameAssembler, arriving: list[Packet]) -> list[bytes]:
    return [frame.data for packet in arriving for frame in assembler.receive(packet)]


def test_frames_are_assembled_from_packets_in_any_order() -> None:
    sent = frames(20)
    arriving = packets(sent)
    order = random.Random(2)
    for at in range(1, len(arriving) - 8, 8):
        part = arriving[at : at + 8]
        order.shuffle(part)
        arriving[at : at + 8] = part
    assert assembled(vp8.FrameAssembler(), arriving + arriving[-3:]) == sent


def test_a_packet_sent_again_completes_its_frame() -> None:
    sent = frames(10)
    arriving = packets(sent)
    lost = arriving.pop(7)
    assembler = vp8.FrameAssembler()
    assert len(assembled(assembler, arriving)) < 10
    assert assembler.missing() == [lost.sequence]
    assert assembler.receive(lost)[-1].data == sent[-1]
    assert assembler.missing() == []


def test_after_a_loss_nothing_is_returned_until_a_key_frame() -> None:
    sent = frames(400)
    arriving = packets(sent)
    del arriving[3]
    found = assembled(assembler := vp8.FrameAssembler(), arriving)
    assert not assembler.needs_key_frame
    before = next(number for number, frame in enumerate(found) if frame != sent[number])
    assert before < 4
    assert vp8.is_key_frame(found[before])
    assert found[before:] == sent[sent.index(found[before]) :]


def test_a_stream_that_begins_in_the_middle_waits_for_a_key_frame() -> None:
    sent = frames(10)
    found = assembled(vp8.FrameAssembler(), packets(sent)[2:])
    assert found == sent[5:]


def test_an_endless_frame_is_dropped() -> None:
    assembler = vp8.FrameAssembler()
    long = packets([KEY_HEAD + bytes(vp8.MAX_FRAME_BYTES + 10)], size=1200)
    assert assembled(assembler, long) == []
    assert assembler.needs_key_frame


@pytest.mark.parametrize("payload", [b"", b"\x80", b"\x80\x80", b"\x80\xf0\x80", b"\x90\xf0\x80\x01\x01\x01", b"\x10"])
def test_a_packet_with_a_truncated_descriptor_drops_its_frame(payload: bytes) -> None:
    assembler, before = vp8.FrameAssembler(), packets(frames(1))
    assert len(assembled(assembler, before)) == 1
    assert assembler.receive(Packet(96, (before[-1].sequence + 1) & 0xFFFF, 4500, 7, payload, marker=True)) == []
    assert assembler.needs_key_frame


def test_feedback_has_the_layout_of_the_standards() -> None:
    assert rtcp_feedback.picture_loss(1, 2) == bytes.fromhex("81ce0002 00000001 00000002")
    asked = rtcp_feedback.negative_acknowledgement(1, 2, [5, 65_535])
    assert asked == bytes.fromhex("81cd0004 00000001 00000002 00050000 ffff0000")
    assert len(rtcp_feedback.negative_acknowledgement(1, 2, list(range(1000)))) == 12 + 4 * rtcp_feedback.MAX_LOST
    stated = rtcp_feedback.maximum_bit_rate(1, 2, 2_500_000)
    assert stated[:16] == bytes.fromhex("8fce0005 00000001 00000000") + b"REMB"
    exponent, mantissa = stated[17] >> 2, (stated[17] & 3) << 16 | int.from_bytes(stated[18:20], "big")
    assert 2_400_000 < mantissa << exponent <= 2_500_000


def test_a_file_is_read_by_a_foreign_reader_in_full_and_from_its_middle(tmp_path: Path) -> None:
    encoder, seconds = Encoder(16000, 1, 24_000), 6
    blocks = [
        webm.Block(webm.VIDEO, number * 50, frame.data, frame.key) for number, frame in enumerate(pictures(seconds))
    ]
    tone = struct.pack("<320h", *(8000 if at // 20 % 2 else -8000 for at in range(320)))
    blocks += [webm.Block(webm.SOUND, number * 20, encoder.encode(tone)) for number in range(seconds * 50)]
    writer = webm.ClusterWriter()
    body = b"".join([*map(writer.add, sorted(blocks, key=lambda each: each.at)), writer.finish()])
    found, at = list[webm.Cluster](), 0
    while at < len(body):
        found.append(webm.scan(at, body[at : at + webm.PREFIX_BYTES]))
        at += found[-1].length
    assert [each.size for each in found] == [(320, 180)] * 3
    file = tmp_path / "made.webm"
    file.write_bytes(webm.head(found, seconds * 1000, webm.SoundFormat(16000, encoder.pre_skip)) + body)
    shown = probe(file)
    video, sound = shown["streams"]
    assert (video["codec_name"], video["width"], video["height"]) == ("vp8", 320, 180)
    assert (int(video["nb_read_frames"]), sound["codec_name"]) == (120, "opus")
    assert int(sound["nb_read_frames"]) == 300
    assert float(shown["format"]["duration"]) == seconds
    # From its middle: the index leads to the key frame before, without reading the file from its beginning.
    command = ["ffprobe", "-v", "error", "-read_intervals", "4.5%+#1", "-select_streams", "v"]
    answer = subprocess.run(
        [*command, "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0", str(file)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert answer.stdout.split()[0].startswith("4.000000,K")


@pytest.mark.parametrize("prefix", [b"", b"\x1f\x43\xb6\x75" + bytes(60), bytes(70), webm.head.__name__.encode() * 20])
def test_other_bytes_are_not_a_cluster(prefix: bytes) -> None:
    with pytest.raises(webm.InvalidCluster):
        webm.scan(0, prefix)
