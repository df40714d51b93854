"""SCIM resources of this service, and what they say of an account. Loaded at the first request."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import Field
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ComplexAttribute,
    Context,
    ETag,
    ExtensibleStringEnum,
    Extension,
    External,
    Filter,
    InvalidFilterException,
    ListResponse,
    Meta,
    Mutability,
    Patch,
    PatchOp,
    Reference,
    Required,
    Resource,
    ResourceType,
    ResponseParameters,
    Schema,
    ScimPolicy,
    SearchRequest,
    ServiceProviderConfig,
    Sort,
    TooManyException,
    Uniqueness,
)
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator, ValuePath
from scim2_models.urn import URN

from unificx.core.names import is_printable
from unificx.identity import GroupKey, Language, ProvisionedAccount, ProvisionedPage, ProvisionedValues, SearchKey

K = TypeVar("K", SearchKey, GroupKey)

MAX_PAGE = 200
MAX_OPERATIONS = 100
"""Operations of one PATCH."""
MAX_OFFSET = 1_000_000
MAX_FILTER = 1_000
"""Characters of a filter."""
MAX_ATTRIBUTES = 100
"""Attributes that a request names: each is looked up in the schema."""
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Attributes that are not offered here are ignored, and what Microsoft Entra sends beyond the RFC is understood."""
_KEYS: dict[str, SearchKey] = {
    "id": "id",
    "username": "user_name",
    "externalid": "external_id",
    "emails": "email",
    "emails.value": "email",
}
"""Attributes by which accounts are found."""


class _Use(ExtensibleStringEnum):
    work = "work"


class MemberType(ExtensibleStringEnum):
    user = "User"


class _Language(ExtensibleStringEnum):
    en = "en"
    de = "de"


class Name(ComplexAttribute):
    family_name: str | None = None
    given_name: str | None = None


class Email(ComplexAttribute):
    value: str | None = None
    type: _Use | None = None


class PhoneNumber(ComplexAttribute):
    value: str | None = None
    type: _Use | None = None


class EnterpriseUser(Extension):
    """Attributes of employees (RFC 7643 section 4.3), of which only the department is stored."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    department: str | None = None


class User(Resource[EnterpriseUser]):
    """A user account, with at most one e-mail address and one telephone number."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: str | None = None
    preferred_language: _Language | None = None
    active: bool | None = None
    emails: list[Email] | None = None
    phone_numbers: list[PhoneNumber] | None = None


class GroupMember(ComplexAttribute):
    """A user who is a member of a group. A group cannot be one."""

    value: Annotated[str | None, Mutability.immutable, Required.true] = None
    ref: Annotated[Reference[User] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[MemberType | None, Mutability.immutable] = None


class Group(Resource[Any]):
    """A group of users (RFC 7643 section 4.2)."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    members: list[GroupMember] | None = None


def service_config(root: str) -> ServiceProviderConfig:
    """Return what of SCIM is offered."""
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MAX_PAGE),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="API key",
                description="An API key with the scope scim.",
                spec_uri=Reference[External]("https://www.rfc-editor.org/rfc/rfc6750"),
                primary=True,
            )
        ],
        meta=Meta(resource_type="ServiceProviderConfig", location=f"{root}/ServiceProviderConfig"),
    )


def resource_types(root: str) -> list[ResourceType]:
    """Return the types of resources."""
    found = [ResourceType.from_resource(User), ResourceType.from_resource(Group)]
    for each in found:
        each.meta = Meta(resource_type="ResourceType", location=f"{root}/ResourceTypes/{each.id}")
    return found


def schemas(root: str) -> list[Schema]:
    """Return the schemas of the resources and of their extension."""
    found = [User.to_schema(), EnterpriseUser.to_schema(), Group.to_schema()]
    for each in found:
        each.meta = Meta(resource_type="Schema", location=f"{root}/Schemas/{each.id}")
    return found


def dumped(resource: Resource[Any], context: Context, chosen: ResponseParameters[Any] | None = None) -> dict[str, Any]:
    """Return a resource as JSON, with the attributes that were asked for."""
    return resource.model_dump(scim_ctx=context, response_parameters=chosen)


def listed(
    items: list[Any], total: int, start: int = 1, chosen: ResponseParameters[Any] | None = None, kind: Any = User
) -> dict[str, Any]:
    """Return a list as JSON. `total`: the number of all results, of which `items` are some from `start` on."""
    answer = ListResponse[kind](
        total_results=total, start_index=start, items_per_page=len(items), resources=items or None
    )
    return answer.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=chosen)


def user_of(account: ProvisionedAccount, root: str) -> User:
    """Return an account as a resource."""
    person, values = account.person, account.values
    employee = EnterpriseUser(department=values.department) if values.department else None
    name = Name(family_name=values.family_name or None, given_name=values.given_name or None)
    user = User(
        id=person.id,
        external_id=values.external_id or None,
        user_name=values.user_name,
        name=name if values.family_name or values.given_name else None,
        display_name=values.display_name or None,
        preferred_language=_Language(values.language) if values.language else None,
        active=values.active,
        emails=[Email(value=values.email, type=_Use.work)] if values.email else None,
        phone_numbers=[PhoneNumber(value=values.phone, type=_Use.work)] if values.phone else None,
        meta=Meta(resource_type="User", created=person.created, location=f"{root}/Users/{person.id}"),
    )
    if employee is not None:
        user[EnterpriseUser] = employee
    return user


def values_of(user: User) -> ProvisionedValues:
    """Return what a resource states of an account."""
    name = user.name or Name()
    employee = user[EnterpriseUser] or EnterpriseUser()
    return ProvisionedValues(
        user_name=user.user_name or "",
        external_id=user.external_id or "",
        display_name=user.display_name or "",
        given_name=name.given_name or "",
        family_name=name.family_name or "",
        phone=_chosen(user.phone_numbers),
        email=_chosen(user.emails),
        language=_language(user.preferred_language),
        active=user.active,
        department=employee.department or "",
    )


def created(payload: Any) -> ProvisionedValues:
    """Return the values of a new account. Raise ValidationError."""
    return values_of(User.model_validate(payload, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=POLICY))


def replaced(account: ProvisionedAccount, payload: Any, root: str) -> ProvisionedValues:
    """Return the values of an account that is replaced (PUT). Raise ValidationError, SCIMException."""
    user = User.model_validate(payload, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=POLICY)
    user.replace(user_of(account, root))
    return values_of(user)


def patched(account: ProvisionedAccount, payload: Any, root: str) -> ProvisionedValues:
    """Return the values of an account after a PATCH. Raise ValidationError, SCIMException."""
    user = user_of(account, root)
    apply_patch(user, payload, User)
    return values_of(user)


def apply_patch(resource: Resource[Any], payload: Any, kind: Any) -> None:
    """Change a resource by the operations of a PATCH. Raise ValidationError, SCIMException."""
    operations = payload.get("Operations") if isinstance(payload, dict) else None
    if isinstance(operations, list):
        if len(operations) > MAX_OPERATIONS:
            raise TooManyException(detail=f"At most {MAX_OPERATIONS} operations are accepted.")
        payload = {**payload, "Operations": [_selecting_by_value(each) for each in operations]}
    patch = PatchOp[kind].model_validate(payload, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=POLICY)
    patch.patch(resource, scim_policy=POLICY)


def _selecting_by_value(operation: Any) -> Any:
    """Return an operation; one that removes entries has nothing of them but their `value`. Microsoft Entra adds
    `"$ref": null`, others a name, which no entry has: none would be removed."""
    if not isinstance(operation, dict) or str(operation.get("op")).lower() != "remove":
        return operation
    entries = operation.get("value")
    if not isinstance(entries, list):
        return operation
    named = [{"value": one["value"]} if isinstance(one, dict) and "value" in one else one for one in entries]
    return {**operation, "value": named}


def search_of(parameters: Any, kind: Any = User) -> SearchRequest[Any]:
    """Return the request of a list of resources. Raise ValidationError, InvalidFilterException."""
    if isinstance(parameters, dict):
        if len(str(parameters.get("filter", ""))) > MAX_FILTER:
            raise InvalidFilterException(detail=f"A filter has at most {MAX_FILTER} characters.")
        _limit_attributes(parameters)
        # Sorting is not offered, and such a request is answered in another order (RFC 7644 section 3.4.2.3).
        parameters = {name: value for name, value in parameters.items() if name.lower() not in ("sortby", "sortorder")}
    return SearchRequest[kind].model_validate(parameters, scim_ctx=Context.SEARCH_REQUEST, scim_policy=POLICY)


def _limit_attributes(parameters: Mapping[str, Any]) -> None:
    for name, value in parameters.items():
        if name.lower() in ("attributes", "excludedattributes"):
            named = value.split(",") if isinstance(value, str) else value
            if isinstance(named, list) and len(named) > MAX_ATTRIBUTES:
                raise TooManyException(detail=f"At most {MAX_ATTRIBUTES} attributes are accepted.")


def offset_of(search: SearchRequest[Any]) -> int:
    """Return how many results come before a page. A provider may name any number, a database takes 64 bits."""
    return min(search.start_index_0 or 0, MAX_OFFSET)


def count_of(search: SearchRequest[Any]) -> int:
    """Return how many results a page has at most."""
    return MAX_PAGE if search.count is None else min(search.count, MAX_PAGE)


def key_of(search: SearchRequest[Any]) -> tuple[SearchKey, str] | None:
    """Return the attribute and the value of a filter; None without one. Raise InvalidFilterException for a filter other
    than the comparison of one of `_KEYS` with a value."""
    if search.filter is None:
        return None
    node: FilterNode = search.filter.ast
    prefix = ""
    if isinstance(node, ValuePath):  # emails[value eq "…"]
        prefix, node = f"{node.attr_path}.", _without_type(node.val_filter)
    if (key := compared_key(node, prefix, _KEYS)) is not None:
        return key
    raise InvalidFilterException(
        detail="Accounts are found by userName, externalId, emails.value or id, each with eq and one value."
    )


def compared_key(node: FilterNode, prefix: str, keys: Mapping[str, K]) -> tuple[K, str] | None:
    """Return which of these keys a filter compares by eq, and with which text; None for other filters, and for texts
    that no database takes. `prefix`: the attribute around it."""
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq:
        return None
    if not isinstance(node.value, str) or not is_printable(node.value):
        return None
    path = AttrPath(node.attr_path.attr, node.attr_path.sub_attr)
    key = keys.get(f"{prefix}{path}".lower())
    return None if key is None else (key, node.value)


def _without_type(node: FilterNode) -> FilterNode:
    """Return a filter of addresses without the condition that they are for work, as all are here."""
    if not isinstance(node, LogicalExpr) or node.op is not LogicalOperator.and_:
        return node
    terms = [each for each in node.terms if str(each) != 'type eq "work"']
    return terms[0] if len(terms) == 1 else node


def page_of(page: ProvisionedPage, search: SearchRequest[Any], root: str) -> dict[str, Any]:
    """Return a page of accounts as JSON."""
    return listed([user_of(one, root) for one in page.items], page.total, search.start_index or 1, search)


def chosen_attributes(parameters: Any, kind: Any = User) -> ResponseParameters[Any]:
    """Return which attributes an answer has. Raise ValidationError."""
    wanted = {name: value for name, value in parameters.items() if name in ("attributes", "excludedAttributes")}
    _limit_attributes(wanted)
    return ResponseParameters[kind].model_validate(wanted, scim_ctx=Context.SEARCH_REQUEST, scim_policy=POLICY)


def _chosen(values: list[Any] | None) -> str:
    """Return the value to store of several: the primary one, or that for work, or the first. `primary` is not declared:
    the one value that is stored needs no mark."""
    found = sorted(
        values or [], key=lambda each: (not (each.unknown_attributes or {}).get("primary"), each.type != "work")
    )
    return next((each.value for each in found if each.value), "")


def _language(tag: str | None) -> Language | None:
    """Return the language of a tag such as `de-DE`; None for one that is not offered."""
    language = (tag or "").lower().replace("_", "-").partition("-")[0]
    return cast("Literal['en', 'de']", language) if language in ("en", "de") else None
