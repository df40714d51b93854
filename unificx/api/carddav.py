"""Address books as CardDAV resources (RFC 6352): their properties, reports and changes.

Deletions leave no trace in an address book. A client whose synchronization token is older than the newest deletion gets
the precondition `valid-sync-token` (RFC 6578 section 3.2) and reads the list again.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, cast
from urllib.parse import unquote, urlsplit

from unificx.api import dav_xml
from unificx.api.dav_xml import Wanted, card, dav, element, href, server, text
from unificx.api.problems import PreconditionFailed
from unificx.contacts import (
    NO_PICTURE,
    AddressBook,
    Contact,
    ContactChanged,
    ContactPicture,
    Contacts,
    Guard,
    NewContact,
    read_file,
    values_of,
    write_vcards,
)
from unificx.core.errors import DomainError, Invalid, NotFound

ROOT, PRINCIPAL, HOME = "/dav/", "/dav/principal/", "/dav/books/"
MAX_CARD = 2 << 20
"""Bytes of a vCard: photos of telephones have up to one megabyte."""
MOST_PICTURES = 500
"""Pictures in an answer, each about 20 KB; the rest of the contacts is read by another request."""
MAX_RESOURCE_NAME = 200
MOST_CONDITIONS, MOST_CONDITION_TEXT = 50, 5000
"""Elements of a filter and characters of their texts: each is applied to all contacts."""
_MOST_FAULTS = 3
_NO_ROOM = "507 Insufficient Storage"
_TOKEN = "urn:unificx:contacts:"  # noqa: S105 - the beginning of synchronization tokens
_TOKEN_PATTERN = re.compile(rf"{_TOKEN}([0-9]{{1,15}})(?:-([0-9]{{1,15}}))?\Z")
"""A revision up to which changes are known; in the token of a truncated answer also the one at which it was read, up to
which deletions are."""
_CARD_TYPE = "text/vcard; charset=utf-8"
_PRIVILEGES = ("read", "read-current-user-privilege-set")
_ALL_PRIVILEGES = (*_PRIVILEGES, "write", "write-content", "bind", "unbind")
_REPORTS = (card("addressbook-multiget"), card("addressbook-query"), dav("sync-collection"))
_UNLISTED = frozenset({card("address-data")})


class DavRefusal(DomainError):
    """A request is refused by a precondition of WebDAV or CardDAV, named by `condition`."""

    def __init__(self, condition: str, explanation: str, status: int = 403) -> None:
        super().__init__(explanation)
        self.condition, self.status = condition, status


@dataclass(frozen=True, slots=True)
class DavBook:
    """An address book of the user. `name` is that in its path."""

    name: Literal["personal", "company"]
    book: AddressBook
    writable: bool

    @property
    def path(self) -> str:
        return f"{HOME}{self.name}/"

    @property
    def title(self) -> str:
        return "Personal" if self.name == "personal" else "Company"


class CardDav:
    """The address books of one user. `depth` is that of PROPFIND: "0" or "1"."""

    def __init__(self, contacts: Contacts, books: Sequence[DavBook]) -> None:
        self._contacts = contacts
        self._books = {each.name: each for each in books}

    # ---- reading

    async def propfind(self, path: str, depth: str, body: bytes) -> bytes:
        """Return the properties of a resource, and with depth 1 of those in it. Raise NotFound, DavRefusal, Invalid."""
        if depth not in ("0", "1"):
            raise DavRefusal(dav("propfind-finite-depth"), "The depth has to be 0 or 1.")
        wanted, children = dav_xml.wanted_of(dav_xml.parse(body)), depth == "1"
        if path in (ROOT, PRINCIPAL):
            responses = [dav_xml.found(path, _principal(path), wanted)]
            responses += [dav_xml.found(HOME, _home(), wanted)] if children and path == ROOT else []
        elif path == HOME:
            shown = list(self._books.values()) if children else []
            responses = [
                dav_xml.found(HOME, _home(), wanted),
                *[await self._book_response(one, wanted) for one in shown],
            ]
        else:
            responses = await self._in_book(path, wanted, children=children)
        return dav_xml.multistatus(responses)

    async def _in_book(self, path: str, wanted: Wanted, *, children: bool) -> list[str]:
        found, name = self._resolve(path)
        if name:
            return await self._responses(found, [await self._card(found, name)], wanted)
        responses = [await self._book_response(found, wanted)]
        if children:
            contacts = (await self._contacts.resources.changes(found.book)).contacts
            responses += await self._responses(found, contacts, wanted)
        return responses

    async def _book_response(self, one: DavBook, wanted: Wanted) -> str:
        revision = await self._contacts.resources.revision(one.book)
        return dav_xml.found(one.path, _book(one, revision), wanted)

    async def get(self, path: str, version: Literal["3.0", "4.0"]) -> tuple[bytes, str]:
        """Return vCard and ETag of a contact. Raise NotFound."""
        found, name = self._resolve(path)
        if not name:
            raise NotFound("An address book is read by REPORT.")
        contact = await self._card(found, name)
        pictures = await self._contacts.contact_pictures.images(found.book.tenant_id, [contact])
        return write_vcards([contact], version, pictures=pictures), _etag_of(contact)

    async def report(self, path: str, body: bytes) -> bytes:
        """Return the answer to a report on an address book. Raise NotFound, DavRefusal, Invalid."""
        found, name = self._resolve(path)
        root = dav_xml.parse(body)
        if root is None or root.tag not in _REPORTS or name:
            raise DavRefusal(dav("supported-report"), "This report is not supported here.")
        if root.tag == dav("sync-collection"):
            return await self._sync(found, root)
        wanted = dav_xml.wanted_of(root)
        if wanted.card_version not in ("3.0", "4.0"):
            raise DavRefusal(card("supported-address-data"), "vCards are of version 3.0 or 4.0.")
        if root.tag == card("addressbook-multiget"):
            return await self._multiget(found, root, wanted)
        query = root.find(card("filter"))
        changes = await self._contacts.resources.changes(found.book)
        passed = await asyncio.to_thread(_passing, changes.contacts, query)
        limit = _limit(root.find(card("limit")), card("nresults"))
        shown = _fitting(passed[:limit], wanted)
        responses = await self._responses(found, shown, wanted)
        if len(shown) < len(passed):
            responses.append(_truncated(found))
        return dav_xml.multistatus(responses)

    async def _multiget(self, one: DavBook, root: Any, wanted: Wanted) -> bytes:
        paths = [_path_of(each.text or "") for each in root.findall(dav("href"))]
        names = [path.removeprefix(one.path) for path in paths if path.startswith(one.path)]
        found = await self._contacts.resources.named(one.book, names)
        responses = await self._responses(one, list(found.values()), wanted)
        missing = (path for path in dict.fromkeys(paths) if path.removeprefix(one.path) not in found)
        return dav_xml.multistatus([*responses, *(dav_xml.status(path, "404 Not Found") for path in missing)])

    async def _sync(self, one: DavBook, root: Any) -> bytes:
        token = (root.findtext(dav("sync-token")) or "").strip()
        matched = _TOKEN_PATTERN.match(token)
        if token and matched is None:
            raise _unknown_token()
        since, read = (int(matched[1]), int(matched[2] or matched[1])) if matched else (0, 0)
        changes = await self._contacts.resources.changes(one.book, since)
        if token and not (changes.known <= read <= changes.revision and since <= read):
            raise _unknown_token()
        limit = _limit(root.find(dav("limit")), dav("nresults"))
        wanted = dav_xml.wanted_of(root)
        shown = _fitting(changes.contacts[:limit], wanted)
        responses = await self._responses(one, shown, wanted)
        known = f"{changes.revision}"
        if len(shown) < len(changes.contacts):
            known = f"{shown[-1].revision if shown else since}-{changes.revision}"
            responses.append(_truncated(one))
        return dav_xml.multistatus(responses, f"{_TOKEN}{known}")

    # ---- changes

    async def put(self, path: str, body: bytes, conditions: Mapping[str, str]) -> bool:
        """Store a vCard under a name that the client has chosen; return whether it is new. `conditions` are the headers
        of the request. Raise NotFound, DavRefusal, PreconditionFailed."""
        found, name = self._writable(path)
        new, photo = await asyncio.to_thread(_parsed, body)

        async def attempt(unchanged: Guard) -> bool:
            before = (await self._contacts.resources.named(found.book, [name])).get(name)
            _check(before, conditions)
            same = await self._contacts.resources.with_uid(found.book, new.uid) if new.uid else None
            if (same is not None and same.resource_name != name) or (before and new.uid and before.uid != new.uid):
                raise DavRefusal(card("no-uid-conflict"), "Another contact has this UID, or the UID has changed.")
            picture = await self._picture(before, photo)
            if before is None:
                added = replace(new, resource=name, picture=picture or NO_PICTURE)
                await self._contacts.store(found.book, [added], guard=unchanged)
            else:
                change = (before.id, new.details, before.revision, new.extra)
                await self._contacts.update(found.book, *change, picture=picture)
            return before is None

        try:
            return await self._contacts.optimistic.run(found.book, attempt)
        except Invalid as fault:
            raise DavRefusal(card("valid-address-data"), f"{fault.field}: {fault.message}") from None
        except ContactChanged:
            raise PreconditionFailed("The contact was changed meanwhile.") from None

    async def _picture(self, before: Contact | None, photo: bytes | None) -> ContactPicture | None:
        """Return the picture of a contact after a PUT; None: that of before, also if the photo is the same or cannot
        be read. Raise TooManyRequests."""
        if photo is None:
            return NO_PICTURE if before is not None and before.picture else None
        pictures = self._contacts.contact_pictures
        if not photo or (before and before.picture and await pictures.unchanged(before.tenant_id, {before.id: photo})):
            return None
        return (await pictures.made_of([photo]))[0]

    async def delete(self, path: str, conditions: Mapping[str, str]) -> None:
        """Delete a contact. Raise NotFound, DavRefusal, PreconditionFailed."""
        found, name = self._writable(path)
        contact = await self._card(found, name)
        _check(contact, conditions)
        try:
            await self._contacts.remove(found.book, contact.id, contact.revision)
        except ContactChanged:
            raise PreconditionFailed("The contact was changed meanwhile.") from None

    def _writable(self, path: str) -> tuple[DavBook, str]:
        if path in (ROOT, PRINCIPAL, HOME):
            raise DavRefusal(dav("need-privileges"), "This collection cannot be changed.")
        found, name = self._resolve(path)
        if not found.writable or not name:
            raise DavRefusal(dav("need-privileges"), "You may not change this.")
        if len(name) > MAX_RESOURCE_NAME or not name.isprintable():
            raise DavRefusal("", f"A name has at most {MAX_RESOURCE_NAME} printable characters.")
        return found, name

    def _resolve(self, path: str) -> tuple[DavBook, str]:
        """Return the address book of a path and the name of a contact, "" for the book. Raise NotFound."""
        book, _, name = path.removeprefix(HOME).partition("/")
        found = self._books.get(cast("Any", book))
        if not path.startswith(HOME) or found is None or "/" in name:
            raise NotFound("There is no such resource.")
        return found, name

    async def _responses(self, one: DavBook, contacts: Sequence[Contact], wanted: Wanted) -> list[str]:
        """Return the responses to contacts; 507 for those that do not fit, to be read by another request."""
        shown = _fitting(contacts, wanted)
        images: Mapping[str, bytes] = {}
        if _with_pictures(wanted):
            images = await self._contacts.contact_pictures.images(one.book.tenant_id, shown)
        found = (
            dav_xml.found(one.path + each.resource_name, _card(each, wanted, images), wanted, _UNLISTED)
            for each in shown
        )
        left = (one.path + each.resource_name for each in contacts[len(shown) :])
        return [*found, *(dav_xml.status(path, _NO_ROOM) for path in left)]

    async def _card(self, one: DavBook, name: str) -> Contact:
        found = (await self._contacts.resources.named(one.book, [name])).get(name)
        if found is None:
            raise NotFound("There is no such contact.")
        return found


def _path_of(reference: str) -> str:
    """Return the path of a reference, decoded; "" for one that cannot be read."""
    try:
        return unquote(urlsplit(reference.strip()).path)
    except ValueError:
        return ""


def collection_path(path: str) -> str:
    """Return a path; that of a collection with the slash at its end, which users leave out (RFC 4918 section 5.2)."""
    return f"{path}/" if f"{path}/" in (ROOT, PRINCIPAL, HOME) else path


def _etag_of(contact: Contact) -> str:
    return f'"{contact.revision}"'


def _check(contact: Contact | None, conditions: Mapping[str, str]) -> None:
    """Raise PreconditionFailed (RFC 9110 sections 13.1.1 and 13.1.2)."""
    present = set() if contact is None else {"*", _etag_of(contact)}
    wanted, unwanted = ({each.strip() for each in conditions.get(one, "").split(",")} for one in _CONDITIONS)
    if (wanted != {""} and not wanted & present) or unwanted & present:
        raise PreconditionFailed("The contact was changed meanwhile.", hint="Read it again.")


_CONDITIONS = ("if-match", "if-none-match")


def _parsed(body: bytes) -> tuple[NewContact, bytes | None]:
    """Return the only card of a body and the photo in it. Raise DavRefusal."""
    if len(body) > MAX_CARD:
        raise DavRefusal(card("max-resource-size"), f"A vCard has at most {MAX_CARD} bytes.")
    try:
        file = read_file(body, "utf-8")
    except Invalid as fault:
        raise DavRefusal(card("valid-address-data"), fault.message) from None
    faults = [each.message for entry in file.entries for each in entry.faults]
    if file.format != "vcard" or len(file.entries) != 1 or faults:
        raise DavRefusal(card("valid-address-data"), " ".join(faults[:_MOST_FAULTS]) or "Send one vCard.")
    return file.entries[0].contact, file.entries[0].photo


# ---- properties


def _principal(path: str) -> dict[str, str]:
    kinds = element(dav("collection")) + (element(dav("principal")) if path == PRINCIPAL else "")
    return {
        dav("resourcetype"): kinds,
        dav("displayname"): "UnifiCX",
        dav("current-user-principal"): href(PRINCIPAL),
        dav("principal-URL"): href(PRINCIPAL),
        card("addressbook-home-set"): href(HOME),
        dav("supported-report-set"): "",
    }


def _home() -> dict[str, str]:
    return {
        dav("resourcetype"): element(dav("collection")),
        dav("displayname"): "UnifiCX",
        dav("current-user-principal"): href(PRINCIPAL),
        dav("current-user-privilege-set"): _privileges(_PRIVILEGES),
        dav("owner"): href(PRINCIPAL),
    }


def _book(one: DavBook, revision: int) -> dict[str, str]:
    token = text(f"{_TOKEN}{revision}")
    data = "".join(
        f'<C:address-data-type content-type="text/vcard" version="{version}"/>' for version in ("3.0", "4.0")
    )
    reports = "".join(element(dav("supported-report"), element(dav("report"), element(each))) for each in _REPORTS)
    return {
        dav("resourcetype"): element(dav("collection")) + element(card("addressbook")),
        dav("displayname"): one.title,
        dav("current-user-principal"): href(PRINCIPAL),
        dav("current-user-privilege-set"): _privileges(_ALL_PRIVILEGES if one.writable else _PRIVILEGES),
        dav("owner"): href(PRINCIPAL),
        dav("supported-report-set"): reports,
        dav("sync-token"): token,
        server("getctag"): token,
        card("supported-address-data"): data,
        card("max-resource-size"): str(MAX_CARD),
    }


def _privileges(names: Sequence[str]) -> str:
    return "".join(element(dav("privilege"), element(dav(each))) for each in names)


def _card(contact: Contact, wanted: Wanted, pictures: Mapping[str, bytes]) -> dict[str, str]:
    found = {
        dav("getetag"): text(_etag_of(contact)),
        dav("getcontenttype"): _CARD_TYPE,
        dav("getlastmodified"): f"{contact.changed:%a, %d %b %Y %H:%M:%S} GMT",
        dav("resourcetype"): "",
    }
    if _with_data(wanted):
        version: Literal["3.0", "4.0"] = "4.0" if wanted.card_version == "4.0" else "3.0"
        data = write_vcards([contact], version, wanted.card_properties, pictures=pictures)
        found[card("address-data")] = text(data.decode())
    return found


def _with_data(wanted: Wanted) -> bool:
    return wanted.names is not None and card("address-data") in wanted.names


def _with_pictures(wanted: Wanted) -> bool:
    properties = {each.upper() for each in wanted.card_properties}
    return _with_data(wanted) and (not properties or "PHOTO" in properties)


def _fitting(contacts: Sequence[Contact], wanted: Wanted) -> Sequence[Contact]:
    """Return the contacts from the first on whose pictures fit into an answer."""
    if not _with_pictures(wanted):
        return contacts
    with_picture = (at for at, each in enumerate(contacts) if each.picture)
    return contacts[: next(islice(with_picture, MOST_PICTURES, None), None)]


def _truncated(one: DavBook) -> str:
    limits = element(dav("error"), element(dav("number-of-matches-within-limits")))
    return dav_xml.status(one.path, _NO_ROOM, limits)


def _limit(found: Any | None, name: str) -> int | None:
    number = (found.findtext(name) or "").strip() if found is not None else ""
    return int(number) if number.isdecimal() and number.isascii() and len(number) < 10 else None


def _unknown_token() -> DavRefusal:
    return DavRefusal(
        dav("valid-sync-token"), "The token is unknown, or contacts were deleted since. Read the list again."
    )


# ---- filters (RFC 6352 section 10.5)


def _passing(contacts: Sequence[Contact], query: Any | None) -> Sequence[Contact]:
    """Return the contacts that pass the filter of a query; all without a filter. Raise DavRefusal."""
    filters = [] if query is None else query.findall(card("prop-filter"))
    if query is None or not filters:
        return contacts
    conditions = sum(1 for _ in query.iter())
    if conditions > MOST_CONDITIONS or sum(map(len, query.itertext())) > MOST_CONDITION_TEXT:
        raise DavRefusal(card("supported-filter"), f"A filter has at most {MOST_CONDITIONS} conditions.")

    def passes(contact: Contact) -> bool:
        values = values_of(contact)
        return _combined(query, (_passes(values, each) for each in filters))

    return [each for each in contacts if passes(each)]


def _passes(values: Mapping[str, list[str]], one: Any) -> bool:
    if one.find(card("param-filter")) is not None:
        raise DavRefusal(card("supported-filter"), "Filters by parameters are not supported.")
    found = values.get(one.get("name", "").upper(), [])
    if one.find(card("is-not-defined")) is not None:
        return not found
    matches = one.findall(card("text-match"))
    if not matches:
        return bool(found)
    return _combined(one, (_matches(found, each) for each in matches))


def _combined(rule: Any, results: Iterator[bool]) -> bool:
    return all(results) if rule.get("test") == "allof" else any(results)


def _matches(values: Sequence[str], match: Any) -> bool:
    collation = match.get("collation", "i;unicode-casemap")
    if collation not in ("i;ascii-casemap", "i;unicode-casemap", "default"):
        raise DavRefusal(card("supported-collation"), "Collations are i;ascii-casemap and i;unicode-casemap.")
    text_wanted = (match.text or "").casefold()
    tests = {
        "equals": lambda value: value == text_wanted,
        "contains": lambda value: text_wanted in value,
        "starts-with": lambda value: value.startswith(text_wanted),
        "ends-with": lambda value: value.endswith(text_wanted),
    }
    test = tests.get(match.get("match-type", "contains"))
    if test is None:
        raise DavRefusal(card("supported-filter"), "This kind of match is not supported.")
    return any(test(each.casefold()) for each in values) != (match.get("negate-condition") == "yes")
