"""The command `models`: list, verify, import, remove."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from colorizer.commands.report import ExitCode
from colorizer.commands.streams import say, write_json, write_line
from colorizer.errors import WeightsError
from colorizer.models import model_names, model_spec, usable_models, weights_file

TEXT = """\
List, verify, import and remove models.

A model without weights is a network that can be trained. It can colorize once its weights are
imported or given with --weights. Imported weights are copied into the data folder of this user.
"""


def add_actions(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `models`; without an action it lists."""
    parser.add_argument("--json", action="store_true", help="as JSON")
    actions = parser.add_subparsers(metavar="ACTION", dest="action")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=text, description=text)
        # Left out of the namespace when not given, so that the one before the action counts.
        added.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="as JSON")
        return added

    add("list", "show all models and whether they have weights (the default)")
    verify = add(
        "verify", "read weights, colorize a test picture with them, and print their SHA-256"
    )
    verify.add_argument("names", nargs="*", metavar="NAME", help="default: all models with weights")
    imports = add("import", "check a weights file and make it usable by name")
    imports.add_argument(
        "file", type=Path, metavar="FILE", help="safetensors file, as training writes it"
    )
    imports.add_argument("--name", help="name of the model; default: the name of its network")
    imports.add_argument(
        "--replace", action="store_true", help="replace weights imported under that name"
    )
    remove = add("remove", "delete imported weights")
    remove.add_argument("name", metavar="NAME")


def models(arguments: argparse.Namespace) -> int:
    """Do what the action says and return the exit code."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {
        "verify": _verify,
        "import": _import,
        "remove": _remove,
    }
    return actions.get(arguments.action, _list)(arguments)


def _list(arguments: argparse.Namespace) -> int:
    rows = [_row(name) for name in model_names()]
    if arguments.json:
        write_json(models=rows)
        return ExitCode.OK
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        state = "ready     " if row["bytes"] else "no weights"
        write_line(f"{row['name']:{width}}  {state}  {row['title']}: {row['summary']}")
    return ExitCode.OK


def _row(name: str) -> dict[str, Any]:
    file = weights_file(name)
    size = file.stat().st_size if file and file.exists() else None
    place = str(file) if file else None
    return {"name": name, **asdict(model_spec(name)), "file": place, "bytes": size}


def _verify(arguments: argparse.Namespace) -> int:
    from colorizer.models.importing import verify_model

    failed = False
    for name in arguments.names or usable_models():
        facts: dict[str, Any] = {"name": name, "file": str(weights_file(name))}
        try:
            facts |= {"good": True, "sha256": verify_model(name)}
            words = f"ok      {name}: {facts['sha256']}  {facts['file']}"
        except WeightsError as error:
            failed = True
            facts |= {"good": False, "message": str(error)}
            words = f"FAILED  {name}: {error}"
        if arguments.json:
            write_json(event="verified", **facts)
        else:
            write_line(words)
    return ExitCode.MISSING if failed else ExitCode.OK


def _import(arguments: argparse.Namespace) -> int:
    from colorizer.models.importing import import_weights

    name = import_weights(arguments.file, arguments.name, replace=arguments.replace)
    if arguments.json:
        write_json(event="imported", name=name, file=str(weights_file(name)))
    else:
        write_line(str(weights_file(name)))
        say(f"imported; use it with --model {name}")
    return ExitCode.OK


def _remove(arguments: argparse.Namespace) -> int:
    from colorizer.models.importing import remove_weights

    file = remove_weights(arguments.name)
    if arguments.json:
        write_json(event="removed", name=arguments.name, file=str(file))
    else:
        write_line(str(file))
    return ExitCode.OK
