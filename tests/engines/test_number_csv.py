"""CSV files of public numbers that cannot be read as a whole."""

import pytest

from unificx.core.errors import Invalid
from unificx.routing.outbound.number_csv import MAX_ROWS, read_numbers_csv


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b"name,to\nx,y", "number among them"),
        (b"number,did\n1,2", "same title"),
        (b'number\n"1', "not CSV"),
        (b"number\n" + b"+49301234500\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} rows"),
        (bytes(range(256)) * 4, "not text|encoding|number among"),
    ],
)
def test_unreadable_files_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read_numbers_csv(data)
