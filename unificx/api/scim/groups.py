"""Groups of SCIM (RFC 7643 section 4.2) as resources. Loaded at the first request."""

from typing import Any

from scim2_models import Context, InvalidFilterException, Meta, Reference, SearchRequest
from scim2_models.path import (
    FilterNode,
    LogicalExpr,
    LogicalOperator,
    ValuePath,
)

from unificx.api.scim.resources import (
    POLICY,
    Group,
    GroupMember,
    MemberType,
    User,
    apply_patch,
    compared_key,
    key_of,
    listed,
    user_of,
)
from unificx.identity import GroupKey, GroupPage, GroupValues, ProvisionedGroup, ProvisionedPage, SearchKey

_KEYS: dict[str, GroupKey] = {
    "id": "id",
    "displayname": "name",
    "externalid": "external_id",
    "members": "member",
    "members.value": "member",
}
"""Attributes by which groups are found. Microsoft Entra names `members` without `value`."""


def group_of(group: ProvisionedGroup, root: str) -> Group:
    """Return a group as a resource."""
    members = [
        GroupMember(value=each, ref=Reference[User](f"{root}/Users/{each}"), type=MemberType.user)
        for each in group.members
    ]
    return Group(
        id=group.id,
        external_id=group.external_id or None,
        display_name=group.name,
        members=members or None,
        meta=Meta(resource_type="Group", created=group.created, location=f"{root}/Groups/{group.id}"),
    )


def created(payload: Any) -> GroupValues:
    """Return the values of a new group. Raise ValidationError."""
    return _values(Group.model_validate(payload, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=POLICY))


def replaced(before: ProvisionedGroup, payload: Any, root: str) -> GroupValues:
    """Return the values of a group that is replaced (PUT). Raise ValidationError, SCIMException."""
    group = Group.model_validate(payload, scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST, scim_policy=POLICY)
    group.replace(group_of(before, root))
    return _values(group)


def patched(before: ProvisionedGroup, payload: Any, root: str) -> GroupValues:
    """Return the values of a group after a PATCH. Raise ValidationError, SCIMException."""
    group = group_of(before, root)
    apply_patch(group, payload, Group)
    return _values(group)


def keys_of(search: SearchRequest[Any]) -> list[tuple[GroupKey, str]]:
    """Return the attributes and values of a filter, all of which a group must have. Raise InvalidFilterException for a
    filter other than comparisons of `_KEYS` with values, joined by `and`."""
    if search.filter is None:
        return []
    node: FilterNode = search.filter.ast
    joined = isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_
    return [_key(each) for each in (node.terms if isinstance(node, LogicalExpr) and joined else (node,))]


def keys_of_both(search: SearchRequest[Any]) -> tuple[tuple[SearchKey, str] | None, list[tuple[GroupKey, str]] | None]:
    """Return what a filter of all resources asks of accounts, and of groups; None for those that it cannot match.
    Without a filter there are no conditions. Raise InvalidFilterException if it can match neither."""
    of_users: tuple[SearchKey, str] | None = None
    try:
        of_users = key_of(search)
    except InvalidFilterException:
        return None, keys_of(search)
    try:
        return of_users, keys_of(search)
    except InvalidFilterException:
        return of_users, None


def page_of_both(users: ProvisionedPage, groups: GroupPage, search: SearchRequest[Any], root: str) -> dict[str, Any]:
    """Return a page of accounts and groups as JSON."""
    items = [user_of(one, root) for one in users.items] + [group_of(one, root) for one in groups.items]
    return listed(items, users.total + groups.total, search.start_index or 1, search, kind=User | Group)


def page_of(page: GroupPage, search: SearchRequest[Any], root: str) -> dict[str, Any]:
    """Return a page of groups as JSON."""
    items = [group_of(each, root) for each in page.items]
    return listed(items, page.total, search.start_index or 1, search, kind=Group)


def _key(node: FilterNode) -> tuple[GroupKey, str]:
    prefix = ""
    if isinstance(node, ValuePath):  # members[value eq "…"]
        prefix, node = f"{node.attr_path}.", node.val_filter
    if (key := compared_key(node, prefix, _KEYS)) is not None:
        return key
    raise InvalidFilterException(
        detail="Groups are found by displayName, externalId, members.value or id, each with eq and one value."
    )


def _values(group: Group) -> GroupValues:
    members = frozenset(each.value for each in group.members or () if each.value)
    return GroupValues(group.display_name or "", group.external_id or "", members)
