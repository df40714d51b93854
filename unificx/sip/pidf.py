"""Presence documents (RFC 3863, application/pidf+xml), with the activities of RFC 4480."""

from unificx.core.xml_text import xml_text

PIDF = "application/pidf+xml"


def presence_document(entity: str, *, is_open: bool, activity: str = "") -> bytes:
    """Return the presence of the party with the URI `entity`. `activity`: an element of RFC 4480 section 3.2, such as
    on-the-phone, "" for none."""
    uri, basic = xml_text(entity), "open" if is_open else "closed"
    active = f"<r:activities><r:{activity}/></r:activities>" if activity else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:d="urn:ietf:params:xml:ns:pidf:data-model"'
        f' xmlns:r="urn:ietf:params:xml:ns:pidf:rpid" entity="{uri}">\n'
        f'<tuple id="phone"><status><basic>{basic}</basic></status><contact>{uri}</contact></tuple>\n'
        f'<d:person id="person">{active}</d:person>\n'
        "</presence>\n"
    ).encode()
