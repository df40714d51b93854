"""CardDAV: who reads and changes which address book, conditions, reports and refusals."""

import base64
import io
from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree as Xml

import httpx
import pytest
from http_world import World
from PIL import Image

from unificx.api import carddav
from unificx.api.proxy_headers import ProxyHeadersMiddleware
from unificx.privacy import AuditFilter

PERSONAL, COMPANY = "/dav/books/personal/", "/dav/books/company/"
NAMES = {"D": "DAV:", "C": "urn:ietf:params:xml:ns:carddav"}
TYPE = {"Content-Type": "text/vcard; charset=utf-8"}


def card(name: str, uid: str = "one", *more: str, tel: str = "030 1234567") -> str:
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", "N:Muster;Max;;;", f"TEL;TYPE=CELL:{tel}", *more]
    return "\r\n".join([*lines, "END:VCARD", ""])


async def book_client(world: World, owner: httpx.AsyncClient, *scopes: str, address: str = "") -> httpx.AsyncClient:
    """Return a CardDAV client of a user with a new key."""
    made = await owner.post("/api/v1/api-keys", json={"name": "Phone", "scopes": scopes or ["contacts"]})
    assert made.status_code == 201, made.text
    password = base64.b64encode(f"ada:{made.json()['token']}".encode()).decode()
    return world.client(address=address or "203.0.113.7", Authorization=f"Basic {password}")


async def dav(client: httpx.AsyncClient, method: str, path: str, body: str = "", **headers: str) -> Any:
    answer = await client.request(method, path, content=body, headers=headers)
    assert answer.status_code == 207, (answer.status_code, answer.text)
    return Xml.fromstring(answer.text)


def hrefs(answer: Any) -> list[str]:
    return [each.text for each in answer.findall("D:response/D:href", NAMES)]


SYNC = """<sync-collection xmlns="DAV:"><sync-token>{}</sync-token><sync-level>1</sync-level>{}
<prop><getetag/></prop></sync-collection>"""


async def synced(
    client: httpx.AsyncClient, token: str = "", path: str = PERSONAL, more: str = ""
) -> tuple[str, list[str]]:
    """Return the new token and the changed resources."""
    answer = await dav(client, "REPORT", path, SYNC.format(token, more))
    return answer.findtext("D:sync-token", "", NAMES), hrefs(answer)


async def test_an_address_book_is_found_and_a_card_stored_changed_and_deleted(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    client = await book_client(world, ada)
    moved = await client.request("PROPFIND", "/.well-known/carddav")
    assert (moved.status_code, moved.headers["location"]) == (301, "/dav/")
    asked = '<propfind xmlns="DAV:"><prop><current-user-principal/><x xmlns="urn:&lt;none"/></prop></propfind>'
    root = await dav(client, "PROPFIND", "/dav/", asked, Depth="0")
    assert root.findtext(".//D:current-user-principal/D:href", "", NAMES) == "/dav/principal/"
    assert "HTTP/1.1 404 Not Found" in [each.text for each in root.iter("{DAV:}status")]
    home = await dav(client, "PROPFIND", "/dav/books/", Depth="1")
    assert hrefs(home) == ["/dav/books/", PERSONAL, COMPANY]
    for entered in ("/dav", "/dav/principal", "/dav/books", "/dav/books/personal"):
        assert hrefs(await dav(client, "PROPFIND", entered, asked, Depth="0")) == [f"{entered}/"]

    path = f"{PERSONAL}Max Muster.vcf"
    start, _ = await synced(client)
    made = await client.put(path, content=card("Max Muster", "one", "BDAY:1970-01-02", "PHOTO:x"), headers=TYPE)
    assert (made.status_code, made.headers.get("etag")) == (201, None)
    [stored] = (await ada.get("/api/v1/contacts")).json()["items"]
    assert (stored["name"], stored["uid"], stored["numbers"]) == (
        "Max Muster",
        "one",
        [{"number": "+49301234567", "label": "mobile"}],
    )
    read = await client.get(path)
    assert "TEL;TYPE=CELL:+49301234567\r\n" in read.text
    assert "N:Muster;Max;;;\r\n" in read.text
    assert "BDAY:1970-01-02\r\n" in read.text
    assert "PHOTO" not in read.text
    head = await client.head(path)
    assert (head.status_code, head.headers["etag"]) == (200, read.headers["etag"])
    modern = await client.get(path, headers={"Accept": "text/vcard; version=4.0"})
    assert "VERSION:4.0\r\n" in modern.text
    token, changed = await synced(client, start)
    assert changed == ["/dav/books/personal/Max%20Muster.vcf"]

    etag = read.headers["etag"]
    assert (await client.put(path, content=card("Max"), headers={**TYPE, "If-None-Match": "*"})).status_code == 412
    assert (await client.put(path, content=card("Max"), headers={**TYPE, "If-Match": '"0"'})).status_code == 412
    assert (await client.put(path, content=card("Max"), headers={**TYPE, "If-Match": etag})).status_code == 204
    assert (await client.delete(path, headers={"If-Match": etag})).status_code == 412
    await ada.put(f"/api/v1/contacts/{stored['id']}", json={"name": "Eva Beispiel"})
    assert "N:Beispiel;Eva;;;\r\n" in (await client.get(path)).text
    again, changed = await synced(client, token)
    assert (await synced(client, again))[1] == []
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    refused = await client.request("REPORT", PERSONAL, content=SYNC.format(again, ""))
    assert (refused.status_code, "valid-sync-token" in refused.text) == (403, True)
    fresh, listed = await synced(client)
    assert listed == []
    assert (await synced(client, fresh))[1] == []


def photo(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return made.getvalue()


def picture_in(text: str) -> bytes:
    """Return the picture in a vCard of version 3.0."""
    _, _, encoded = text.replace("\r\n ", "").partition("PHOTO;ENCODING=b;TYPE=JPEG:")
    return base64.b64decode(encoded.partition("\r\n")[0])


async def test_a_picture_is_stored_returned_kept_and_removed(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    client = await book_client(world, ada)
    path = f"{PERSONAL}max.vcf"

    async def put(*more: str) -> str:
        answer = await client.put(path, content=card("Max", "one", *more), headers=TYPE)
        assert answer.is_success, answer.text
        return (await ada.get("/api/v1/contacts")).json()["items"][0]["picture"]

    def line(image: bytes) -> str:
        return f"PHOTO;ENCODING=b;TYPE=PNG:{base64.b64encode(image).decode()}"

    first = await put(line(photo("teal")))
    read = await client.get(path)
    image = picture_in(read.text)
    assert Image.open(io.BytesIO(image)).size == (256, 256)
    shown = await ada.get(f"/api/v1/contacts/{(await ada.get('/api/v1/contacts')).json()['items'][0]['id']}/picture")
    assert shown.content == image
    modern = (await client.get(path, headers={"Accept": "text/vcard; version=4.0"})).text.replace("\r\n ", "")
    assert f"PHOTO:data:image/jpeg;base64,{base64.b64encode(image).decode()}\r\n" in modern
    # The same photo, the stored picture and one that cannot be read change nothing.
    for same in (line(photo("teal")), line(image), "PHOTO;VALUE=uri:https://photos.example/max.jpg", line(b"none")):
        assert await put(same) == first
    second = await put(line(photo("red")))
    assert second not in (first, "")
    wanted = '<addressbook-query xmlns="urn:ietf:params:xml:ns:carddav" xmlns:D="DAV:"><D:prop>{}</D:prop>{}</addressbook-query>'
    defined = '<filter><prop-filter name="PHOTO"/></filter>'
    for data, has_picture in (("<address-data/>", True), ('<address-data><prop name="FN"/></address-data>', False)):
        answer = await dav(client, "REPORT", PERSONAL, wanted.format(data, defined), Depth="1")
        assert ("PHOTO" in answer.findtext(".//C:address-data", "", NAMES)) == has_picture
    assert await put() == ""
    assert "PHOTO" not in (await client.get(path)).text
    assert hrefs(await dav(client, "REPORT", PERSONAL, wanted.format("<D:getetag/>", defined), Depth="1")) == []


async def test_an_answer_has_only_so_many_pictures(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carddav, "MOST_PICTURES", 1)
    ada = await world.user(world.acme, "1001")
    client = await book_client(world, ada)
    encoded = base64.b64encode(photo("teal")).decode()
    for uid in "abc":
        await client.put(
            f"{PERSONAL}{uid}.vcf", content=card(uid, uid, f"PHOTO;ENCODING=b;TYPE=PNG:{encoded}"), headers=TYPE
        )
    token, found = "", list[str]()
    whole = SYNC.replace("<getetag/>", '<C:address-data xmlns:C="urn:ietf:params:xml:ns:carddav"/>')
    for _ in "abc":
        answer = await dav(client, "REPORT", PERSONAL, whole.format(token, ""))
        token = answer.findtext("D:sync-token", "", NAMES)
        found += [each for each in hrefs(answer) if each != PERSONAL]
        assert len(answer.findall(".//C:address-data", NAMES)) == 1
    assert found == [f"{PERSONAL}{uid}.vcf" for uid in "abc"]
    listed = "".join(f"<D:href>{each}</D:href>" for each in found)
    body = f'<addressbook-multiget xmlns="urn:ietf:params:xml:ns:carddav" xmlns:D="DAV:"><D:prop><address-data/></D:prop>{listed}</addressbook-multiget>'
    answer = await dav(client, "REPORT", PERSONAL, body)
    asked = '<D:propfind xmlns:D="DAV:" xmlns="urn:ietf:params:xml:ns:carddav"><D:prop><address-data/></D:prop></D:propfind>'
    every = await dav(client, "PROPFIND", PERSONAL, asked, Depth="1")
    assert hrefs(every) == [PERSONAL, *found]
    for each in (answer, every):
        states = [status.text for status in each.findall("D:response/D:status", NAMES)]
        assert states == ["HTTP/1.1 507 Insufficient Storage"] * 2


async def test_a_list_is_read_in_parts_although_contacts_were_deleted_before(world: World) -> None:
    client = await book_client(world, await world.user(world.acme, "1001"))
    for uid in "abcd":
        await client.put(f"{PERSONAL}{uid}.vcf", content=card(uid, uid), headers=TYPE)
    await client.delete(f"{PERSONAL}d.vcf")
    token, found, limit = "", list[str](), "<limit><nresults>1</nresults></limit>"
    for _ in "abc":
        token, part = await synced(client, token, more=limit)
        found += [each for each in part if each != PERSONAL]
    assert found == [f"{PERSONAL}{uid}.vcf" for uid in "abc"]
    assert (await synced(client, token))[1] == []
    begun, _ = await synced(client, more=limit)
    await client.delete(f"{PERSONAL}a.vcf")
    refused = await client.request("REPORT", PERSONAL, content=SYNC.format(begun, limit))
    assert (refused.status_code, "valid-sync-token" in refused.text) == (403, True)


@pytest.mark.promise("T3")
async def test_keys_open_the_address_books_of_their_scopes_only(world: World) -> None:
    ada, ben, admin = (
        await world.user(world.acme, "1001"),
        await world.user(world.acme, "1002"),
        await world.admin(world.acme),
    )
    await admin.post("/api/v1/contacts", json={"book": "company", "name": "Muster GmbH"})
    await ben.post("/api/v1/contacts", json={"name": "Mother of Ben"})
    client = await book_client(world, ada)
    listed = await dav(client, "PROPFIND", COMPANY, Depth="1")
    assert len(hrefs(listed)) == 2
    assert hrefs(await dav(client, "PROPFIND", PERSONAL, Depth="1")) == [PERSONAL]
    [company] = hrefs(listed)[1:]
    for who in (client, await book_client(world, admin)):
        assert (await who.put(COMPANY + "a.vcf", content=card("A"), headers=TYPE)).status_code == 403
        assert (await who.delete(company)).status_code == 403
    writer = await book_client(world, admin, "contacts:change")
    assert (await writer.put(COMPANY + "a.vcf", content=card("A"), headers=TYPE)).status_code == 201
    entries = (await world.services.audit.page(world.acme.id, AuditFilter(), 50)).items
    [entry] = [each for each in entries if each.action == "change_address_book"]
    assert "a.vcf" not in repr(entry)
    too_much = await ada.post("/api/v1/api-keys", json={"name": "Phone", "scopes": ["contacts:change"]})
    assert too_much.status_code == 403
    other = await book_client(world, ada, "own", "directory:read")
    assert (await other.request("PROPFIND", PERSONAL)).status_code == 403
    globex = await book_client(world, await world.user(world.globex, "2001"))
    assert (await globex.get(company)).status_code == 404

    for authorization in ("", "Basic !", "Basic YTpi", ada.headers["Authorization"]):
        refused = await world.client(Authorization=authorization).request("PROPFIND", "/dav/")
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
    client.base_url = "http://pbx.example"
    assert (await client.request("PROPFIND", "/dav/", headers={"Depth": "0"})).status_code == 403


async def test_reports_find_contacts_by_name_and_by_filter(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    client = await book_client(world, ada)
    for at, name in enumerate(("Max Muster", "Eva Beispiel", "Maxi")):
        assert (await client.put(f"{PERSONAL}{at}.vcf", content=card(name, str(at)), headers=TYPE)).status_code == 201
    head = '<C:{0} xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><prop>{1}</prop>'
    data = '<C:address-data version="4.0"><C:prop name="FN"/></C:address-data>'
    wanted = (
        f"<href>{PERSONAL}1.vcf</href><href>{PERSONAL}none.vcf</href><href>/elsewhere</href><href>http://[/</href>"
        "</C:addressbook-multiget>"
    )
    answer = await dav(client, "REPORT", PERSONAL, head.format("addressbook-multiget", "<getetag/>" + data) + wanted)
    assert answer.findtext(".//C:address-data", "", NAMES).replace("\r", "") == (
        "BEGIN:VCARD\nVERSION:4.0\nFN:Eva Beispiel\nEND:VCARD\n"
    )
    assert [each.text for each in answer.findall("D:response/D:status", NAMES)] == ["HTTP/1.1 404 Not Found"] * 3
    match = '<C:prop-filter name="{}"><C:text-match match-type="{}">{}</C:text-match></C:prop-filter>'
    for test, rules, names in (
        ("anyof", match.format("FN", "starts-with", "max"), ["0", "2"]),
        ("allof", match.format("FN", "contains", "max") + match.format("FN", "ends-with", "MUSTER"), ["0"]),
        ("anyof", '<C:prop-filter name="EMAIL"><C:is-not-defined/></C:prop-filter>', ["0", "1", "2"]),
    ):
        query = f'<C:filter test="{test}">{rules}</C:filter></C:addressbook-query>'
        answer = await dav(client, "REPORT", PERSONAL, head.format("addressbook-query", "<getetag/>") + query)
        assert hrefs(answer) == [f"{PERSONAL}{each}.vcf" for each in names]
    token, first = await synced(client, more="<limit><nresults>2</nresults></limit>")
    assert first == [f"{PERSONAL}0.vcf", f"{PERSONAL}1.vcf", PERSONAL]
    assert (await synced(client, token))[1] == [f"{PERSONAL}2.vcf"]


async def test_reports_that_are_not_supported_are_refused_by_their_condition(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    client = await book_client(world, ada)
    assert (await client.put(f"{PERSONAL}one.vcf", content=card("Max"), headers=TYPE)).status_code == 201
    query = '<C:addressbook-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><prop>{}</prop>{}</C:addressbook-query>'
    rule = '<C:filter><C:prop-filter name="FN">{}</C:prop-filter></C:filter>'
    version = '<C:address-data content-type="text/vcard" version="2.1"/>'
    for body, condition in (
        (query.format("<getetag/>", rule.format('<C:param-filter name="TYPE"/>')), "supported-filter"),
        (
            query.format("<getetag/>", rule.format('<C:text-match match-type="like">a</C:text-match>')),
            "supported-filter",
        ),
        (query.format("", rule.format('<C:text-match collation="i;octet">a</C:text-match>')), "supported-collation"),
        (query.format("<getetag/>", rule.format("<C:text-match>a</C:text-match>" * 1000)), "supported-filter"),
        (query.format("<getetag/>", rule.format(f"<C:text-match>{'a' * 10_000}</C:text-match>")), "supported-filter"),
        (query.format(version, ""), "supported-address-data"),
        ('<expand-property xmlns="DAV:"/>', "supported-report"),
        (SYNC.format("urn:unificx:contacts:x", ""), "valid-sync-token"),
        (SYNC.format(f"urn:unificx:contacts:{'9' * 15}", ""), "valid-sync-token"),
        (SYNC.format(f"urn:unificx:contacts:{'9' * 40}", ""), "valid-sync-token"),
        (SYNC.format("urn:unificx:contacts:1-0", ""), "valid-sync-token"),
    ):
        refused = await client.request("REPORT", PERSONAL, content=body)
        assert (refused.status_code, f"<{condition}" in refused.text or f":{condition}" in refused.text) == (
            403,
            True,
        ), (
            body,
            refused.text,
        )
    on_card = await client.request("REPORT", f"{PERSONAL}one.vcf", content=query.format("<getetag/>", ""))
    assert (on_card.status_code, "supported-report" in on_card.text) == (403, True)
    assert (await client.get(PERSONAL)).status_code == 404


async def test_what_cannot_be_stored_or_read_is_refused_and_changes_nothing(world: World) -> None:
    ada = await world.user(world.acme, "1001")
    client = await book_client(world, ada)
    one = f"{PERSONAL}one.vcf"
    assert (await client.put(one, content=card("Max"), headers=TYPE)).status_code == 201

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * (1 << 20)

    for path, body, status, condition in (
        (f"{PERSONAL}two.vcf", card("Max"), 403, "no-uid-conflict"),
        (one, card("Max", "other"), 403, "no-uid-conflict"),
        (f"{PERSONAL}two.vcf", card("A", "2") + card("B", "3"), 403, "valid-address-data"),
        (f"{PERSONAL}two.vcf", "BEGIN:VCARD\r\n", 403, "valid-address-data"),
        (f"{PERSONAL}two.vcf", card("A", "2", tel="call me"), 403, "valid-address-data"),
        (f"{PERSONAL}two.vcf", card("A", "2", "X-A:" + "a" * 9_000), 403, "valid-address-data"),
        (f"{PERSONAL}two.vcf", card("A", "2", "NOTE:" + "a" * (2 << 20)), 403, "max-resource-size"),
        (f"{PERSONAL}{'a' * 300}", card("A", "2"), 403, ""),
        (f"{PERSONAL}a/b.vcf", card("A", "2"), 404, ""),
        (PERSONAL, card("A", "2"), 403, "need-privileges"),
        (f"{PERSONAL}two.vcf", endless(), 413, ""),
    ):
        refused = await client.put(path, content=body, headers=TYPE)
        assert (refused.status_code, condition in refused.text) == (status, True), (path, refused.text)
    refused = await client.put(f"{PERSONAL}two.vcf", content=card("A"), headers={"Content-Type": "text/html"})
    assert refused.status_code == 415
    for method, path in (("MKCOL", "/dav/books/mine/"), ("DELETE", PERSONAL), ("PROPPATCH", PERSONAL), ("MOVE", one)):
        assert (await client.request(method, path)).status_code == 403
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb">]><propfind xmlns="DAV:"><prop><displayname/>&b;</prop></propfind>'
    names = '<propfind xmlns="DAV:"><prop>' + "".join(f"<a{each}/>" for each in range(200)) + "</prop></propfind>"
    for body in (bomb, names, "<a", "<" * 1000, "<a>" * 20_000):
        assert (await client.request("PROPFIND", PERSONAL, content=body, headers={"Depth": "0"})).status_code == 422
    infinite = await client.request("PROPFIND", PERSONAL)
    assert (infinite.status_code, "propfind-finite-depth" in infinite.text) == (403, True)
    assert [each["name"] for each in (await ada.get("/api/v1/contacts")).json()["items"]] == ["Max"]


@pytest.mark.promise("D1")
async def test_a_key_of_access_that_an_administrator_has_made_opens_no_personal_contacts(world: World) -> None:
    ada, admin = await world.user(world.acme, "1001"), await world.admin(world.acme)
    person = (await ada.get("/api/v1/me")).json()["person"]["id"]
    chosen = {"password": "chosen by somebody else"}
    assert (await admin.put(f"/api/v1/persons/{person}/password", json=chosen)).status_code == 204
    guest = await world.signed_in("user1001@acme.example", chosen["password"])
    client = await book_client(world, guest)
    assert hrefs(await dav(client, "PROPFIND", "/dav/books/", Depth="1")) == ["/dav/books/", COMPANY]
    assert (await client.request("PROPFIND", PERSONAL, headers={"Depth": "0"})).status_code == 404


async def test_this_machine_needs_no_encryption_and_a_full_disk_takes_no_new_contacts(world: World) -> None:
    client = await book_client(world, await world.user(world.acme, "1001"), address="127.0.0.1")
    client.base_url = "http://127.0.0.1:8080"
    path = f"{PERSONAL}one.vcf"
    assert (await client.put(path, content=card("Max"), headers=TYPE)).status_code == 201
    forwarded = await client.get(path, headers={"X-Forwarded-For": "203.0.113.7"})
    assert forwarded.status_code == 403
    behind = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    transport = httpx.ASGITransport(ProxyHeadersMiddleware(world.app), client=("127.0.0.1", 4711))  # pyright: ignore[reportArgumentType]
    async with httpx.AsyncClient(transport=transport, base_url=client.base_url, headers=client.headers) as proxy:
        assert (await proxy.get(path, headers=behind)).status_code == 200
        assert (await proxy.get(path, headers={**behind, "X-Forwarded-Proto": "http"})).status_code == 403
    world.readiness.storage_full = True
    assert (await client.put(path, content=card("Max"), headers=TYPE)).status_code == 507
    assert (await client.delete(path)).status_code == 204
