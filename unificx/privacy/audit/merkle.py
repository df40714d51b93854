"""Merkle tree of RFC 9162 section 2.1 (as in RFC 6962) over SHA-256, without I/O. Hashes have 32 bytes.

A tree grows at its right side: its state is the right edge, the roots of its complete subtrees from left to right, at
most one for each bit of the size.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256().digest()
"""Root of the tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The right edge of a tree, to which leaves are appended. Raise ValueError if size and edge do not fit."""

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self.edge = list(edge)
        if size < 0 or len(self.edge) != size.bit_count() or any(len(each) != 32 for each in self.edge):
            raise ValueError("the edge does not belong to a tree of this size")

    def append(self, leaf: bytes) -> None:
        """Append the hash of a leaf."""
        full = self.size
        while full & 1:
            leaf = _node_hash(self.edge.pop(), leaf)
            full >>= 1
        self.edge.append(leaf)
        self.size += 1

    @property
    def root(self) -> bytes:
        if not self.edge:
            return EMPTY_ROOT
        root = self.edge[-1]
        for each in reversed(self.edge[:-1]):
            root = _node_hash(each, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """Return the root of the tree with these hashes of leaves."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path from a leaf to the root of the tree of all `leaves`, lowest first (section 2.1.3.1). Raise
    IndexError."""
    if not 0 <= index < len(leaves):
        raise IndexError("the tree has no such leaf")
    path: list[bytes] = []
    first, end = 0, len(leaves)
    while end - first > 1:
        split = first + _split(end - first)
        if index < split:
            path.append(root_of(leaves[split:end]))
            end = split
        else:
            path.append(root_of(leaves[first:split]))
            first = split
    return path[::-1]


def includes(root: bytes, size: int, index: int, leaf: bytes, path: Sequence[bytes]) -> bool:
    """Return whether the path proves that the tree contains the leaf at this index (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, found = index, size - 1, leaf
    for each in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            found = _node_hash(each, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = _node_hash(found, each)
        node, last = node >> 1, last >> 1
    return last == 0 and found == root


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is at least two."""
    return 1 << (size - 1).bit_length() - 1
