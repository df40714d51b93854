"""The store of sealed audio: a directory of the installation, or an object store set in the environment."""

from collections.abc import Callable, Mapping

from unificx.audio_store import BlobStore, LocalBlobStore
from unificx.server.paths import Site

BLOBS_VARIABLE = "UNIFICX_BLOBS"
"""s3://BUCKET or s3://BUCKET/PREFIX; also AWS_ENDPOINT_URL, AWS_REGION and the AWS_ credentials."""


def blobs_of(site: Site, environ: Mapping[str, str]) -> BlobStore:
    """Return the audio store. Raise CannotStart for invalid settings. The connection is not checked: calls work without
    it."""
    here, url = LocalBlobStore(site.audio), environ.get(BLOBS_VARIABLE)
    if not url:
        return here
    from unificx.integrations.object_store import object_store

    return object_store(here, url, environ, BLOBS_VARIABLE)


def blobs_trial(site: Site, environ: Mapping[str, str]) -> Callable[[], str] | None:
    """Return a check of the object store for `unificx doctor`; None if none is configured."""
    url = environ.get(BLOBS_VARIABLE)
    if not url:
        return None

    def trial() -> str:
        from unificx.integrations.object_store import object_store

        return object_store(LocalBlobStore(site.audio), url, environ, BLOBS_VARIABLE).check()

    return trial
