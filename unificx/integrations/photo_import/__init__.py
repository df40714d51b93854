"""Photos written anew without their metadata, in a separate process."""

from unificx.integrations.photo_import.client import PhotoImporter

__all__ = ["PhotoImporter"]
