"""Attachments: files that users send in messages, uploaded in parts and encrypted while they arrive."""

from unificx.attachments.dependencies import AttachmentDependencies
from unificx.attachments.file_names import present_names
from unificx.attachments.privacy import attachment_holding
from unificx.attachments.repository import known_attachment_files
from unificx.attachments.repository import of_messages as attachments_of_messages
from unificx.attachments.repository import stored_bytes as stored_attachment_bytes
from unificx.attachments.schemas import (
    Attachment,
    AttachmentKind,
    AttachmentLimits,
    AttachmentLimitsChange,
    DeclaredKind,
    NewUpload,
    OpenFile,
    Owner,
    PhotoRefused,
    PhotoTooLarge,
    ProcessedPhoto,
    Upload,
)
from unificx.attachments.service import MAX_ATTACHMENTS, MAX_FILE_BYTES, MAX_QUOTA_BYTES, Attachments

__all__ = [
    "MAX_ATTACHMENTS",
    "MAX_FILE_BYTES",
    "MAX_QUOTA_BYTES",
    "Attachment",
    "AttachmentDependencies",
    "AttachmentKind",
    "AttachmentLimits",
    "AttachmentLimitsChange",
    "Attachments",
    "DeclaredKind",
    "NewUpload",
    "OpenFile",
    "Owner",
    "PhotoRefused",
    "PhotoTooLarge",
    "ProcessedPhoto",
    "Upload",
    "attachment_holding",
    "attachments_of_messages",
    "known_attachment_files",
    "present_names",
    "stored_attachment_bytes",
]
