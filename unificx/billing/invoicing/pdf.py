"""Invoice as PDF/A-3 (ISO 19005-3) with the electronic invoice in it (Factur-X). The same document, the same bytes."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from unificx.billing.invoicing import electronic, typeface
from unificx.billing.invoicing.texts import Wording
from unificx.billing.machine.invoice import Document

if TYPE_CHECKING:
    from fpdf import FPDF

_CREATOR = "UnifiCX"
_FONT = typeface.FAMILY
_URN = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_LEFT, _RIGHT, _TOP, _BOTTOM = 20, 20, 20, 22
_WIDTH = 210 - _LEFT - _RIGHT
_COLUMNS = (76, 32, 32, 30)
"""Widths of the table in mm: item, quantity, price, amount."""
_GREY = 110


def to_pdf(document: Document) -> bytes:
    """Return the document with its electronic invoice."""
    wording, xml = Wording(document), electronic.to_xml(document)
    made = datetime.combine(document.issued, time(), UTC)
    pdf = _new_pdf(document, wording, made)
    pdf.add_page()
    _head(pdf, document, wording)
    _lines(pdf, document, wording)
    _totals(pdf, document, wording)
    _foot(pdf, document, wording)
    pdf.embed_file(
        bytes=xml,
        basename=electronic.FILE_NAME,
        mime_type="text/xml",
        associated_file_relationship="Alternative",
        modification_date=made,
        creation_date=made,
        desc="Factur-X",
        compress=True,
    )
    pdf.set_xmp_metadata(_metadata(document, wording, made))
    return bytes(pdf.output())


def _new_pdf(document: Document, wording: Wording, made: datetime) -> "FPDF":
    from fpdf import FPDF

    class Paper(FPDF):
        """A4 with the page number below. Texts have only characters that a font has."""

        def normalize_text(self, text: str) -> str:
            return super().normalize_text(typeface.shown(text))

        def footer(self) -> None:
            self.set_y(-14)
            self.set_font(_FONT, size=7)
            self.set_text_color(_GREY)
            self.cell(0, 4, f"{document.number} · {wording['page']} {self.page_no()} / {{nb}}", align="L")
            self.set_text_color(0)

    pdf = Paper(format="A4", enforce_compliance="PDF/A-3B")
    needs_more = typeface.needs_other_scripts("".join(_texts(document)))
    for family in (_FONT, typeface.OTHER_SCRIPTS) if needs_more else (_FONT,):
        for style in typeface.STYLES:
            pdf.add_font(family, style, typeface.path_of(family, style))
    if needs_more:
        pdf.set_fallback_fonts([typeface.OTHER_SCRIPTS])
    pdf.set_margins(_LEFT, _TOP, _RIGHT)
    pdf.set_auto_page_break(auto=True, margin=_BOTTOM)
    pdf.set_creation_date(made)
    pdf.set_lang(document.language)
    pdf.set_title(f"{wording[document.kind]} {document.number}")
    pdf.set_author(document.seller.name)
    pdf.set_subject(wording.period(document.since, document.until))
    pdf.set_creator(_CREATOR)
    pdf.set_producer(_CREATOR)
    return pdf


def _texts(document: Document) -> list[str]:
    """Return the texts of a document that others have written."""
    written = [each.name for each in document.lines]
    for party in (document.seller, document.buyer):
        written += [party.name, party.contact, party.street, party.postcode, party.city, party.email]
    return written


def _head(pdf: "FPDF", document: Document, wording: Wording) -> None:
    """Write seller, buyer, title, and the data of the document."""
    seller, buyer = document.seller, document.buyer
    pdf.set_font(_FONT, "B", 12)
    pdf.cell(0, 6, seller.name, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FONT, size=8)
    pdf.set_text_color(_GREY)
    abroad = seller.country != buyer.country
    address = [seller.street, f"{seller.postcode} {seller.city}", wording.country(seller.country) if abroad else ""]
    for texts in (address, [seller.contact, seller.email]):
        if any(texts):
            pdf.cell(0, 4, " · ".join(filter(None, texts)), new_x="LMARGIN", new_y="NEXT")
    pdf.set_text_color(0)
    pdf.set_y(45)
    pdf.set_font(_FONT, size=10)
    top = pdf.get_y()
    # A letter abroad has the country in capitals in its last line (UPU S42), one at home has none.
    country = wording.country(buyer.country).upper() if abroad else ""
    for text in (buyer.name, buyer.contact, buyer.street, f"{buyer.postcode} {buyer.city}", country):
        if text:
            pdf.multi_cell(90, 5, text, align="L", new_x="LMARGIN", new_y="NEXT")
    bottom = pdf.get_y()
    pdf.set_y(top)
    for name, value in _data(document, wording):
        pdf.set_x(_LEFT + 92)
        pdf.set_font(_FONT, size=8)
        pdf.set_text_color(_GREY)
        pdf.cell(30, 5, name)
        pdf.set_text_color(0)
        pdf.multi_cell(0, 5, value, align="R", new_x="LMARGIN", new_y="NEXT")
    pdf.set_y(max(bottom, pdf.get_y(), 84) + 4)
    pdf.set_font(_FONT, "B", 16)
    pdf.cell(0, 9, f"{wording[document.kind]} {document.number}", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(3)


def _data(document: Document, wording: Wording) -> list[tuple[str, str]]:
    """Return what the law asks for on an invoice besides names and amounts (§ 14 (4) UStG)."""
    seller = document.seller
    rows = [
        (wording["number"], document.number),
        (wording["issued"], wording.day(document.issued)),
        (wording["period"], wording.period(document.since, document.until)),
        (wording["due"], wording.day(document.due) if document.kind == "invoice" else ""),
        (wording["reduces" if document.partial else "cancels"], document.cancels),
        (wording["vat_id"], seller.vat_id),
        (wording["tax_number"], seller.tax_number),
        (wording["your_vat_id"], document.buyer.vat_id),
    ]
    return [(name, value) for name, value in rows if value]


def _lines(pdf: "FPDF", document: Document, wording: Wording) -> None:
    """Write the table of lines; its heading is repeated on each page."""
    from fpdf.enums import TableBordersLayout, VAlign
    from fpdf.fonts import FontFace

    headings = [wording[key] for key in ("position", "quantity", "price")]
    headings.append(f"{wording['amount']} ({document.currency})")
    pdf.set_font(_FONT, size=9)
    with pdf.table(
        width=_WIDTH,
        col_widths=_COLUMNS,
        text_align=("LEFT", "LEFT", "RIGHT", "RIGHT"),
        borders_layout=TableBordersLayout.SINGLE_TOP_LINE,
        headings_style=FontFace(emphasis="BOLD"),
        line_height=5,
        v_align=VAlign.T,
        padding=(1.2, 0),
    ) as table:
        table.row(headings)
        for each in document.lines:
            price = wording.amount(each.unit_price) if each.unit_price is not None else ""
            days = wording.period(each.since, each.until)
            same = (each.since, each.until) == (document.since, document.until)
            item = wording.item(each) if same else f"{wording.item(each)}\n{days}"
            quantity = "\n".join(filter(None, (wording.quantity(each), wording.days(each))))
            table.row([item, quantity, price, wording.amount(each.amount)])


def _totals(pdf: "FPDF", document: Document, wording: Wording) -> None:
    pdf.ln(3)
    rows = [(wording["net"], document.net, "")]
    for each in document.taxes:
        name = f"{wording['tax']} {wording.rate(each.rate)}" if each.category == "S" else f"{wording['tax']}"
        rows.append((name, each.tax, ""))
    rows.append((wording["total"], document.total, "B"))
    for name, amount, style in rows:
        pdf.set_font(_FONT, style, 10 if style else 9)
        pdf.set_x(_LEFT + 108)
        pdf.cell(30, 6, name)
        pdf.cell(0, 6, f"{wording.amount(amount)} {document.currency}", align="R", new_x="LMARGIN", new_y="NEXT")


def _foot(pdf: "FPDF", document: Document, wording: Wording) -> None:
    """Write why there is no tax, how to pay, and the account."""
    pdf.ln(6)
    pdf.set_font(_FONT, size=9)
    for text in (*wording.notes(), wording.payment()):
        pdf.multi_cell(0, 5, text, align="L", new_x="LMARGIN", new_y="NEXT")
    account = document.account
    if account.iban and document.mandate is None and document.kind == "invoice":
        pdf.ln(2)
        grouped = " ".join(account.iban[start : start + 4] for start in range(0, len(account.iban), 4))
        for name, value in ((wording["account_owner"], document.seller.name), ("IBAN", grouped), ("BIC", account.bic)):
            if value:
                pdf.cell(30, 5, name)
                pdf.multi_cell(0, 5, value, align="L", new_x="LMARGIN", new_y="NEXT")


def _metadata(document: Document, wording: Wording, made: datetime) -> str:
    """Return the metadata (XMP) with the extension of Factur-X."""
    from facturx.facturx import generate_xmp_object
    from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]

    values = {
        "pdfa3_flavor": "B",
        "title": f"{wording[document.kind]} {document.number}",
        "author": document.seller.name,
        "subject": wording.period(document.since, document.until),
        "producer": _CREATOR,
        "creator_tool": _CREATOR,
        "timestamp": made.isoformat(timespec="seconds"),
        "version": "1.0",
        "documenttype": "INVOICE",
        "xml_filename": electronic.FILE_NAME,
        "xmp_level": "EN 16931",
        "urn": _URN,
    }
    return etree.tostring(generate_xmp_object(values), pretty_print=True).decode().strip()
