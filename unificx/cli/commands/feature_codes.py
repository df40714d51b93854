"""`unificx feature-code`: codes that can be dialled."""

from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_items

_COLUMNS = {"code": "code", "argument": "followed by", "text": "effect", "name": "name"}

group = command_group("feature-code", "Show feature codes.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List feature codes."""
    found = context.run(lambda api: api.get("/feature-codes"))["items"]
    shown = found if context.as_json else [each | {"text": each["text"]["en"]} for each in found]
    print_items(shown, _COLUMNS, as_json=context.as_json, empty_text="There are no feature codes.")
