"""Files of messages over HTTP: resumable uploads by tus 1.0, and download by the members of a conversation."""

import base64
import io
from typing import Any

import httpx
import pytest
from http_world import World
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

UPLOADS = "/api/v1/attachments"
CONVERSATIONS = "/api/v1/conversations"
TUS = {"Tus-Resumable": "1.0.0"}
PART = TUS | {"Content-Type": "application/offset+octet-stream"}
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 1200
CAMERA = b"Canary Camera 9000"


def metadata(**values: str) -> dict[str, str]:
    return {
        "Upload-Metadata": ",".join(f"{key} {base64.b64encode(one.encode()).decode()}" for key, one in values.items())
    }


async def begin(client: httpx.AsyncClient, length: int, name: str = "plan.pdf", **more: str) -> httpx.Response:
    headers = TUS | {"Upload-Length": str(length)} | metadata(filename=name, **more)
    return await client.post(UPLOADS, headers=headers)


async def put(client: httpx.AsyncClient, address: str, offset: int, data: bytes) -> httpx.Response:
    return await client.patch(address, content=data, headers=PART | {"Upload-Offset": str(offset)})


async def uploaded(client: httpx.AsyncClient, data: bytes, name: str = "plan.pdf", **more: str) -> str:
    """Upload a file in one part; return its id."""
    begun = await begin(client, len(data), name, **more)
    assert begun.status_code == 201, begun.text
    part = await put(client, begun.headers["Location"], 0, data)
    assert part.status_code == 204, part.text
    return begun.json()["id"]


async def conversation_of(client: httpx.AsyncClient, *members: str) -> str:
    made = await client.post(CONVERSATIONS, json={"members": members})
    return f"{CONVERSATIONS}/{made.json()['id']}"


async def send(
    client: httpx.AsyncClient, conversation: str, *ids: str, client_id: str = "c-1", **more: Any
) -> httpx.Response:
    body = {"client_id": client_id, "attachments": ids, **more}
    return await client.post(f"{conversation}/messages", json=body)


def photo(width: int = 640, height: int = 480, kind: str = "JPEG") -> bytes:
    """Return a photo with place, camera and a turned picture."""
    image, target = Image.new("RGB", (width, height), "teal"), io.BytesIO()
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Orientation] = CAMERA.decode(), 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (48.0, 8.0, 13.0)
    image.save(target, kind, exif=exif)
    return target.getvalue()


@pytest.mark.promise("C11")
async def test_a_file_is_uploaded_in_parts_sent_and_downloaded(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    conversation = await conversation_of(ada, "1002")
    begun = await begin(ada, len(PDF))
    address = begun.headers["Location"]
    assert (begun.headers["Upload-Offset"], begun.headers["Tus-Resumable"]) == ("0", "1.0.0")
    first = await put(ada, address, 0, PDF[:70_001])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, "70001")
    state = await ada.head(address, headers=TUS)
    assert (state.status_code, state.headers["Upload-Offset"], state.headers["Upload-Length"]) == (
        200,
        "70001",
        str(len(PDF)),
    )
    wrong = await put(ada, address, 5, PDF[5:10])
    early = await send(ada, conversation, begun.json()["id"])
    assert (wrong.status_code, early.status_code) == (409, 422)
    rest = await put(ada, address, 70_001, PDF[70_001:])
    assert (rest.status_code, rest.headers["Upload-Offset"]) == (204, str(len(PDF)))
    sent = [await send(ada, conversation, begun.json()["id"]) for _ in range(2)]
    assert sent[0].status_code == 201, sent[0].text
    assert sent[0].json() == sent[1].json()
    [file] = sent[0].json()["attachments"]
    assert (file["name"], file["kind"], file["media_type"], file["size"]) == (
        "plan.pdf",
        "document",
        "application/pdf",
        len(PDF),
    )
    [seen] = (await ben.get(f"{conversation}/messages")).json()["items"]
    assert (seen["attachments"], seen["text"]) == ([file], "")
    got = await ben.get(f"{conversation}/attachments/{file['id']}")
    assert (got.status_code, got.content) == (200, PDF)
    span = await ben.get(f"{conversation}/attachments/{file['id']}", headers={"Range": "bytes=65530-65545"})
    assert (span.status_code, span.content) == (206, PDF[65530:65546])


@pytest.mark.promise("C11")
async def test_only_members_of_the_conversation_download_a_file(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    cleo, admin = await world.user(world.acme, "1003"), await world.admin(world.acme)
    group = (await ada.post(CONVERSATIONS, json={"members": ["1002"], "name": "Workshop"})).json()["id"]
    mine = f"{CONVERSATIONS}/{group}"
    file = (await send(ada, mine, await uploaded(ada, PDF))).json()["attachments"][0]["id"]
    for client in (cleo, admin):
        assert (await client.get(f"{mine}/attachments/{file}")).status_code == 404
    other = await conversation_of(cleo, "1002")  # another conversation does not open the file
    assert (await cleo.get(f"{other}/attachments/{file}")).status_code == 404
    assert (await ben.get(f"{other}/attachments/{file}")).status_code == 404
    await ada.post(f"{mine}/members", json={"members": ["1003"]})  # sees what is sent from now on
    assert (await cleo.get(f"{mine}/attachments/{file}")).status_code == 404
    assert (await ben.get(f"{mine}/attachments/{file}")).status_code == 200
    loose = await uploaded(ada, PDF)
    assert (await ben.get(f"{mine}/attachments/{loose}")).status_code == 404
    for refused in (
        await ben.head(f"{UPLOADS}/{loose}"),
        await send(ben, mine, loose),
        await ben.delete(f"{UPLOADS}/{loose}"),
    ):
        assert refused.status_code in (404, 422)
    assert (await send(ada, mine, file, client_id="c-2")).status_code == 422  # it has a message


@pytest.mark.promise("C4", "C11")
async def test_a_photo_is_stored_without_place_and_camera(world: World) -> None:
    ada, ben = await world.user(world.acme, "1001"), await world.user(world.acme, "1002")
    conversation, original = await conversation_of(ada, "1002"), photo()
    assert CAMERA in original
    [file] = (await send(ada, conversation, await uploaded(ada, original, "IMG_1.png"))).json()["attachments"]
    assert (file["kind"], file["media_type"], file["name"]) == ("photo", "image/jpeg", "IMG_1.jpg")
    assert (file["width"], file["height"]) == (480, 640)  # turned upright
    got = await ben.get(f"{conversation}/attachments/{file['id']}")
    small = await ben.get(f"{conversation}/attachments/{file['id']}/thumbnail")
    assert small.headers["content-type"] == "image/webp"
    for data in (got.content, small.content):
        assert CAMERA not in data
        with Image.open(io.BytesIO(data)) as image:
            assert (dict(image.getexif()), image.width < image.height) == ({}, True)


async def test_what_a_file_claims_to_be_does_not_matter(world: World) -> None:
    """Active content and polyglots are downloads, which no browser shows as a page of this server."""
    ada = await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    conversation = await conversation_of(ada, "1002")
    script = b"<script>fetch('/api/v1/me')</script>"
    files = {
        "photo.jpg": b"<html>" + script,
        "photo.svg": b'<svg xmlns="http://www.w3.org/2000/svg">' + script + b"</svg>",
        "page.pdf": b"\xef\xbb\xbf<!doctype html>" + script,
        "polyglot.gif": b"GIF89a=1;" + script,
    }
    for number, (name, data) in enumerate(files.items()):
        begun = await begin(ada, len(data), name)
        part = await put(ada, begun.headers["Location"], 0, data)
        if part.status_code == 422:  # a photo that cannot be read is refused and deleted
            assert (await ada.head(begun.headers["Location"])).status_code == 404
            assert name == "polyglot.gif"
            continue
        [file] = (await send(ada, conversation, begun.json()["id"], client_id=f"c-{number}")).json()["attachments"]
        assert (file["kind"], file["media_type"]) == ("document", "application/octet-stream")
        got = await ada.get(f"{conversation}/attachments/{file['id']}")
        assert got.headers["content-disposition"].startswith("attachment;")
        assert got.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in got.headers["content-security-policy"]


async def test_a_picture_with_a_page_behind_it_loses_the_page(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    await world.user(world.acme, "1002")
    conversation = await conversation_of(ada, "1002")
    [file] = (await send(ada, conversation, await uploaded(ada, photo() + b"<script>x</script>"))).json()["attachments"]
    assert b"<script>" not in (await ada.get(f"{conversation}/attachments/{file['id']}")).content


@pytest.mark.parametrize("kind", ["pixels", "broken", "heic"])
async def test_photos_that_cannot_be_written_anew_are_refused(world: World, kind: str) -> None:
    bomb = io.BytesIO()
    if kind == "pixels":
        Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    data = {
        "pixels": bomb.getvalue(),
        "broken": photo()[:200],
        "heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99),
    }[kind]
    ada = await world.user(world.acme, "1001")
    begun = await begin(ada, len(data), "a.jpg")
    refused = await put(ada, begun.headers["Location"], 0, data)
    assert refused.status_code == 422, refused.text
    assert refused.json()["field"] == "file"
    assert (await ada.head(begun.headers["Location"])).status_code == 404


async def test_uploads_are_limited(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    options = await ada.options(UPLOADS)
    assert options.headers["tus-max-size"] == str(100 << 20)
    assert set(options.headers["tus-extension"].split(",")) == {"creation", "expiration", "termination"}
    assert (await begin(ada, (100 << 20) + 1)).status_code == 413
    assert (await begin(ada, 0)).status_code == 422
    limits = "/api/v1/attachment-limits"
    assert (await ada.patch(limits, json={"quota_bytes": 0})).status_code == 403
    assert (await admin.patch(limits, json={"quota_bytes": 1000})).json()["quota_bytes"] == 1000
    begun = await begin(ada, 600)
    full = await begin(ada, 600)
    assert (full.status_code, full.json()["code"]) == (507, "quota_exceeded")
    assert (await ada.get(limits)).json()["used_bytes"] == 600
    longer = await put(ada, begun.headers["Location"], 0, bytes(601))
    assert longer.status_code == 422
    assert (await ada.delete(begun.headers["Location"], headers=TUS)).status_code == 204
    assert (await ada.head(begun.headers["Location"])).status_code == 404
    assert (await begin(ada, 600)).status_code == 201
    version = await ada.post(UPLOADS, headers={"Tus-Resumable": "0.2.2", "Upload-Length": "1"})
    assert (version.status_code, version.headers["tus-version"]) == (412, "1.0.0")
    kind = await ada.patch(begun.headers["Location"], content=b"x", headers=TUS | {"Upload-Offset": "0"})
    assert kind.status_code == 415


async def test_nothing_is_uploaded_where_chat_is_off(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    await admin.patch(f"/api/v1/tenants/{world.acme.id}", json={"chat": False})
    refused = await begin(ada, 10)
    assert (refused.status_code, refused.json()["code"]) == (403, "chat_off")
