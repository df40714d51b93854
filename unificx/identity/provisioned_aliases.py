"""Aliases by which an identity provider finds accounts (SCIM): its user name and its external id.

Like that of an e-mail address, they are in the key store instead of a column. An alias alone is not proof: the row of
the account tells whether it still has the value.
"""

from unificx.identity.schemas import Person
from unificx.privacy import KeyStore

USER_NAME, EXTERNAL_ID = "provisioned_name", "provisioned_id"
"""Kinds of aliases. User names are compared without regard to case (RFC 7643 section 4.1.1), external ids with it."""


def name_key(user_name: str) -> str:
    """Return the lookup key of a user name."""
    return user_name.casefold()


def bind_provisioned(keys: KeyStore, person: Person, user_name: str, external_id: str) -> None:
    """Bind the values to the account, in place of earlier ones and of other accounts that do not have them any more."""
    for kind, value in ((USER_NAME, name_key(user_name)), (EXTERNAL_ID, external_id)):
        if value and keys.find(person.tenant_id, kind, value) == person.subject:
            continue
        keys.unbind_all(person.tenant_id, kind, person.subject)
        if value:
            keys.unbind(person.tenant_id, kind, value)
            keys.bind(person.tenant_id, kind, value, person.subject)


def release_provisioned(keys: KeyStore, person: Person) -> None:
    """Remove the aliases of an account that is closed."""
    for kind in (USER_NAME, EXTERNAL_ID):
        if keys.is_bound(person.tenant_id, kind, person.subject):
            keys.unbind_all(person.tenant_id, kind, person.subject)
