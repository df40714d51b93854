"""Text for XML 1.0 documents, in elements and in attributes."""

import re

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def xml_legal(value: str) -> str:
    """Return a value without the characters that XML 1.0 does not allow (section 2.2), even as references."""
    return _ILLEGAL.sub("", value)


def xml_text(value: str) -> str:
    """Return a value escaped, without illegal characters."""
    return xml_legal(value).translate(_ESCAPES)
