"""Dialog state documents (RFC 4235, application/dialog-info+xml)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from unificx.core.xml_text import xml_text

DIALOG_INFO = "application/dialog-info+xml"
DialogState = Literal["trying", "early", "confirmed", "terminated"]
Direction = Literal["initiator", "recipient"]


@dataclass(frozen=True, slots=True)
class DialogParty:
    """An identity: a SIP URI and a display name, "" without one."""

    uri: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DialogEntry:
    """One dialog of the watched party. `tags`: its own tag and that of its peer, with the Call-ID, for Replaces."""

    id: str
    state: DialogState
    direction: Direction | None = None
    local: DialogParty | None = None
    remote: DialogParty | None = None
    call_id: str = ""
    tags: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class VersionedDocument:
    """A document that is the same for all watchers but for the version number."""

    head: bytes = field(repr=False)
    tail: bytes = field(repr=False)

    def at(self, version: int) -> bytes:
        """Return the document of the NOTIFY with this number, counted from 0 in each subscription."""
        return b"%b%d%b" % (self.head, version, self.tail)


def dialog_info(entity: str, dialogs: Iterable[DialogEntry]) -> VersionedDocument:
    """Return the full state of the party with the URI `entity`."""
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="'
    lines = [f'" state="full" entity="{xml_text(entity)}">', *map(_dialog, dialogs), "</dialog-info>", ""]
    return VersionedDocument(head.encode(), "\n".join(lines).encode())


def _dialog(entry: DialogEntry) -> str:
    attributes = {"id": entry.id}
    if entry.call_id:
        attributes |= {"call-id": entry.call_id, "local-tag": entry.tags[0], "remote-tag": entry.tags[1]}
    if entry.direction is not None:
        attributes["direction"] = entry.direction
    written = " ".join([f'{name}="{xml_text(value)}"' for name, value in attributes.items()])
    parties = _party("local", entry.local) + _party("remote", entry.remote)
    return f"<dialog {written}><state>{entry.state}</state>{parties}</dialog>"


def _party(name: str, party: DialogParty | None) -> str:
    if party is None:
        return ""
    uri, display = xml_text(party.uri), f' display="{xml_text(party.name)}"' if party.name else ""
    return f'<{name}><identity{display}>{uri}</identity><target uri="{uri}"/></{name}>'
