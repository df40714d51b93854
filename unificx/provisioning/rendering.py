"""Files for phones: settings from a template of the maker, and phone books. Pure but for the templates, which are data
files of this package."""

from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from unificx.core.lazy import lazy_import
from unificx.core.names import is_printable
from unificx.core.xml_text import xml_legal, xml_text
from unificx.provisioning.schemas import Maker, PhoneFile, PhoneValues
from unificx.routing import CodeTable

if TYPE_CHECKING:
    import jinja2
else:
    jinja2 = lazy_import("jinja2")

_XML, _TEXT = "application/xml", "text/plain"
_TEMPLATES: dict[Maker, str] = {
    "yealink": "yealink.cfg.j2",
    "grandstream": "grandstream.xml.j2",
    "snom": "snom.xml.j2",
    "fanvil": "fanvil.xml.j2",
    "generic": "generic.conf.j2",
}
_BOOKS: dict[Maker, tuple[str, str]] = {
    "yealink": ("YealinkIPPhoneDirectory", "DirectoryEntry"),
    "grandstream": ("AddressBook", "Contact"),
    "snom": ("SnomIPPhoneDirectory", "DirectoryEntry"),
    "fanvil": ("FanvilIPPhoneDirectory", "DirectoryEntry"),
    "generic": ("IPPhoneDirectory", "DirectoryEntry"),
}


def settings_file_name(maker: Maker, mac: str) -> str:
    """Return the name under which a phone of this maker looks for its settings at the address of a folder."""
    return {
        "yealink": f"{mac}.cfg",
        "grandstream": f"cfg{mac}.xml",
        "snom": f"snom-{mac}.xml",
        "fanvil": f"{mac}.cfg",
        "generic": f"{mac}.conf",
    }[maker]


PICKUP, VOICEMAIL = PHONE_CODES = ("pickup", "voicemail-own")
"""Features whose codes are on the keys of phones."""


def render_settings(maker: Maker, values: PhoneValues, codes: CodeTable) -> PhoneFile:
    """Return the settings file. `codes`: the feature codes of the tenant."""
    name = _TEMPLATES[maker]
    own = {each.name: getattr(values, each.name) for each in fields(values)}
    text = (
        _templates()
        .get_template(name)
        .render(
            **own,
            pickup_code=codes.codes[PICKUP],
            voicemail=codes.codes[VOICEMAIL],
            utc_hours=_hours(values.utc_offset),
        )
    )
    return PhoneFile(_XML if ".xml." in name else _TEXT, text)


def render_phone_book(maker: Maker, entries: Iterable[tuple[str, str]]) -> PhoneFile:
    """Return a directory of (name, number) as XML of this maker."""
    root, element = _BOOKS[maker]
    write = _grandstream_entry if maker == "grandstream" else _entry
    lines = [f"<{element}>{write(name, number)}</{element}>" for name, number in entries]
    return PhoneFile(_XML, "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f"<{root}>", *lines, f"</{root}>", ""]))


def _entry(name: str, number: str) -> str:
    return f"<Name>{xml_text(name)}</Name><Telephone>{xml_text(number)}</Telephone>"


def _grandstream_entry(name: str, number: str) -> str:
    phone = f"<phonenumber>{xml_text(number)}</phonenumber><accountindex>0</accountindex>"
    return f"<LastName>{xml_text(name)}</LastName><Phone>{phone}</Phone>"


def _hours(minutes: int) -> str:
    """Return an offset as +1, -3:30 or 0."""
    sign, whole = "-" if minutes < 0 else "+", abs(minutes)
    rest = f":{whole % 60:02d}" if whole % 60 else ""
    return f"{sign}{whole // 60}{rest}" if minutes else "0"


def _line(text: str) -> str:
    """Return text without characters that could begin another line or setting."""
    return " ".join("".join(each if is_printable(each) else " " for each in text).split())


@cache
def _templates() -> "jinja2.Environment":
    folder = files(__name__.rpartition(".")[0]).joinpath("templates")
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=lambda name: name is not None and ".xml." in name,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: xml_legal(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = _line
    return environment
