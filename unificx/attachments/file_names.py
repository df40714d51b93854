"""Names of the sealed files of attachments. Pure."""

FILE, PHOTO, THUMBNAIL = "file", "photo", "thumb"
"""The file as it has arrived; a photo as it was written anew, and its thumbnail."""


def file_name(attachment_id: str, which: str) -> str:
    return f"{which}-{attachment_id}"


def all_names(attachment_id: str) -> list[str]:
    """Return the names of all files that an attachment may have."""
    return [file_name(attachment_id, which) for which in (FILE, PHOTO, THUMBNAIL)]


def present_names(attachment_id: str, is_ready: bool, kind: str) -> list[str]:
    """Return the names of the files that an attachment should or may have."""
    if not is_ready:
        return all_names(attachment_id)
    which = (PHOTO, THUMBNAIL) if kind == "photo" else (FILE,)
    return [file_name(attachment_id, each) for each in which]


def attachment_id_of(name: str) -> str | None:
    """Return the attachment whose file has this name; None for files of others."""
    which, dash, attachment_id = name.partition("-")
    return attachment_id if dash and which in (FILE, PHOTO, THUMBNAIL) else None
