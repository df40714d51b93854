"""Bencode as BEP 3 has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unificx.media.bencode import BadBencode, decode, encode

keys = st.text(st.characters(max_codepoint=255), max_size=8)
values = st.recursive(
    st.integers(-(10**18), 10**18) | st.binary(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("wire", "value"),
    [
        (b"4:spam", b"spam"),
        (b"0:", b""),
        (b"i3e", 3),
        (b"i-3e", -3),
        (b"i0e", 0),
        (b"l4:spam4:eggse", [b"spam", b"eggs"]),
        (b"le", []),
        (b"d3:cow3:moo4:spam4:eggse", {"cow": b"moo", "spam": b"eggs"}),
        (b"d4:spaml1:a1:bee", {"spam": [b"a", b"b"]}),
        (b"de", {}),
    ],
)
def test_the_examples_of_bep_3(wire: bytes, value: object) -> None:
    assert decode(wire) == value
    assert encode(value) == wire  # type: ignore[arg-type]


def test_text_goes_out_as_utf_8_and_flags_as_lists_or_tuples() -> None:
    assert encode({"sdp": "é", "flags": ("a", "b"), "on": True}) == b"d3:sdp2:\xc3\xa95:flagsl1:a1:be2:oni1ee"


@given(values)
def test_what_is_encoded_is_decoded_the_same(value: object) -> None:
    assert decode(encode(value)) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"e",
        b"i",
        b"ie",
        b"i-e",
        b"i-0e",
        b"i03e",
        b"i1",
        b"i+1e",
        b"i1_0e",
        b"i" + b"9" * 5000 + b"e",
        b"5:spam",
        b"4spam",
        b":spam",
        b"-1:",
        b"+1:a",
        b"99999999999:a",
        b"l",
        b"li1e",
        b"d",
        b"d3:cow",
        b"di1ei2ee",
        b"d3:cow3:moo",
        b"i1ei2e",
        b"l" * 10_000,
        b"d1:a" * 10_000,
    ],
)
def test_anything_else_is_refused(bad: bytes) -> None:
    with pytest.raises(BadBencode):
        decode(bad)
