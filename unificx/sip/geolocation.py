"""The location of a caller in an INVITE (RFC 6442): a PIDF-LO document (RFC 4119) with a civic address (RFC 5139).

The document travels in the body beside the SDP, and the header field names its part.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from unificx.core.xml_text import xml_text
from unificx.sip.multipart import BodyPart
from unificx.sip.pidf import PIDF

_NAMESPACES = (
    'xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"'
    ' xmlns:gbp="urn:ietf:params:xml:ns:pidf:geopriv10:basicPolicy"'
    ' xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"'
)
_ELEMENTS = {
    "country": "country",
    "region": "A1",
    "city": "A3",
    "street": "RD",
    "house_number": "HNO",
    "note": "LOC",
    "postcode": "PC",
    "building": "BLD",
    "storey": "FLR",
    "room": "ROOM",
}
"""Elements of RFC 5139 section 4.1 by field, in the order of the schema."""


@dataclass(frozen=True, slots=True, repr=False)
class CivicAddress:
    """A place to which help can be sent. `country` has two letters (ISO 3166-1); `region` is a state or province."""

    country: str
    city: str
    street: str
    house_number: str = ""
    postcode: str = ""
    region: str = ""
    building: str = ""
    storey: str = ""
    room: str = ""
    note: str = ""

    def text(self) -> str:
        """Return the address in one line."""
        road = " ".join(filter(None, (self.street, self.house_number)))
        place = " ".join(filter(None, (self.postcode, self.city)))
        inside = (self.building, self.storey, self.room, self.note)
        return ", ".join(filter(None, (road, place, self.region, self.country, *inside)))


def pidf_lo(address: CivicAddress, entity: str, at: datetime) -> bytes:
    """Return the location of the party with the URI `entity`, entered by hand, as it was at a time. The receiver may
    pass it on, as a call centre for emergencies has to."""
    fields = ((element, getattr(address, name)) for name, element in _ELEMENTS.items())
    civic = "".join(f"<ca:{element}>{xml_text(value)}</ca:{element}>" for element, value in fields if value)
    time = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<presence {_NAMESPACES} entity="{xml_text(entity)}">\n'
        f'<tuple id="location"><status><gp:geopriv><gp:location-info><ca:civicAddress>{civic}</ca:civicAddress>'
        "</gp:location-info><gp:usage-rules><gbp:retransmission-allowed>true</gbp:retransmission-allowed>"
        "</gp:usage-rules><gp:method>Manual</gp:method></gp:geopriv></status>"
        f"<timestamp>{time}</timestamp></tuple>\n"
        "</presence>\n"
    ).encode()


def location_part(document: bytes, host: str) -> tuple[tuple[tuple[str, str], ...], BodyPart]:
    """Return the headers and the part of the body of an INVITE that carry a document. `host`: a host of the sender or
    receiver, for the Content-ID."""
    content_id = f"{hashlib.blake2s(document, digest_size=12).hexdigest()}@{host}"
    headers = (("Geolocation", f"<cid:{content_id}>"), ("Geolocation-Routing", "yes"))
    return headers, BodyPart(PIDF, content_id, document)
