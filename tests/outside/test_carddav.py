"""Address books over CardDAV with vdirsyncer, a client of others: both sides change, and both agree afterwards."""

import io
import subprocess
import sys
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from PIL import Image
from recording_helpers import signed_in
from server import Household, Server

CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{0}\r\nFN:{1}\r\nN:;{1};;;\r\nTEL;TYPE=CELL:{2}\r\nBDAY:1970-01-02\r\nEND:VCARD\r\n"
CONFIG = """[general]
status_path = "{folder}/status/"
[pair contacts]
a = "here"
b = "server"
collections = ["personal"]
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "{folder}/here/"
fileext = ".vcf"
[storage server]
type = "carddav"
url = "{url}/"
username = "anna"
password = "{password}"
verify = "{ca}"
"""


class Vdirsyncer:
    """vdirsyncer with the address book of a person, and a folder of its own."""

    def __init__(self, server: Server, folder: Path, password: str) -> None:
        self._config = folder / "config"
        self._config.write_text(
            CONFIG.format(folder=folder, url=server.ready["https"], password=password, ca=server.ca)
        )
        self.book = folder / "here" / "personal"
        self.book.mkdir(parents=True)

    def run(self, command: str) -> None:
        found = [sys.executable, "-m", "vdirsyncer", "--config", str(self._config), command, "contacts"]
        done = subprocess.run(found, capture_output=True, text=True, timeout=120, check=False, input="y\n" * 5)
        assert done.returncode == 0, done.stdout + done.stderr

    def names(self) -> dict[str, str]:
        """Return the names of the contacts by uid."""
        cards = [dict(_lines(each.read_text())) for each in self.book.iterdir()]
        return {each["UID"]: each["FN"] for each in cards}


def _lines(card: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (each.partition(":") for each in card.splitlines())]


def names(client: httpx.Client) -> dict[str, str]:
    """Return the names of the contacts at the server by uid."""
    items = client.get("/api/v1/contacts", params={"book": "personal"}).json()["items"]
    return {each["uid"]: each["name"] for each in items}


def change(client: httpx.Client, uid: str, name: str | None) -> None:
    """Rename a contact at the server, or delete it."""
    items = client.get("/api/v1/contacts", params={"book": "personal"}).json()["items"]
    [found] = [each for each in items if each["uid"] == uid]
    path = f"/api/v1/contacts/{found['id']}"
    answer = client.put(path, json={"name": name, "numbers": found["numbers"]}) if name else client.delete(path)
    assert answer.is_success, answer.text


def pictures(client: httpx.Client) -> dict[str, str]:
    """Return the versions of the pictures at the server by uid."""
    items = client.get("/api/v1/contacts", params={"book": "personal"}).json()["items"]
    return {each["uid"]: each["picture"] for each in items if each["picture"]}


def with_photo(card: str, colour: str) -> str:
    """Return a card with a photo."""
    photo = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(photo, "JPEG")
    line = f"PHOTO;ENCODING=b;TYPE=JPEG:{b64encode(photo.getvalue()).decode()}\r\n"
    return card.replace("BDAY", f"{line}BDAY")


@pytest.mark.promise("D5")
def test_both_sides_agree_after_changes_a_conflict_and_deletions(
    server: Server, household: Household, tmp_path: Path
) -> None:
    with closing(signed_in(server, household.anna)) as client:
        key = client.post("/api/v1/api-keys", json={"name": "vdirsyncer", "scopes": ["contacts"]})
        assert key.status_code == 201, key.text
        server.canaries.add(key.json()["token"])
        added = client.post("/api/v1/contacts", json={"name": "From the server", "uid": "s"})
        assert added.status_code == 201, added.text
        phone = Vdirsyncer(server, tmp_path, key.json()["token"])
        for uid in ("a", "b", "c"):
            (phone.book / f"{uid}.vcf").write_text(CARD.format(uid, f"From here {uid}", "+491711234567"))
        phone.run("discover")
        phone.run("sync")
        expected = {"s": "From the server", **{uid: f"From here {uid}" for uid in ("a", "b", "c")}}
        assert names(client) == phone.names() == expected
        phone.run("sync")

        (phone.book / "b.vcf").write_text(with_photo(CARD.format("b", "From here b", "+491711234567"), "teal"))
        phone.run("sync")
        first = pictures(client)
        assert list(first) == ["b"]
        # The square of the server replaces the photo here, and is not made into another one.
        phone.run("sync")
        phone.run("sync")
        assert pictures(client) == first
        assert "PHOTO" in (phone.book / "b.vcf").read_text()

        change(client, "a", "Changed at the server")
        (phone.book / "b.vcf").write_text(CARD.format("b", "Changed here", "+491711234567"))
        change(client, "c", "Conflict at the server")
        (phone.book / "c.vcf").write_text(CARD.format("c", "Conflict here", "+491711234567"))
        phone.run("sync")
        expected |= {"a": "Changed at the server", "b": "Changed here", "c": "Conflict at the server"}
        assert names(client) == phone.names() == expected
        assert "BDAY:1970-01-02" in (phone.book / "a.vcf").read_text()
        assert pictures(client) == {}, "the card without a photo came last"
        phone.run("sync")

        change(client, "a", None)
        (phone.book / "b.vcf").unlink()
        phone.run("sync")
        del expected["a"], expected["b"]
        assert names(client) == phone.names() == expected
