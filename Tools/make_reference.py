#!/usr/bin/env python3
"""Write docs/reference.md, every command and option, from the program's own description.

    make build && python3 Tools/make_reference.py
"""
import json
import os
import pathlib
import re
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
OUTPUT = REPOSITORY / "docs/reference.md"
BINARY = pathlib.Path(os.environ.get("LORIKEET_BINARY", REPOSITORY / ".build/release/lorikeet")).absolute()
# A default contains the home directory.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/home/you"}
HEAD = """# Commands and options

Written by `Tools/make_reference.py` from what `lorikeet --help` tells; the tests compare them. What the settings are for, and
where else they may stand, is in [Configure](configuration.md).
"""
# Details that the help appends in brackets: values, default, and whether an option can be repeated.
NOTES = re.compile(r" \(((?:values|accepted|default|repeatable)[^()]*(?:\([^()]*\)[^()]*)*)\)$")


def ask(*arguments: str) -> str:
    return subprocess.run(
        [BINARY, *arguments], capture_output=True, check=True, text=True, env=ENVIRONMENT).stdout


def cell(text: str) -> str:
    """Text in a table's cell."""
    return text.replace("|", "\\|").replace("\n", " ")


def option(argument: dict) -> str:
    names = [("-" if name["kind"] == "short" else "--") + name["name"] for name in argument.get("names", [])]
    value = f" <{argument['valueName']}>" if argument["kind"] == "option" else ""
    return ", ".join(f"`{name}{value}`" for name in names) or f"`<{argument['valueName']}>`"


def rows(arguments: list[dict], variables: set[str]):
    known = {name["name"] for argument in arguments for name in argument.get("names", [])}
    for argument in arguments:
        name = (argument.get("preferredName") or {}).get("name", "")
        opposite = name.removeprefix("no-")
        if not argument["shouldDisplay"] or name in ("help", "version") or (opposite != name and opposite in known):
            continue
        if f"no-{name}" in known:
            argument["names"].append({"kind": "long", "name": f"no-{name}"})
        text = argument.get("abstract", "")
        notes = NOTES.search(text)
        text = NOTES.sub("", text)
        if notes is None and "defaultValue" in argument:
            detail = f"default: {argument['defaultValue']}"
        else:
            detail = notes.group(1) if notes else ""
        if name in variables:
            text += f" Variable: `LORIKEET_{name.upper().replace('-', '_')}`."
        yield f"| {option(argument)} | {cell(text)} | {cell(detail)} |"


def sections(command: dict, path: list[str], variables: set[str]):
    title = " ".join([*path, command["commandName"]])
    yield f"## {title}\n\n{command['abstract']}\n"
    if discussion := command.get("discussion", "").strip():
        yield fenced_examples(discussion) + "\n"
    # Options that the server also reads from variables.
    own = variables if command["commandName"] == "serve" else set()
    table = list(rows(command.get("arguments", []), own))
    if table:
        yield "\n".join(["| option | what it does | accepted |", "|---|---|---|", *table]) + "\n"
    for sub in command.get("subcommands", []):
        if sub["commandName"] != "help":
            yield from sections(sub, [*path, command["commandName"]], variables)


def fenced_examples(discussion: str) -> str:
    """The text with its indented lines, which are commands, in `sh` blocks."""
    pieces = re.split(r"((?:^ {2,}.*\n?)+)", discussion, flags=re.MULTILINE)
    for index, piece in enumerate(pieces):
        if re.match(r" {2,}", piece):
            lines = "\n".join(line.strip() for line in piece.rstrip().splitlines())
            pieces[index] = f"\n```sh\n{lines}\n```\n"
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip()


def reference() -> str:
    command = json.loads(ask("--experimental-dump-help"))["command"]
    variables = {line.split(" = ")[0].strip() for line in ask("serve", "--print-config").splitlines()}
    parts = [HEAD]
    for sub in command["subcommands"]:
        if sub["commandName"] != "help":
            parts += sections(sub, ["lorikeet"], variables)
    return "\n".join(parts)


if __name__ == "__main__":
    OUTPUT.write_text(reference(), encoding="utf-8")
    print(f"wrote {OUTPUT.relative_to(REPOSITORY)}", file=sys.stderr)
