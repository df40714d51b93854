"""PDF/A-3b of invoices: no rule is broken, and each rule finds the damage that it is for."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from invoice_documents import INVOICE, KINDS, LINES
from pdfa_rules import broken_rules
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    TextStringObject,
)

from unificx.billing.invoicing.pdf import to_pdf
from unificx.billing.machine.invoice import Document

OTHER_SCRIPTS = replace(INVOICE.buyer, name="ΑΛΦΑ Ά. Ε.", contact="Иван Љубић", street="Đường Nguyễn 5", city="Łódź")
LONG = replace(INVOICE, lines=tuple(replace(each, name=f"Plan {at}") for at in range(40) for each in LINES))
DOCUMENTS = [
    *(replace(document, language=language) for document, _, _ in KINDS for language in ("de", "en")),
    replace(INVOICE, buyer=OTHER_SCRIPTS),
    LONG,
]


@pytest.mark.promise("U4")
@pytest.mark.parametrize("document", DOCUMENTS)
def test_an_invoice_breaks_no_rule(document: Document) -> None:
    assert broken_rules(to_pdf(document)) == []


def test_names_with_greek_and_cyrillic_can_be_read() -> None:
    text = PdfReader(io.BytesIO(to_pdf(replace(INVOICE, buyer=OTHER_SCRIPTS)))).pages[0].extract_text()
    for name in (OTHER_SCRIPTS.name, OTHER_SCRIPTS.contact, OTHER_SCRIPTS.street, OTHER_SCRIPTS.city):
        assert name in text


def test_a_character_that_no_font_has_is_replaced() -> None:
    document = replace(INVOICE, buyer=replace(INVOICE.buyer, name="Acme 株 GmbH"))
    data = to_pdf(document)
    assert broken_rules(data) == []
    assert "Acme ? GmbH" in PdfReader(io.BytesIO(data)).pages[0].extract_text()


Change = Callable[[PdfWriter], object]


def name(text: str) -> NameObject:
    return NameObject(text)


def put(found: Any, key: str, value: object) -> None:
    found.get_object()[name(key)] = value


def drop(found: Any, key: str) -> None:
    del found.get_object()[key]


def font(pdf: PdfWriter) -> Any:
    return next(iter(pdf.pages[0]["/Resources"]["/Font"].values())).get_object()  # type: ignore[index]


def descendant(pdf: PdfWriter) -> Any:
    return font(pdf)["/DescendantFonts"][0].get_object()


def specification(pdf: PdfWriter) -> Any:
    return pdf.root_object["/AF"][0].get_object()  # type: ignore[index]


def embedded(pdf: PdfWriter) -> Any:
    return specification(pdf)["/EF"]["/F"].get_object()


def intent(pdf: PdfWriter) -> Any:
    return pdf.root_object["/OutputIntents"][0].get_object()  # type: ignore[index]


def rewritten(found: Any, change: Callable[[bytes], bytes]) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream.set_data(change(found.get_object().get_data()))
    for key, value in found.get_object().items():
        if key not in ("/Length", "/Filter"):
            stream[name(key)] = value
    return stream


def metadata(old: str, new: str) -> Change:
    def change(pdf: PdfWriter) -> None:
        stream = rewritten(pdf.root_object["/Metadata"], lambda data: swap(data, old, new))
        put(pdf.root_object, "/Metadata", pdf._add_object(stream))  # pyright: ignore[reportPrivateUsage]

    return change


def swap(data: bytes, old: str, new: str) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode())


def contents(extra: bytes) -> Change:
    def change(pdf: PdfWriter) -> None:
        stream = rewritten(pdf.pages[0]["/Contents"], lambda data: data + extra)
        put(pdf.pages[0], "/Contents", pdf._add_object(stream))  # pyright: ignore[reportPrivateUsage]

    return change


def state(**values: object) -> Change:
    def change(pdf: PdfWriter) -> None:
        entry = DictionaryObject({name(f"/{key}"): value for key, value in values.items()})  # type: ignore[misc]
        put(pdf.pages[0]["/Resources"], "/ExtGState", DictionaryObject({name("/GS1"): entry}))

    return change


def profile(change: Callable[[bytes], bytes]) -> Change:
    def changed(pdf: PdfWriter) -> None:
        stream = rewritten(intent(pdf)["/DestOutputProfile"], change)
        put(intent(pdf), "/DestOutputProfile", pdf._add_object(stream))  # pyright: ignore[reportPrivateUsage]

    return changed


def same_name(pdf: PdfWriter) -> None:
    other = list(pdf.pages[0]["/Resources"]["/Font"].values())[1]  # type: ignore[index]
    put(other, "/BaseFont", font(pdf)["/BaseFont"])


def second_file(pdf: PdfWriter) -> None:
    pdf.add_attachment("notes.txt", b"notes")


SCRIPT = DictionaryObject({name("/S"): name("/JavaScript"), name("/JS"): TextStringObject("app.beep();")})
DAMAGES: dict[str, tuple[str, Change]] = {
    "identifier": ("6.1.3: no identifier", lambda pdf: setattr(pdf, "_ID", None)),
    "password": ("6.1.3: encrypted", lambda pdf: pdf.encrypt("", "owner", algorithm="AES-256")),
    "external stream": ("6.1.7.1", lambda pdf: put(pdf.root_object["/Metadata"], "/F", TextStringObject("other"))),
    "script": ("6.5.1", lambda pdf: put(pdf.root_object, "/OpenAction", SCRIPT)),
    "event": ("6.5.2", lambda pdf: put(pdf.pages[0], "/AA", DictionaryObject())),
    "opacity": ("6.2.10", state(ca=FloatObject(0.5))),
    "blend mode": ("6.2.10", state(BM=NameObject("/Multiply"))),
    "form": ("6.4.1", lambda pdf: put(pdf.root_object, "/AcroForm", DictionaryObject())),
    "layers": ("6.9", lambda pdf: put(pdf.root_object, "/OCProperties", DictionaryObject())),
    "annotation": ("6.3", lambda pdf: put(pdf.pages[0], "/Annots", ArrayObject([DictionaryObject()]))),
    "no intent": ("6.2.3: no output intent", lambda pdf: drop(pdf.root_object, "/OutputIntents")),
    "profile of CMYK": ("6.2.3: no profile", profile(lambda data: data[:16] + b"CMYK" + data[20:])),
    "short profile": ("6.2.3: length", profile(lambda data: data[:-4])),
    "colour": ("6.2.2 or 6.2.4.3: operator k", contents(b"\n0 0 0 1 k\n")),
    "operator": ("6.2.2 or 6.2.4.3: operator zz", contents(b"\n1 zz\n")),
    "unknown font": ("6.2.2: font", contents(b"\nBT /F9 9 Tf ET\n")),
    "name of a subset": ("ISO 32000-1", same_name),
    "missing glyph": ("6.2.11.8", contents(b"\nBT /F1 9 Tf <FFFF> Tj ET\n")),
    "simple font": ("6.2.11.3:", lambda pdf: put(font(pdf), "/Subtype", name("/TrueType"))),
    "no font program": ("6.2.11.4.1", lambda pdf: drop(descendant(pdf)["/FontDescriptor"], "/FontFile2")),
    "no map to glyphs": ("6.2.11.3.2", lambda pdf: drop(descendant(pdf), "/CIDToGIDMap")),
    "widths": ("6.2.11.5", lambda pdf: put(descendant(pdf), "/W", ArrayObject([]))),
    "no text of glyphs": ("6.2.11.7.2", lambda pdf: drop(font(pdf), "/ToUnicode")),
    "no metadata": ("6.6.2.1: no metadata", lambda pdf: drop(pdf.root_object, "/Metadata")),
    "packet": ("6.6.2.1: header", metadata("<?xpacket ", '<?xpacket bytes="1" ')),
    "part": ("6.6.4", metadata("<pdfaid:part>3<", "<pdfaid:part>2<")),
    "property": ("6.6.2.3", metadata("xmp:CreatorTool>", "xmp:Colour>")),
    "undeclared": ("6.6.2.3", metadata("<pdfaProperty:name>Version<", "<pdfaProperty:name>Edition<")),
    "level": ("Factur-X: ConformanceLevel", metadata(">EN 16931<", ">BASIC<")),
    "information": ("6.6.3", lambda pdf: pdf.add_metadata({"/Title": "Other"})),
    "association": ("6.8: file is not", lambda pdf: drop(pdf.root_object, "/AF")),
    "relationship": ("6.8: relationship", lambda pdf: put(specification(pdf), "/AFRelationship", name("/Data"))),
    "file name": ("6.8: name", lambda pdf: drop(specification(pdf), "/UF")),
    "file": ("6.8: no file", lambda pdf: drop(specification(pdf)["/EF"], "/F")),
    "media type": ("6.8: media type", lambda pdf: drop(embedded(pdf), "/Subtype")),
    "time of change": ("6.8: no time", lambda pdf: drop(embedded(pdf)["/Params"], "/ModDate")),
    "second file": ("Factur-X: not one", second_file),
}


@pytest.fixture(scope="module")
def whole() -> bytes:
    return to_pdf(INVOICE)


def written(data: bytes, change: Change) -> bytes:
    pdf = PdfWriter(clone_from=io.BytesIO(data))
    pdf.metadata = None
    pdf._ID = ArrayObject([ByteStringObject(b"0" * 16)] * 2)  # pyright: ignore[reportPrivateUsage]
    change(pdf)
    output = io.BytesIO()
    pdf.write(output)
    return output.getvalue()


def test_a_document_that_is_only_written_again_breaks_no_rule(whole: bytes) -> None:
    assert broken_rules(written(whole, lambda pdf: None)) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_document_breaks_its_rule(whole: bytes, damage: str) -> None:
    rule, change = DAMAGES[damage]
    assert any(each.startswith(rule) for each in broken_rules(written(whole, change)))


def test_a_damaged_file_breaks_its_rule(whole: bytes) -> None:
    assert "6.1.2: header" in broken_rules(whole.replace(b"%PDF-1.", b"%PDF-2.", 1))
    assert "6.1.3: bytes after the end" in broken_rules(whole + b"more")
