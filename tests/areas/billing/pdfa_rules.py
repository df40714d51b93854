"""Rules of PDF/A-3b (ISO 19005-3) and Factur-X 1.0 that a document of ours could break. Not a whole validator.

Each rule is named by its clause. Documents without forms, images and annotations are expected, as ours are.
"""

import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from fontTools.ttLib import TTFont
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject, NullObject, StreamObject

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PDF = "{http://ns.adobe.com/pdf/1.3/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
_PROPERTY = "{http://www.aiim.org/pdfa/ns/property#}"
_EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
_FACTUR_X = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_PREDEFINED = {
    _PDFAID: {"part", "conformance"},
    _DC: {"title", "creator", "description"},
    _PDF: {"Producer"},
    _XMP: {"CreatorTool", "CreateDate", "ModifyDate"},
    _EXTENSION: {"schemas"},
}
_OPERATORS = set(
    b"q Q cm w J j M d ri i gs m l c v y h re S s f F f* B B* b b* n W W* BT ET Tc Tw Tz TL Tf Tr Ts"
    b" Td TD Tm T* Tj TJ ' \" g G rg RG BMC BDC EMC MP DP".split()
)
"""Those of text and lines (ISO 32000-1, annex A), with the colours of an output intent of RGB only (6.2.4.3)."""


def broken_rules(data: bytes) -> list[str]:
    """Return the clauses that a document breaks, each with the fault."""
    reader = PdfReader(io.BytesIO(data))
    return [fault for check in _CHECKS for fault in check(reader, data)]


def _file(reader: PdfReader, data: bytes) -> Iterator[str]:
    if not re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", data):
        yield "6.1.2: header"
    if not data.rstrip().endswith(b"%%EOF"):
        yield "6.1.3: bytes after the end"
    identifiers = reader.trailer.get("/ID")
    if identifiers is None or not all(cast("Sequence[bytes]", identifiers)):
        yield "6.1.3: no identifier"
    if "/Encrypt" in reader.trailer:
        yield "6.1.3: encrypted"


def _objects(reader: PdfReader, data: bytes) -> Iterator[str]:
    for each in _all(reader):
        if isinstance(each, StreamObject):
            filters = each.get("/Filter", [])
            if "/LZWDecode" in ([filters] if isinstance(filters, str) else filters):
                yield "6.1.7.2: compressed by LZW"
            if {"/F", "/FFilter"} & each.keys() and each.get("/Type") != "/EmbeddedFile":
                yield "6.1.7.1: stream in another file"
        if each.get("/S") in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/ResetForm", "/Movie", "/Sound"):
            yield f"6.5.1: action {each['/S']}"
        if "/AA" in each:
            yield "6.5.2: actions of events"
        if each.get("/SMask", "/None") != "/None" or each.get("/BM", "/Normal") not in ("/Normal", "/Compatible"):
            yield "6.2.10: transparency"
        if float(cast("Any", each.get("/ca", 1))) != 1 or float(cast("Any", each.get("/CA", 1))) != 1:
            yield "6.2.10: transparency"
    for name, clause in {"/AcroForm": "6.4.1", "/OCProperties": "6.9", "/Requirements": "6.12"}.items():
        if name in reader.root_object:
            yield f"{clause}: {name}"
    for page in reader.pages:
        if page.get("/Annots"):
            yield "6.3: annotations"


def _colours(reader: PdfReader, data: bytes) -> Iterator[str]:
    intents = [each.get_object() for each in reader.root_object.get("/OutputIntents", [])]
    profiles = [each["/DestOutputProfile"].get_object() for each in intents if each.get("/S") == "/GTS_PDFA1"]
    if len(profiles) != 1:
        yield "6.2.3: no output intent"
        return
    [profile] = profiles
    icc = profile.get_data()
    if profile.get("/N") != 3 or icc[36:40] != b"acsp" or icc[16:20] != b"RGB " or not 2 <= icc[8] <= 4:
        yield "6.2.3: no profile of RGB"
    if int.from_bytes(icc[:4]) != len(icc):
        yield "6.2.3: length of the profile"


def _fonts(reader: PdfReader, data: bytes) -> Iterator[str]:
    used: dict[str, set[int]] = {}
    fonts: dict[str, DictionaryObject] = {}
    for page in reader.pages:
        resources = cast("DictionaryObject", page["/Resources"].get_object())
        of_page = {
            name: cast("DictionaryObject", font.get_object()) for name, font in resources.get("/Font", {}).items()
        }
        for font in of_page.values():
            if fonts.setdefault(str(font["/BaseFont"]), font) != font:
                yield f"ISO 32000-1, 9.6.4: two subsets with the name {font['/BaseFont']}"
        current = ""
        for operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator not in _OPERATORS:
                yield f"6.2.2 or 6.2.4.3: operator {operator.decode()}"
            if operator == b"Tf":
                if operands[0] not in of_page:
                    yield "6.2.2: font is not among the resources"
                    return
                current = str(of_page[operands[0]]["/BaseFont"])
            if operator in (b"Tj", b"TJ"):
                pieces = operands[0] if operator == b"TJ" else operands
                shown = b"".join(each.original_bytes for each in pieces if hasattr(each, "original_bytes"))
                codes = {int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2)}
                used.setdefault(current, set()).update(codes)
    for name, font in fonts.items():
        yield from _font(name, font, used.get(name, set()))


def _font(name: str, font: DictionaryObject, used: set[int]) -> Iterator[str]:
    """Yield the faults of a composite font whose codes are glyph ids or mapped to them (6.2.11)."""
    if font.get("/Subtype") != "/Type0" or font.get("/Encoding") != "/Identity-H":
        yield f"6.2.11.3: {name} is not a composite font with Identity-H"
        return
    descendant = font["/DescendantFonts"][0].get_object()  # type: ignore[index]
    program = descendant["/FontDescriptor"].get_object().get("/FontFile2")
    if program is None:
        yield f"6.2.11.4.1: {name} is not embedded"
        return
    to_glyph = descendant.get("/CIDToGIDMap")
    if to_glyph is None:
        yield f"6.2.11.3.2: {name} has no CIDToGIDMap"
        return
    mapped = to_glyph.get_object()
    table = mapped.get_data() if isinstance(mapped, StreamObject) else b""
    outline: Any = TTFont(io.BytesIO(program.get_object().get_data()))
    scale = 1000 / outline["head"].unitsPerEm
    widths, default = _widths(descendant.get("/W", [])), float(descendant.get("/DW") or 1000)
    for code in used:
        glyph = int.from_bytes(table[2 * code : 2 * code + 2]) if table else code
        if glyph == 0 or glyph >= outline["maxp"].numGlyphs:
            yield f"6.2.11.8: {name} shows .notdef for {code}"
            continue
        advance = outline["hmtx"][outline.getGlyphName(glyph)][0] * scale
        if abs(advance - widths.get(code, default)) > 1:
            yield f"6.2.11.5: {name} has another width for {code}"
    unicode = font.get("/ToUnicode")
    mapped_codes = _codes(unicode.get_object().get_data()) if unicode is not None else set[int]()
    if not used <= mapped_codes:
        yield f"6.2.11.7.2: {name} has no text for {sorted(used - mapped_codes)}"


def _widths(entries: Sequence[Any]) -> dict[int, float]:
    """Return the widths of an array W (ISO 32000-1, 9.7.4.3): `first [w …]` or `first last w`."""
    found: dict[int, float] = {}
    values = [each.get_object() for each in entries]
    while values:
        first, second = values[0], values[1]
        if isinstance(second, list):
            found |= {int(first) + at: float(width) for at, width in enumerate(second)}
            values = values[2:]
        else:
            found |= {code: float(values[2]) for code in range(int(first), int(second) + 1)}
            values = values[3:]
    return found


def _codes(cmap: bytes) -> set[int]:
    """Return the codes of a ToUnicode CMap that have text other than U+0000, U+FEFF and U+FFFE."""
    found: set[int] = set()
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        pairs = re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)
        found |= {int(code, 16) for code, text in pairs if text.upper() not in (b"0000", b"FEFF", b"FFFE")}
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*[<\[]", block):
            found |= set(range(int(first, 16), int(last, 16) + 1))
    return found


def _metadata(reader: PdfReader, data: bytes) -> Iterator[str]:
    stream = reader.root_object.get("/Metadata")
    if stream is None:
        yield "6.6.2.1: no metadata"
        return
    packet = cast("StreamObject", stream.get_object()).get_data()
    if re.match(rb"<\?xpacket[^>]*(bytes|encoding)=", packet):
        yield "6.6.2.1: header of the packet"
    described = list(etree.fromstring(packet).iter(f"{_RDF}Description"))
    values = {each.tag: "".join(each.itertext()).strip() for part in described for each in part}
    if (values.get(f"{_PDFAID}part"), values.get(f"{_PDFAID}conformance")) != ("3", "B"):
        yield "6.6.4: part and conformance"
    declared = {
        f"{{{_text(schema, f'{_SCHEMA}namespaceURI')}}}{_text(each, f'{_PROPERTY}name')}"
        for part in described
        for schema in part.iterfind(f"{_EXTENSION}schemas/{_RDF}Bag/{_RDF}li")
        for each in schema.iterfind(f"{_SCHEMA}property/{_RDF}Seq/{_RDF}li")
    }
    predefined = {f"{namespace}{name}" for namespace, names in _PREDEFINED.items() for name in names}
    for name in values.keys() - predefined - declared:
        yield f"6.6.2.3: {name} is of no schema"
    yield from _information(reader, values)
    expected = {"DocumentType": "INVOICE", "DocumentFileName": "factur-x.xml", "ConformanceLevel": "EN 16931"}
    for name, value in {**expected, "Version": "1.0"}.items():
        if values.get(f"{{{_FACTUR_X}}}{name}") != value:
            yield f"Factur-X: {name}"


def _text(element: Any, name: str) -> str:
    return cast("str", element.findtext(name, ""))


def _information(reader: PdfReader, values: dict[str, str]) -> Iterator[str]:
    """Yield what the information dictionary has otherwise than the metadata."""
    for key, value in (reader.metadata or {}).items():
        name = {"/Title": f"{_DC}title", "/Author": f"{_DC}creator", "/Producer": f"{_PDF}Producer"}.get(key)
        if name is not None and values.get(name) != str(value):
            yield f"6.6.3: {key} differs from the metadata"


def _embedded(reader: PdfReader, data: bytes) -> Iterator[str]:
    associated = [each.get_object() for each in reader.root_object.get("/AF", [])]
    specifications = [each for each in _all(reader) if each.get("/Type") == "/Filespec"]
    for each in specifications:
        if each not in associated:
            yield "6.8: file is not associated"
        if each.get("/F") != "factur-x.xml" or each.get("/UF") != "factur-x.xml":
            yield "6.8: name of the file"
        if each.get("/AFRelationship") != "/Alternative":
            yield "6.8: relationship"
        stream = cast("DictionaryObject", each["/EF"]).get("/F", NullObject()).get_object()  # type: ignore[union-attr]
        if not isinstance(stream, StreamObject):
            yield "6.8: no file"
            return
        if stream.get("/Subtype") != "/text/xml":
            yield "6.8: media type"
        if "/ModDate" not in cast("DictionaryObject", stream.get("/Params", {})):
            yield "6.8: no time of change"
    if len(specifications) != 1 or "factur-x.xml" not in reader.attachments:
        yield "Factur-X: not one electronic invoice"


_CHECKS: Sequence[Callable[[PdfReader, bytes], Iterator[str]]] = (
    _file,
    _objects,
    _colours,
    _fonts,
    _metadata,
    _embedded,
)


def _all(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Yield all dictionaries and streams, also those within others."""
    waiting: list[Any] = [reader.get_object(IndirectObject(each, 0, reader)) for each in range(1, _size(reader))]
    while waiting:
        found = waiting.pop()
        if isinstance(found, DictionaryObject):
            yield found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def _size(reader: PdfReader) -> int:
    return int(cast("Any", reader.trailer["/Size"]))
