"""Versions of the privacy policy, and the record of processing that is generated from it."""

from typing import Literal

from unificx.api.access import CurrentUserDep, purpose
from unificx.api.problems import problem_responses
from unificx.api.required_access import for_all_users
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import policy as models
from unificx.privacy import held_data, processing_activities, released_versions

router = Router(prefix="/api/v1/privacy", tags=["privacy"], dependencies=[purpose("operations")])


@router.get("/policy-versions", responses=problem_responses())
async def list_policy_versions() -> core.Page[models.PolicyVersion]:
    """List the versions of the privacy policy, newest first. Needs no account; `/privacy` is the text."""
    items = [models.PolicyVersion.model_validate(each) for each in reversed(released_versions())]
    return core.Page(items=items, next=None)


@router.get("/processing", dependencies=[for_all_users], responses=problem_responses(401, 403))
async def show_processing_record(_: CurrentUserDep, language: Literal["en", "de"] = "en") -> models.ProcessingRecord:
    """Show the record of processing activities: purposes, data, retention, recipients and measures."""
    newest = released_versions()[-1]
    [security] = [each for each in newest.content["sections"] if each["key"] == "security"]
    return models.ProcessingRecord(
        version=newest.version,
        in_force=newest.in_force,
        data=[models.HeldData.model_validate(each) for each in held_data(newest.content, language)],
        activities=[
            models.ProcessingActivity.model_validate(each)
            for each in processing_activities(newest.content, language)
            if each.categories
        ],
        measures=[each[language] for each in security["sentences"]],
    )
