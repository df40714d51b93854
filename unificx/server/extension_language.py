"""The language in which prompts are played to an extension."""

from collections.abc import Callable

from unificx.identity import DirectoryCache


def extension_language(directory: DirectoryCache) -> Callable[[str, str], str]:
    """Return the lookup of a language by tenant and extension: that of its person, else of the tenant."""

    def language(tenant_id: str, extension_id: str) -> str:
        extension = directory.extension_by_id(extension_id)
        return directory.language(tenant_id, extension.person_id if extension is not None else None)

    return language
