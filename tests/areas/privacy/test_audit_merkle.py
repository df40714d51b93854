"""Merkle tree of the audit log against a naive one, and its proofs against every change of them."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unificx.core.errors import Invalid
from unificx.identity import Role
from unificx.privacy.audit import merkle
from unificx.privacy.signing import canonical

LEAVES = [merkle.leaf_hash(str(each).encode()) for each in range(70)]


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition in RFC 9162 section 2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


def test_the_known_roots_of_rfc_6962() -> None:
    """The tree of the reference implementation of certificate transparency."""
    data = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
    leaves = [merkle.leaf_hash(bytes.fromhex(each)) for each in data]
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert merkle.root_of(leaves[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert merkle.root_of(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_an_edge_grows_into_the_naive_tree() -> None:
    tree = merkle.Tree()
    for size, leaf in enumerate(LEAVES):
        assert tree.root == merkle.root_of(LEAVES[:size]) == naive_root(LEAVES[:size])
        tree = merkle.Tree(tree.size, tree.edge)
        tree.append(leaf)
    with pytest.raises(ValueError, match="edge"):
        merkle.Tree(tree.size, [*tree.edge, bytes(32)])


@given(st.data())
@settings(max_examples=60)
def test_a_proof_of_inclusion_holds_for_its_leaf_only(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(LEAVES)))
    index = data.draw(st.integers(0, size - 1))
    root, path = naive_root(LEAVES[:size]), merkle.inclusion_proof(LEAVES[:size], index)
    assert merkle.includes(root, size, index, LEAVES[index], path)
    other = data.draw(st.integers(0, len(LEAVES) - 1).filter(lambda each: each != index))
    assert not merkle.includes(root, size, index, LEAVES[other], path)
    assert not merkle.includes(root, size, other, LEAVES[index], path)
    assert not merkle.includes(root, size, index, LEAVES[index], [*path, bytes(32)])
    for number in range(len(path)):
        assert not merkle.includes(root, size, index, LEAVES[index], flipped(path, number))
        assert not merkle.includes(root, size, index, LEAVES[index], path[:number])


def flipped(path: list[bytes], number: int) -> list[bytes]:
    changed = bytes([path[number][0] ^ 1]) + path[number][1:]
    return [*path[:number], changed, *path[number + 1 :]]


def test_outside_the_tree_nothing_is_proved() -> None:
    for index in (-1, 3):
        with pytest.raises(IndexError):
            merkle.inclusion_proof(LEAVES[:3], index)
        assert not merkle.includes(merkle.root_of(LEAVES[:3]), 3, index, LEAVES[0], [])


def test_canonical_json_is_that_of_rfc_8785() -> None:
    every = "".join(map(chr, [*range(0x100), 0x2028, 0xD7FF, 0xE000, 0xFFFF, 0x1F600]))
    for value in (
        {"b": every, "a": [1, -(2**63), 2**70, "x", {"z": "", "Z": {}, "_": []}], "": Role.OPERATOR},
        "half of a pair: \ud800",
        [],
    ):
        expected = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert canonical(value) == expected.encode("utf-8", "surrogatepass")
    assert canonical({"text": '€$\x0f\nA\'B"\\\\"/'}) == b'{"text":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}', (
        "section 3.2.2"
    )
    for wrong in (True, None, 1.5, b"", {"é": ""}, {1: ""}, [{"a": False}], ("a",)):
        with pytest.raises(Invalid):
            canonical(wrong)
