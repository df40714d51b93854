"""The location of a caller: PIDF-LO, and the body of two parts."""

from datetime import UTC, datetime
from email import message_from_bytes
from xml.etree import ElementTree

from unificx.sip.geolocation import CivicAddress, location_part, pidf_lo
from unificx.sip.multipart import with_part

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ADDRESS = CivicAddress("DE", "Berlin", "Hauptstr. <1>", "12a", "10115", storey="2", room="204", note="Ring & wait")
CIVIC = "{urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr}"


def test_document_has_the_elements_of_rfc_5139_in_order() -> None:
    document = ElementTree.fromstring(pidf_lo(ADDRESS, "pres:+4930@carrier.example", AT))
    assert document.get("entity") == "pres:+4930@carrier.example"
    [civic] = document.iter(f"{CIVIC}civicAddress")
    assert [(each.tag.removeprefix(CIVIC), each.text) for each in civic] == [
        *(("country", "DE"), ("A3", "Berlin"), ("RD", "Hauptstr. <1>"), ("HNO", "12a")),
        *(("LOC", "Ring & wait"), ("PC", "10115"), ("FLR", "2"), ("ROOM", "204")),
    ]
    [at] = document.iter("{urn:ietf:params:xml:ns:pidf}timestamp")
    assert at.text == "2026-01-02T03:04:05Z"


def test_body_has_the_offer_and_the_part_that_the_header_names() -> None:
    document = pidf_lo(ADDRESS, "pres:a@b", AT)
    headers, part = location_part(document, "carrier.example")
    content_type, body = with_part(b"v=0\r\n", part)
    parsed = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    offer, place = parsed.get_payload()
    assert (offer.get_content_type(), offer.get_payload(decode=True)) == ("application/sdp", b"v=0\r\n")
    assert (place.get_content_type(), place.get_payload(decode=True)) == ("application/pidf+xml", document)
    assert dict(headers)["Geolocation"] == place["Content-ID"].replace("<", "<cid:")


def test_address_in_one_line() -> None:
    assert ADDRESS.text() == "Hauptstr. <1> 12a, 10115 Berlin, DE, 2, 204, Ring & wait"
    assert "Berlin" not in repr(ADDRESS)
