"""Files of invoices: Factur-X that its schema accepts, PDF/A that is always the same, SEPA direct debits."""

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import as_file, files

import pytest
from invoice_documents import CREDITOR, EURO, IBAN, INVOICE, KINDS, MANDATE, STORAGE
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
from pydantic import TypeAdapter
from pypdf import PdfReader
from saxonche import PySaxonProcessor

from unificx.billing.invoicing.direct_debits import Collection, to_pain
from unificx.billing.invoicing.electronic import to_xml
from unificx.billing.invoicing.pdf import to_pdf
from unificx.billing.invoicing.schemas import BillingDetails, DirectDebit
from unificx.billing.machine.credit_note import credited_lines, left_of_lines, partial_note
from unificx.billing.machine.invoice import Document


@pytest.fixture(scope="module")
def broken_rules() -> Iterator[Callable[[bytes], list[str]]]:
    """Return the rules of the schematron of Factur-X that a document breaks. It has those of EN 16931."""
    rules = files("facturx") / "xsd_and_schematron" / "facturx-en16931"
    with as_file(rules) as directory, PySaxonProcessor(license=False) as processor:
        stylesheet = str(directory / "FACTUR-X_EN16931.xslt")
        check = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=stylesheet)

        def broken(xml: bytes) -> list[str]:
            report = check.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
            assert "svrl:fired-rule" in report
            return re.findall(r"<svrl:failed-assert[^>]*>\s*<svrl:text>(.*?)</svrl:text>", report, re.DOTALL)

        yield broken


@pytest.mark.promise("U4")
@pytest.mark.parametrize("document", [document for document, _, _ in KINDS])
def test_the_electronic_invoice_follows_the_rules_of_en_16931(
    document: Document, broken_rules: Callable[[bytes], list[str]]
) -> None:
    xml = to_xml(document)
    assert broken_rules(xml) == []
    total = f"<ram:GrandTotalAmount>{document.total / EURO:.{0 if document.currency == 'JPY' else 2}f}<".encode()
    assert total in xml
    assert broken_rules(xml.replace(total, b"<ram:GrandTotalAmount>1<"))


@pytest.mark.promise("U4")
def test_partial_credit_notes_follow_the_rules_of_en_16931(broken_rules: Callable[[bytes], list[str]]) -> None:
    whole, notes = replace(INVOICE, kind="credit_note", cancels=INVOICE.number), list[Document]()
    while rest := sum(left_of_lines(INVOICE, notes)):
        part = credited_lines(INVOICE, notes, lines={}, amount=min(7_770_000, rest))
        notes.append(partial_note(whole, notes, part))
        assert broken_rules(to_xml(notes[-1])) == []
    assert any(note.taxes != note.taxes_of_lines for note in notes)
    assert sum(note.total for note in notes) == INVOICE.total


@pytest.mark.promise("U4")
@pytest.mark.parametrize(("document", "type_code", "category"), KINDS)
def test_the_schema_accepts_the_electronic_invoice(document: Document, type_code: str, category: str) -> None:
    found = etree.fromstring(to_xml(document))
    texts = {name: [each.text for each in found.iter(f"{{*}}{name}")] for name in ("TypeCode", "CategoryCode")}
    assert type_code in texts["TypeCode"]
    assert set(texts["CategoryCode"]) == {category}
    [total] = (each.text for each in found.iter("{*}GrandTotalAmount"))
    assert float(total) * EURO == document.total


@pytest.mark.parametrize(
    ("language", "name"),
    [("de", "Speicher über die enthaltenen Gigabyte hinaus"), ("en", "Storage above the included gigabytes")],
)
def test_storage_has_a_line_in_gigabytes(language: str, name: str) -> None:
    document = replace(INVOICE, language=language, lines=(STORAGE,))
    [quantity] = etree.fromstring(to_xml(document)).iter("{*}BilledQuantity")
    assert (quantity.text, quantity.get("unitCode")) == ("3.25", "E34")
    page = PdfReader(io.BytesIO(to_pdf(document))).pages[0].extract_text()
    assert name in " ".join(page.split())
    assert ("3,25 GB" if language == "de" else "3.25 GB") in page


def test_an_invoice_with_whole_gigabytes_is_read_as_it_was_issued() -> None:
    stored = TypeAdapter(Document).dump_json(replace(INVOICE, lines=(replace(STORAGE, quantity=4),)))
    assert b'"quantity":4,' in stored  # as before parts of gigabytes were charged
    found = TypeAdapter(Document).validate_json(stored)
    assert "4 GB" in PdfReader(io.BytesIO(to_pdf(found))).pages[0].extract_text()
    parts = replace(INVOICE, lines=(STORAGE,))
    assert TypeAdapter(Document).validate_json(TypeAdapter(Document).dump_json(parts)) == parts


@pytest.mark.promise("U4")
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pdf_contains_the_electronic_invoice_and_is_always_the_same(language: str) -> None:
    document = replace(INVOICE, language=language)
    data = to_pdf(document)
    assert data == to_pdf(document)
    reader = PdfReader(io.BytesIO(data))
    assert reader.attachments["factur-x.xml"] == [to_xml(document)]
    metadata = reader.root_object["/Metadata"].get_object().get_data().decode()  # type: ignore[union-attr]
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "EN 16931" in metadata
    text = reader.pages[0].extract_text()
    for expected in ("2027-00042", "Łódź & Söhne", "DE136695976", "50,36" if language == "de" else "50.36"):
        assert expected in text


@pytest.mark.promise("U4")
@pytest.mark.filterwarnings("ignore:Testing an element:DeprecationWarning")
def test_the_schema_of_the_banks_accepts_the_direct_debits() -> None:
    debit = DirectDebit(
        "0198" * 8, "2027-00042", "acme", 12_340_000, date(2027, 3, 20), datetime(2027, 3, 9, tzinfo=UTC)
    )
    seller = BillingDetails("PBX GmbH", "Weg 1", "10115", "Berlin", "DE", iban=IBAN, creditor_id=CREDITOR)
    collections = [Collection(debit, replace(INVOICE, mandate=MANDATE))]
    made = to_pain(seller, collections)
    assert made == to_pain(seller, collections)
    for expected in ("12.34", "2027-00042", "ACME-1", "2027-03-20", CREDITOR, f"<MsgId>{debit.file}<"):
        assert expected in made.decode()
