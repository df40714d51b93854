"""Encrypted audio in an S3 object store.

A file is written to local disk in half-second steps: objects cannot be appended to, and parts of an upload are at least
5 MB, so a crash would lose minutes. A finished file is uploaded as a whole and deleted locally once the store confirms
it. Until then it is read from local disk.
"""

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

import structlog
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from unificx.audio_store import LocalBlobStore
from unificx.core.errors import ServiceUnavailable, StartupError
from unificx.core.faults import describe_fault
from unificx.integrations.egress import DisclosureRefused, Vendor

if TYPE_CHECKING:
    from obstore.store import S3Config

log = structlog.get_logger()
_REQUIRED_VARIABLES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_PROBE = "unificx-probe"
_DELETE_PAUSE = 60.0
"""Seconds without delete requests after the store did not respond."""
REQUEST_TIMEOUT, UPLOAD_TIMEOUT = "20s", "120s"
"""Timeouts of a whole request, its body included: an upload of 5 MB takes 40 seconds at 1 Mbit/s."""
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+/?\Z")


class ObjectStore:
    """Blobs in a local directory while they are written, in a bucket afterwards; `uploads` is the same bucket, with
    more time for a request. Raise Away if it does not respond."""

    def __init__(self, local: LocalBlobStore, bucket: S3Store, uploads: S3Store) -> None:
        self._local = local
        self._bucket = bucket
        self._uploads = uploads
        self._no_deletes_before = 0.0
        self._vendor = Vendor("store")

    def create(self, id_: str) -> BinaryIO:
        return self._local.create(id_)

    def resume(self, id_: str) -> BinaryIO:
        return self._local.resume(id_)

    def read(self, id_: str, start: int, length: int) -> bytes:
        try:
            return self._local.read(id_, start, length)
        except FileNotFoundError:
            with _translate_errors():
                return bytes(self._bucket.get_range(id_, start=start, length=length))

    def size(self, id_: str) -> int:
        try:
            return self._local.size(id_)
        except FileNotFoundError:
            with _translate_errors():
                return self._bucket.head(id_)["size"]

    def remove(self, id_: str) -> None:
        """Delete a blob. If the store is unavailable the object stays, unreadable because its key is destroyed.

        After a failure no request is made for a minute, so that erasing a thousand blobs does not wait for a thousand
        timeouts. A later clean-up finds the remaining objects by listing the bucket.
        """
        self._local.remove(id_)
        if time.monotonic() < self._no_deletes_before:
            log.warning("object_not_deleted", object=id_)
            return
        try:
            with _translate_errors():
                self._bucket.delete(id_)
        except FileNotFoundError:
            pass
        except ServiceUnavailable:
            self._no_deletes_before = time.monotonic() + _DELETE_PAUSE
            log.warning("object_not_deleted", object=id_)

    def local_ids(self) -> list[str]:
        return self._local.local_ids()

    def pending_uploads(self) -> list[str]:
        return self._local.local_ids()

    def upload(self, id_: str) -> None:
        try:
            self._vendor.disclose("", ["user.content.private.call_recording", "user.content.private.voicemail"])
        except DisclosureRefused:
            raise ServiceUnavailable("The agreement with the object store does not allow this.") from None
        with self._local.resume(id_) as file, _translate_errors():
            self._put(self._uploads, id_, file)
            complete = self._bucket.head(id_)["size"] == self._local.size(id_)
        if not complete:
            raise ServiceUnavailable(
                "The object store did not store the whole object.", hint="The upload will be retried."
            )
        self._local.remove(id_)

    def remote_ids(self) -> list[str]:
        with _translate_errors():
            found = [each["path"].rpartition("/")[2] for page in self._bucket.list() for each in page]
        self._no_deletes_before = 0.0
        return found

    def check(self) -> str:
        """Write, read and delete a few bytes as a test. Raise ServiceUnavailable."""
        with _translate_errors():
            try:
                self._put(self._bucket, _PROBE, b"probe")
            except (PermissionDeniedError, UnauthenticatedError):
                raise ServiceUnavailable(
                    "The object store refuses the credentials.",
                    hint="Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and that they may write to the bucket.",
                ) from None
            content = bytes(self._bucket.get_range(_PROBE, start=0, length=5))
            self._bucket.delete(_PROBE)
        if content != b"probe":
            raise ServiceUnavailable("The object store returned different bytes than were written.")
        return "writing and reading work"

    def _put(self, client: S3Store, id_: str, content: BinaryIO | bytes) -> None:
        """Store an object, its parts one after the other: side by side they share the line, and each takes too long.
        Raise BaseError, and ServiceUnavailable without the bucket."""
        try:
            client.put(id_, content, max_concurrency=1)
        except (NotFoundError, FileNotFoundError) as fault:
            log.warning("object_store_failed", **describe_fault(fault))
            raise ServiceUnavailable(
                f"The object store has no bucket {self._bucket.config.get('bucket')}.",
                hint="Create it, or correct UNIFICX_BLOBS.",
            ) from None


def object_store(local: LocalBlobStore, url: str, environ: Mapping[str, str], variable: str) -> ObjectStore:
    """Return the store configured in `variable` as s3://BUCKET or s3://BUCKET/PREFIX and in the usual AWS_ variables.

    Raise StartupError if the configuration is invalid.
    """
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname or parts.query or parts.port or parts.username:
        raise StartupError(f"{variable} takes s3://BUCKET or s3://BUCKET/PREFIX.", hint="For example s3://recordings.")
    missing = [name for name in _REQUIRED_VARIABLES if not environ.get(name)]
    if missing:
        raise StartupError(f"The object store needs {' and '.join(missing)}.", hint=f"Set them, or unset {variable}.")
    endpoint = environ.get("AWS_ENDPOINT_URL", "")
    if endpoint and not _ENDPOINT.match(endpoint):
        raise StartupError(
            "AWS_ENDPOINT_URL takes http[s]://HOST or http[s]://HOST:PORT.", hint=f"Correct it, or unset {variable}."
        )
    config: S3Config = {
        "access_key_id": environ[_REQUIRED_VARIABLES[0]],
        "secret_access_key": environ[_REQUIRED_VARIABLES[1]],
        "region": environ.get("AWS_REGION") or "us-east-1",
    }
    if endpoint:
        config["endpoint"] = endpoint
    bucket, uploads = (
        S3Store(
            parts.hostname,
            prefix=parts.path.strip("/") or None,
            config=config,
            client_options={"timeout": timeout, "connect_timeout": "5s", "allow_http": endpoint.startswith("http://")},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=15)},
        )
        for timeout in (REQUEST_TIMEOUT, UPLOAD_TIMEOUT)
    )
    return ObjectStore(local, bucket, uploads)


class _translate_errors:  # noqa: N801 - used like a function: with _translate_errors()
    """Translates the client library's errors; their texts are not shown, because they contain addresses."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        if isinstance(fault, NotFoundError):
            raise FileNotFoundError("no such object") from None
        if isinstance(fault, BaseError):
            log.warning("object_store_failed", **describe_fault(fault))
            raise ServiceUnavailable(
                "The storage for recordings does not respond.", hint="Try again in a moment; nothing is lost."
            ) from None
