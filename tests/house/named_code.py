"""Names of the code in documents: finds the paths and names in code spans that do not exist."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.syntax import parsed

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "unificx"
_FENCE = re.compile(r"^ *```.*?^ *```", re.M | re.S)
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"[\w*.-]*/[\w*./-]*|[\w*-]+\.(?:py|md|toml|xml)")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_CLASS = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)*")
_FILE_ENDINGS = ("db", "json", "key", "journal", "pem", "sock", "mp3", "wav", "example", "com", "zip")
NOT_OURS = frozenset(
    ("Accept", "Authorization", "Contact", "None", "Path", "Reason", "Replaces", "Require", "True", "Via")
)
"""SIP and HTTP header fields and constants, which look like classes."""


@dataclass
class Names:
    """All names of a package: the names of each module, and the members of each class."""

    modules: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Names defined or imported in a module, by its path in the package, such as "calls.manager"."""
    classes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Classes defined in a module."""
    members: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    bases: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))

    @classmethod
    def read(cls, package: Path) -> "Names":
        names = cls()
        for path in sorted(package.rglob("*.py")):
            parts = path.relative_to(package).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            tree = parsed(path.read_text("utf-8"))
            names.modules[module] = names._read(tree)
            names.classes[module] = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        return names

    def _read(self, tree: ast.Module) -> set[str]:
        found: set[str] = set()
        for node in tree.body:
            match node:
                case ast.ClassDef(name):
                    found.add(name)
                    self.bases[name] |= {ast.unparse(base).partition("[")[0] for base in node.bases}
                    self.members[name] |= set(_members(node))
                case ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                    found.add(name)
                case ast.ImportFrom():
                    found |= {alias.asname or alias.name for alias in node.names}
                case ast.Assign() | ast.AnnAssign():
                    found |= set(_targets(node))
                case _:
                    pass
        return found

    def has_class(self, name: str) -> bool:
        return any(name in names for names in self.modules.values())

    def has_member(self, owner: str, name: str) -> bool:
        return name in self.members[owner] or any(self.has_member(base, name) for base in self.bases[owner])

    def resolves(self, dotted: str) -> bool:
        """Return whether a dotted name exists: the first part names the package, a module by its last part, or a class."""
        first, *rest = dotted.split(".")
        if _CLASS.fullmatch(first):
            return self.has_class(first) and (not rest or self.has_member(first, rest[0]))
        if first == "unificx":
            return self._resolves_in("", rest)
        return any(self._resolves_in(module, rest) for module in self.modules if self._ends_with(module, first))

    @staticmethod
    def _ends_with(module: str, name: str) -> bool:
        return module == name or module.endswith(f".{name}")

    def _resolves_in(self, module: str, rest: list[str]) -> bool:
        """Return whether a name exists in a module, in one beneath it, or as a member of one of its classes."""
        if not rest:
            return True
        inner = f"{module}.{rest[0]}" if module else rest[0]
        if inner in self.modules:
            return self._resolves_in(inner, rest[1:])
        if len(rest) == 1 and any(self.has_member(each, rest[0]) for each in self.classes[module]):
            return True
        beneath = [names for each, names in self.modules.items() if each == module or each.startswith(f"{module}.")]
        return any(rest[0] in names for names in beneath) and (len(rest) == 1 or self.has_member(rest[0], rest[1]))

    def is_known(self, first: str) -> bool:
        """Return whether a dotted name that begins so refers to the code."""
        known = first == "unificx" or any(self._ends_with(module, first) for module in self.modules)
        return known or bool(_CLASS.fullmatch(first))


def _targets(node: ast.Assign | ast.AnnAssign) -> Iterator[str]:
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        for each in ast.walk(target):
            if isinstance(each, ast.Name):
                yield each.id


def _members(node: ast.ClassDef) -> Iterator[str]:
    """Yield the methods and attributes of a class; variables of its methods are none."""
    for each in node.body:
        match each:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name):
                yield name
            case ast.AnnAssign(ast.Name(name)) | ast.Assign([ast.Name(name)]):
                yield name
            case _:
                pass
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self":
            yield each.attr


def code_spans(text: str) -> list[str]:
    """Return the inline code of a Markdown text, outside fenced blocks."""
    return _SPAN.findall(_FENCE.sub("", text))


def missing(text: str, folder: Path, names: Names) -> list[str]:
    """Return the spans of a document in `folder` that name a path, class or function that does not exist."""
    return [span for span in code_spans(text) if not _exists(span, folder, names)]


def _exists(span: str, folder: Path, names: Names) -> bool:
    name = span.partition("(")[0]
    if _PATH.fullmatch(name):
        return name.startswith("/") or name.count("/") > 4 or _path_exists(name, folder)
    if _DOTTED.fullmatch(name):
        first, last = name.split(".")[0], name.split(".")[-1]
        ours = names.is_known(first) or bool(_CLASS.fullmatch(last))
        return last in _FILE_ENDINGS or not ours or names.resolves(name)
    if _CLASS.fullmatch(name):
        return name in NOT_OURS or names.has_class(name)
    return True


def _path_exists(name: str, folder: Path) -> bool:
    """Return whether a path exists, from the document's folder, the root or the package; a bare file name also further
    down in the document's area, or in any area for a document of the whole."""
    if "/" not in name and any((folder if PACKAGE in folder.parents else PACKAGE).rglob(name)):
        return True
    return any(next(iter(base.glob(name.rstrip("/"))), None) is not None for base in (folder, ROOT, PACKAGE))
