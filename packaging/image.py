"""Write a root file system as an OCI image (Image Format 1.1): `image.py ROOT.tar IMAGE.tar NAME`.

The image is an OCI layout in a tar archive, which podman, skopeo and containerd load. It has one layer. The same root
file system makes the same bytes.
"""

import gzip
import hashlib
import io
import json
import platform
import sys
import tarfile
from pathlib import Path
from typing import Any, BinaryIO

_CHUNK = 1 << 20
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
CONFIG = {
    "User": "unificx",
    "WorkingDir": "/var/lib/unificx",
    "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/var/lib/unificx"],
    "Entrypoint": ["/usr/lib/unificx/venv/bin/unificx"],
    "Cmd": ["up"],
    "Volumes": {"/var/lib/unificx": {}},
    "StopSignal": "SIGTERM",
}


def compress(root: BinaryIO, layer: BinaryIO) -> str:
    """Write a layer; return the digest of what it contains uncompressed."""
    digest = hashlib.sha256()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=layer, mtime=0) as packed:
        while chunk := root.read(_CHUNK):
            digest.update(chunk)
            packed.write(chunk)
    return f"sha256:{digest.hexdigest()}"


def write(root: Path, image: Path, name: str) -> None:
    """Write the image of a root file system under a name such as localhost/unificx:1.0."""
    layer = image.with_suffix(".layer")
    try:
        with root.open("rb") as unpacked, layer.open("wb") as packed:
            contents = compress(unpacked, packed)
        with tarfile.open(image, "w") as archive:
            described = _add_blob(archive, layer, "application/vnd.oci.image.layer.v1.tar+gzip")
            config = _add_json(archive, "application/vnd.oci.image.config.v1+json", _configuration(contents))
            manifest_type = "application/vnd.oci.image.manifest.v1+json"
            manifest = {"schemaVersion": 2, "mediaType": manifest_type, "config": config, "layers": [described]}
            entry = _add_json(archive, manifest_type, manifest)
            named = entry | {"annotations": {"org.opencontainers.image.ref.name": name}}
            index_type = "application/vnd.oci.image.index.v1+json"
            index = {"schemaVersion": 2, "mediaType": index_type, "manifests": [named]}
            _add(archive, "index.json", _encoded(index))
            _add(archive, "oci-layout", _encoded({"imageLayoutVersion": "1.0.0"}))
    finally:
        layer.unlink(missing_ok=True)


def _configuration(contents: str) -> dict[str, Any]:
    machine = platform.machine()
    architecture = _ARCHITECTURES.get(machine, machine)
    filesystem = {"type": "layers", "diff_ids": [contents]}
    return {"architecture": architecture, "os": "linux", "config": CONFIG, "rootfs": filesystem}


def _add_blob(archive: tarfile.TarFile, path: Path, media_type: str) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        found = tarfile.TarInfo(f"blobs/sha256/{digest}")
        found.size = path.stat().st_size
        archive.addfile(found, file)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": found.size}


def _add_json(archive: tarfile.TarFile, media_type: str, content: dict[str, Any]) -> dict[str, Any]:
    data = _encoded(content)
    digest = hashlib.sha256(data).hexdigest()
    _add(archive, f"blobs/sha256/{digest}", data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    found = tarfile.TarInfo(name)
    found.size = len(data)
    archive.addfile(found, io.BytesIO(data))


def _encoded(content: dict[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
