"""Import and export of public numbers as CSV: encodings, faults by line, all or nothing, again without effect."""

from collections.abc import Sequence

import pytest
from outbound_setup import OutboundSetup, number

from unificx.core.errors import Invalid
from unificx.identity import NewExtension
from unificx.trunks import NewTrunk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HEAD = "number,trunk,destination,description,shown_for,reject_anonymous\n"
FILE = HEAD + "+49301234500,carrier,extension:1001,Café,1001 1002,yes\n" + "030 1234501,second,hangup,,,\n"


def actions(outside: OutboundSetup, text: str) -> list[str]:
    return [one.action for one in outside.outbound.number_files.preview(outside.acme, text.encode()).rows]


def stored(outside: OutboundSetup) -> Sequence[tuple[str, str, str]]:
    return [
        (one.number, str(one.destination), one.description) for one in outside.outbound.store.numbers_of(outside.acme)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16", "utf-16-le"])
async def test_numbers_are_added_and_a_second_import_changes_nothing(outside: OutboundSetup, encoding: str) -> None:
    files, data = outside.outbound.number_files, FILE.replace(",", ";").encode(encoding)
    assert [one.action for one in files.preview(outside.acme, data).rows] == ["create", "create"]
    assert not stored(outside)
    report = await files.run(outside.acme, data)
    assert (report.applied, report.count("create")) == (True, 2)
    expected = [("+49301234500", "extension:1001", "Café"), ("+49301234501", "hangup", "")]
    assert stored(outside) == expected
    first = outside.outbound.store.number(outside.acme, "+49301234500")
    assert first is not None
    assert (len(first.shown_for), first.reject_anonymous) == (2, True)
    assert [one.action for one in (await files.run(outside.acme, data)).rows] == ["unchanged"] * 2
    exported = files.export(outside.acme)
    assert b"'+49301234500,carrier,extension:1001" in exported
    await outside.restart()
    assert stored(outside) == expected
    assert [one.action for one in outside.outbound.number_files.preview(outside.acme, exported).rows] == [
        "unchanged"
    ] * 2


async def test_a_faulty_row_refuses_the_file_and_names_its_line(outside: OutboundSetup) -> None:
    before = await number(outside)
    text = HEAD + (
        "+49301234500,,hangup,,,\n"  # changed
        "+49301234501,carrier,extension:1001,,,\n"
        "12,carrier,hangup,,,\n"
        "+49301234501,carrier,hangup,,,\n"
        "+49301234502,,hangup,,,\n"
        "+49301234503,nowhere,hangup,,,\n"
        "+49301234504,carrier,extension:1999,,,\n"
        "+49301234505,carrier,hangup,,1999,\n"
        "+49301234506,carrier,hangup,,,perhaps\n"
        "+49301234507,carrier,hangup,,,no,more\n"
        "+49301234508,carrier,number:+49301234501,,,\n"
        f"+49301234509,carrier,hangup,{'x' * 300},,\n"
        "+49301234510,carrier,not a destination,,,\n"
    )
    files = outside.outbound.number_files
    report = files.preview(outside.acme, text.encode())
    assert [one.action for one in report.rows] == ["update", "create", *["refused"] * 11]
    assert [(one.line, one.faults[0].code, one.faults[0].column) for one in report.rows if one.faults] == [
        (4, "malformed", "number"),
        (5, "repeated", "number"),
        (6, "missing", "trunk"),
        (7, "unknown", "trunk"),
        (8, "unknown", "destination"),
        (9, "unknown", "shown_for"),
        (10, "malformed", "reject_anonymous"),
        (11, "too_many_cells", ""),
        (12, "invalid", "destination"),
        (13, "malformed", "description"),
        (14, "malformed", "destination"),
    ]
    with pytest.raises(Invalid, match="Rows with a fault: 11 of 13"):
        await files.run(outside.acme, text.encode())
    await outside.restart()
    assert stored(outside) == [(before.number, "extension:1001", "")]
    report = await outside.outbound.number_files.run(outside.acme, text.encode(), skip_faulty=True)
    assert (report.count("update"), report.count("create"), report.count("refused")) == (1, 1, 11)
    assert [one[:2] for one in stored(outside)] == [("+49301234500", "hangup"), ("+49301234501", "extension:1001")]


async def test_what_belongs_to_another_tenant_is_unknown(outside: OutboundSetup) -> None:
    await outside.trunks.create(outside.globex, NewTrunk("theirs", "theirs.example"))
    await outside.people.extensions.create(outside.globex, NewExtension("2001", "2001"))
    await number(outside, "+49301234599", outside.globex, trunk="theirs", to="hangup")
    files = outside.outbound.number_files
    rows = ("+49301234599,{},hangup", "+49301234598,carrier,{}", "+49301234598,carrier,hangup,,{}")
    for row, foreign, missing in zip(
        rows, ("theirs", "extension:2001", "2001"), ("none", "extension:2999", "2999"), strict=True
    ):
        shown = [files.preview(outside.acme, (HEAD + row.format(text)).encode()).rows[0] for text in (foreign, missing)]
        assert shown[0].faults == shown[1].faults
        assert shown[0].faults[0].code == "unknown"
    assert actions(outside, HEAD + "+49301234599,carrier,hangup") == ["create"]  # each has it on a trunk of its own


async def test_a_loop_over_a_number_is_found(outside: OutboundSetup) -> None:
    await number(outside, "+49301234501", to="number:+49301234502")
    [row] = outside.outbound.number_files.preview(
        outside.acme, (HEAD + "+49301234502,carrier,number:+49301234501").encode()
    ).rows
    assert (row.faults[0].code, "loop" in row.faults[0].message) == ("invalid", True)
