"""`backbone completion`: the script that lets a shell complete verbs and options at the Tab key."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from provision.errors import UsageError
from provision.exits import Exit
from provision.i18n import _

app = typer.Typer(rich_markup_mode=None, add_completion=False)
# shell → what its owner runs once
INSTALL = {
    "bash": "backbone completion bash > ~/.local/share/bash-completion/completions/backbone",
    "zsh": 'backbone completion zsh > "${fpath[1]}/_backbone"',
    "fish": "backbone completion fish > ~/.config/fish/completions/backbone.fish",
    "powershell": "backbone completion powershell >> $PROFILE",
}


@app.command()
def completion(
    shell: Annotated[str, typer.Argument(help="bash, zsh, fish or powershell.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """Print the script that completes verbs and options; put it where the shell looks for it.

    Example: mkdir -p ~/.local/share/bash-completion/completions;
    backbone completion bash > ~/.local/share/bash-completion/completions/backbone
    """
    from provision.cli.main import COMPLETING, COMPLETIONS

    if shell not in INSTALL:
        raise UsageError(
            _("{shell} is no shell that can be served").format(shell=shell),
            repair=_("there are {names}").format(names=", ".join(INSTALL)),
        )
    script: str = COMPLETIONS.get_completion_script(prog_name="backbone", complete_var=COMPLETING, shell=shell)
    typer.echo(json.dumps({"shell": shell, "script": script, "install": INSTALL[shell]}) if as_json else script)
    return int(Exit.OK)
