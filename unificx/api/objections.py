"""Objections of people, as routes about colleagues apply them."""

from unificx.api.access import AccessScope
from unificx.api.services import Services
from unificx.identity import Extension
from unificx.privacy import ObjectionPurpose


def is_listed(services: Services, scope: AccessScope, extension: Extension) -> bool:
    """Return whether an extension is in the directory for this user: their own always is."""
    return _applies(services, scope, extension, "directory")


def is_counted(services: Services, scope: AccessScope, extension: Extension) -> bool:
    """Return whether this user may see figures about the extension's work in queues: about their own always."""
    return _applies(services, scope, extension, "statistics")


def _applies(services: Services, scope: AccessScope, extension: Extension, purpose: ObjectionPurpose) -> bool:
    own = scope.user.is_person(extension.person_id)
    return own or not services.consents.objects(extension.subject, purpose)
