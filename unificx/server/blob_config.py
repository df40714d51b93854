"""The store of sealed audio: a directory of the installation, or an object store set in the environment."""

from collections.abc import Callable, Mapping

from unificx.audio_store import BlobStore, LocalBlobStore
from unificx.server.paths import InstallationPaths

BLOBS_VARIABLE = "UNIFICX_BLOBS"
"""s3://BUCKET or s3://BUCKET/PREFIX; also AWS_ENDPOINT_URL, AWS_REGION and the AWS_ credentials."""


def create_blob_store(paths: InstallationPaths, environ: Mapping[str, str]) -> BlobStore:
    """Return the audio store. Raise StartupError for invalid settings. The connection is not checked, because calls
    work without it."""
    directory, url = LocalBlobStore(paths.audio), environ.get(BLOBS_VARIABLE)
    if not url:
        return directory
    from unificx.integrations.object_store import object_store

    return object_store(directory, url, environ, BLOBS_VARIABLE)


def blob_store_check(paths: InstallationPaths, environ: Mapping[str, str]) -> Callable[[], str] | None:
    """Return a check of the object store for `unificx doctor`; None if none is configured."""
    url = environ.get(BLOBS_VARIABLE)
    if not url:
        return None

    def check() -> str:
        from unificx.integrations.object_store import object_store

        return object_store(LocalBlobStore(paths.audio), url, environ, BLOBS_VARIABLE).check()

    return check
