"""`backbone lab`: throwaway real hosts on this machine."""

from __future__ import annotations

import json
import subprocess
from typing import Annotated

import typer

from provision.exits import Exit
from provision.i18n import _
from provision.lab.lab import Lab

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="Throwaway real hosts on this machine, for the demo, the tests and your own trials.\n\n"
    "Example: backbone lab up lab-kab && backbone lab ssh lab-kab",
)
Hosts = Annotated[list[str] | None, typer.Argument(help="lab-kab, lab-prov, lab-pusat, lab-luar; none: all")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command()
def up(hosts: Hosts = None, as_json: AsJson = False) -> int:
    """Boot lab hosts; the first time their root file systems are made.

    Example: backbone lab up lab-kab lab-pusat
    """
    lab = Lab.named(say=lambda text: typer.echo(text, err=True))
    lab.up(hosts or [])
    return _show(lab, as_json)


@app.command()
def down(hosts: Hosts = None) -> int:
    """End lab hosts and remove everything that they left on this machine.

    Example: backbone lab down
    """
    Lab.named().down(hosts or [])
    return int(Exit.OK)


@app.command(name="list")
def list_hosts(as_json: AsJson = False) -> int:
    """Show the lab's hosts, their addresses and how to reach them.

    Example: backbone lab list --json
    """
    return _show(Lab.named(), as_json)


@app.command()
def ssh(host: str) -> int:
    """Log in to a lab host: as root, or as its administrator where root is let in no more.

    Example: backbone lab ssh lab-kab
    """
    lab = Lab.named()
    reach = ["ssh", "-F", str(lab.ssh_config)]
    keys = sorted((lab.inventory.parent / "keys").glob("*_ed25519"))
    ways = [
        ["-l", "root"],
        ["-l", "backbone"],
        *(["-l", key.name.removesuffix("_ed25519"), "-i", str(key)] for key in keys),
    ]
    for way in ways:
        if (
            subprocess.run([*reach, "-o", "BatchMode=yes", *way, host, "true"], stderr=subprocess.DEVNULL).returncode
            == 0
        ):
            return subprocess.run([*reach, *way, host]).returncode
    return subprocess.run([*reach, host]).returncode


@app.command(name="exec", context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(ctx: typer.Context, host: str) -> int:
    """Run a command as root on a lab host, past its sshd, and pass on its exit status.

    Example: backbone lab exec lab-kab -- systemctl --failed
    """
    words = [word for word in ctx.args if word != "--"]
    return subprocess.run([*Lab.named().machine(host).enter(), "sh", "-c", " ".join(words)]).returncode


def _show(lab: Lab, as_json: bool) -> int:
    listing = lab.listing()
    if as_json:
        typer.echo(json.dumps(listing, indent=2))
        return int(Exit.OK)
    for host in listing:
        state = _("running") if host["running"] else _("down")
        addresses = " ".join(f"{net} {address}" for net, address in host["addresses"].items())
        typer.echo(f"{host['name']:<10} {state:<8} {host['distribution']:<9} {addresses}  {_(host['about'])}")
    typer.echo(f"ssh -F {lab.ssh_config}")
    return int(Exit.OK)
