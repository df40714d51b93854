"""Names and types of files, as they are shown and downloaded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.attachments.content_types import DOWNLOAD, detect
from unificx.attachments.file_names import all_names, attachment_id_of
from unificx.attachments.names import MAX_NAME, safe_name, with_ending
from unificx.core.errors import Invalid


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\plan.pdf", "plan.pdf"),
        ("/absolute", "absolute"),
        ("..", "file"),
        ("", "file"),
        ("a/", "file"),
        ("invoice\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "invoicefdp.exe"),
        ("line\nbreak\0.txt", "linebreak.txt"),
        ('quote".txt', "quote_.txt"),
        ("CON.txt", "_CON.txt"),
        (".htaccess", "htaccess"),
        ("Grüße.pdf", "Grüße.pdf"),
        ("x" * 300 + ".pdf", "x" * (MAX_NAME - 4) + ".pdf"),
    ],
)
def test_names_have_no_paths_and_no_hidden_endings(sent: str, shown: str) -> None:
    assert safe_name(sent) == shown


@given(st.text(max_size=400))
def test_a_name_is_safe_whatever_was_sent(sent: str) -> None:
    shown = safe_name(sent)
    assert 0 < len(shown) <= MAX_NAME
    assert not set(shown) & set('/\\<>:"|?*\0\n\r\N{RIGHT-TO-LEFT OVERRIDE}')
    assert shown.strip(". ") == shown


def test_a_photo_has_the_ending_of_what_it_is() -> None:
    assert with_ending("photo.exe", "jpg") == "photo.jpg"
    assert with_ending("photo", "jpg") == "photo.jpg"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe0", ("photo", "image/jpeg")),
        (b"\x89PNG\r\n\x1a\n", ("photo", "image/png")),
        (b"GIF89a", ("photo", "image/gif")),
        (b"RIFF\0\0\0\0WEBPVP8 ", ("photo", "image/webp")),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", ("photo", "image/avif")),
        (b"%PDF-1.7\n", ("document", "application/pdf")),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", ("video", "video/mp4")),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7", ("video", "video/webm")),
        (b"OggS\0\2" + bytes(22) + b"\1\x13OpusHead", ("audio", "audio/ogg")),
        (b"<!doctype html><script>", ("document", DOWNLOAD)),
        (b"  \n<svg xmlns='http://www.w3.org/2000/svg'>", ("document", DOWNLOAD)),
        (b"<?xml version='1.0'?><svg>", ("document", DOWNLOAD)),
        (b"MZ\x90\0", ("document", DOWNLOAD)),
        (b"plain text", ("document", DOWNLOAD)),
        (b"PK\3\4", ("document", DOWNLOAD)),
    ],
)
def test_the_type_is_found_by_content(head: bytes, found: tuple[str, str]) -> None:
    assert detect(head) == found


@pytest.mark.parametrize(
    "head", [b"II*\0\x08\0\0\0", b"MM\0*", b"\0\0\0\x18ftypheic\0\0\0\0", b"\0\0\0\x18ftypmif1\0\0\0\0heic"]
)
def test_photos_with_metadata_that_would_stay_are_refused(head: bytes) -> None:
    with pytest.raises(Invalid):
        detect(head)


@given(st.binary(max_size=200))
def test_any_content_has_a_type(head: bytes) -> None:
    try:
        kind, media_type = detect(head)
    except Invalid:
        return
    assert kind != "voice"
    assert "html" not in media_type
    assert "svg" not in media_type


def test_file_names_lead_back_to_their_attachment() -> None:
    assert {attachment_id_of(name) for name in all_names("0198-ab")} == {"0198-ab"}
    assert attachment_id_of("0198-ab") is None
    assert attachment_id_of("opus-0198") is None
