"""`unificx campaign`: advertising to the people of a tenant who have agreed to it."""

from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_item
from unificx.cli.uploads import read_file

_MAX_BYTES = 64 << 10
_COLUMNS = {"subject": "subject", "sent": "sent", "recipients": "recipients", "waiting": "waiting", "id": "id"}
_RESULTS = {name: name for name in ("delivered", "failed", "complained", "unsubscribed")}
_DETAILS = {**_COLUMNS, **_RESULTS, "languages": "languages", "created": "created"}

CampaignId = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Id of the campaign.")]
TextFile = Annotated[Path | None, typer.Option(metavar="FILE", help="Subject in the first line, below it the text.")]


def _flatten(campaign: Json) -> Json:
    texts = campaign["texts"]
    subject = next(iter(texts.values()))["subject"]
    return {
        **campaign,
        **campaign["progress"],
        "subject": subject,
        "languages": ", ".join(texts),
        "sent": campaign["sent"] or "draft",
    }


_COLLECTION = Collection("/campaigns", _COLUMNS, _DETAILS, _flatten)

group = command_group("campaign", "Send advertising to people who have agreed to it.")


@command(group, "create")
def create(context: CommandContext, *, english: TextFile = None, german: TextFile = None) -> None:
    """Create the draft of a campaign."""
    files = {"en": english, "de": german}
    texts = {language: _read(file) for language, file in files.items() if file is not None}
    if not texts:
        raise CliError("A campaign needs a text.", "Use --english or --german.")
    _COLLECTION.create(context, {"texts": texts})


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List campaigns."""
    _COLLECTION.list(context, "There are no campaigns yet.")


@command(group, "show")
def show(context: CommandContext, campaign: CampaignId) -> None:
    """Show a campaign."""
    _COLLECTION.show(context, campaign)


@command(group, "send")
def send(context: CommandContext, campaign: CampaignId) -> None:
    """Send a draft to all who agree."""

    async def request(api: ApiClient) -> Json:
        path = f"{_COLLECTION.item_path(campaign)}/send"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    sent = context.run(request)
    print_item(sent if context.as_json else _flatten(sent), _DETAILS, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, campaign: CampaignId) -> None:
    """Delete a campaign and stop sending it."""
    _COLLECTION.delete(context, campaign, "The campaign was deleted.")


def _read(file: Path) -> dict[str, str]:
    try:
        text = read_file(file, _MAX_BYTES, "text file").decode("utf-8")
    except UnicodeDecodeError:
        raise CliError(f"{file} is not a text in UTF-8.", "Save it as UTF-8.") from None
    subject, _, rest = text.strip().partition("\n")
    if not subject.strip() or not rest.strip():
        raise CliError(f"{file} has no subject or no text.", "Write the subject in the first line, below it the text.")
    return {"subject": subject.strip(), "text": rest.strip()}
