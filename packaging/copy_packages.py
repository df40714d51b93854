"""Copy the Python packages of a lock file from this environment: `copy_packages.py LOCK DIRECTORY`.

The tested packages are the ones that are shipped, and nothing is downloaded. Each file is compared with the digest that
its package records.
"""

import base64
import hashlib
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)(.*)$", re.MULTILINE)


class WrongPackage(Exception):
    """The environment does not have what the lock file names."""


def pinned(lock: str) -> dict[str, tuple[set[str], bool]]:
    """Return versions by name, and whether some system needs the package."""
    found: dict[str, tuple[set[str], bool]] = {}
    for name, version, rest in _PIN.findall(lock):
        versions, needed = found.get(name, (set[str](), False))
        found[name] = versions | {version}, needed or ";" not in rest
    return found


def copy(package: Distribution, target: Path) -> None:
    """Copy the files of a package, except commands and compiled modules. Raise WrongPackage."""
    for file in package.files or ():
        if ".." in file.parts or "__pycache__" in file.parts:
            continue
        content = file.read_binary()
        _check(file, content)
        path = target.joinpath(*file.parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _check(file: PackagePath, content: bytes) -> None:
    if file.hash is None:
        return
    digest = base64.urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).decode().rstrip("=")
    if digest != file.hash.value:
        raise WrongPackage(f"{file} was changed: delete .venv and run script/bootstrap")


def main(lock: Path, target: Path) -> None:
    """Copy all packages. Raise WrongPackage."""
    for name, (versions, needed) in pinned(lock.read_text()).items():
        try:
            package = distribution(name)
        except PackageNotFoundError:
            if needed:
                raise WrongPackage(f"{name} is missing: run script/bootstrap") from None
            continue
        if package.version not in versions:
            raise WrongPackage(f"{name} is {package.version}, not {' or '.join(versions)}: run script/bootstrap")
        copy(package, target)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    except WrongPackage as wrong:
        sys.exit(f"package: {wrong}")
