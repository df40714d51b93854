"""Checks of a webhook's settings. Pure."""

import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from unificx.core.errors import Invalid
from unificx.core.names import is_name
from unificx.core.phrases import Phrase
from unificx.webhooks.catalogue import EVENT_TYPES

MAX_URL = 1000
MAX_NAME = 60


def check_name(text: str) -> str:
    stripped = text.strip()
    if not is_name(stripped, MAX_NAME):
        raise Invalid(Phrase("A name has 1 to {} printable characters.", MAX_NAME), field="name")
    return stripped


def check_events(events: Collection[str]) -> tuple[str, ...]:
    """Return the events in the order of the catalogue, each once."""
    for event in events:
        if event not in EVENT_TYPES:
            raise Invalid(
                Phrase("There is no event {}.", event),
                hint=Phrase("Events are {}.", ", ".join(EVENT_TYPES)),
                field="events",
            )
    if not events:
        raise Invalid("Name at least one event.", field="events")
    return tuple(event for event in EVENT_TYPES if event in events)


def check_url(text: str) -> str:
    """Check an address: `https`, a host, no user name. Addresses inside are refused; names are checked when connected
    to."""
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise Invalid("This is not a URL.", field="url") from None
    if url.scheme != "https" or not host or not text.isascii() or not text.isprintable() or len(text) > MAX_URL:
        raise Invalid("A webhook needs an https URL.", hint="For example https://example.com/hook.", field="url")
    if url.username is not None or url.password is not None or url.fragment or port == 0:
        raise Invalid("The URL must not contain a user name or a fragment.", field="url")
    if _is_internal(host):
        raise Invalid("Addresses inside the network are not allowed.", hint="Use a public host.", field="url")
    return text


def _is_internal(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
