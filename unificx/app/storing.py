"""Where sealed sound lies: in the installation's own directory, or in an object store that the environment names."""

from collections.abc import Callable, Mapping

from unificx.app.site import Site
from unificx.recordings import Blobs, Directory

BLOBS_VARIABLE = "UNIFICX_BLOBS"
"""s3://BUCKET or s3://BUCKET/PREFIX; AWS_ENDPOINT_URL, AWS_REGION and the AWS_ credentials say the rest."""


def blobs_of(site: Site, environ: Mapping[str, str]) -> Blobs:
    """Raises CannotStart for a store that cannot be one. Whether it answers is not asked: calls go on without it."""
    here, url = Directory(site.audio), environ.get(BLOBS_VARIABLE)
    if not url:
        return here
    from unificx.net import object_store  # its library is loaded where it is used

    return object_store(here, url, environ, BLOBS_VARIABLE)


def blobs_trial(site: Site, environ: Mapping[str, str]) -> Callable[[], str] | None:
    """What tries the object store out, for `unificx doctor`; None where none is set."""
    url = environ.get(BLOBS_VARIABLE)
    if not url:
        return None

    def trial() -> str:
        from unificx.net import object_store

        return object_store(Directory(site.audio), url, environ, BLOBS_VARIABLE).try_out()

    return trial
