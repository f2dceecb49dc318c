#!/usr/bin/env python3
"""Write docs/reference.md, and the tables of settings in docs/configuration.md, from the help of the program.

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
CONFIGURATION = REPOSITORY / "docs/configuration.md"
BINARY = pathlib.Path(os.environ.get("LORIKEET_BINARY", REPOSITORY / ".build/release/lorikeet")).absolute()
# A default contains the home directory.
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/home/you"}
HEAD = """# Commands and options

Written by `Tools/make_reference.py` from `lorikeet --help`; the tests compare them. [Configure](configuration.md) explains the
settings and where else they can be set.
"""
# The remarks in brackets that end an option's help: accepted values, default, and whether it is repeatable.
NOTES = re.compile(r" \(((?:values|range|default|repeatable)[^()]*(?:\([^()]*\)[^()]*)*)\)$")
# The comments in docs/configuration.md around the tables of settings.
BEGIN, END = "<!-- Written by Tools/make_reference.py. -->\n", "<!-- End of the tables. -->\n"


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


def shown(arguments: list[dict]):
    """Each option of a command with its name, its help, and the remarks that the help ends in."""
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
        remarks = notes.group(1).split("; ") if notes else []
        if notes is None and "defaultValue" in argument:
            remarks = [f"default: {argument['defaultValue']}"]
        yield argument, name, NOTES.sub("", text), remarks


def groups(arguments: list[dict]):
    """The options by the heading that they have in the help; the advanced ones last."""
    titled: dict[str, list] = {}
    for entry in shown(arguments):
        titled.setdefault(entry[0].get("sectionTitle") or "", []).append(entry)
    return sorted(titled.items(), key=lambda group: group[0].startswith("Advanced"))


def option_tables(arguments: list[dict], variables: set[str]):
    tables = groups(arguments)
    for title, entries in tables:
        if len(tables) > 1:
            yield f"### {title or 'Other options'}\n"
        yield "| option | what it does | accepted |\n|---|---|---|"
        for argument, name, text, remarks in entries:
            if name in variables:
                text += f" Variable: `LORIKEET_{name.upper().replace('-', '_')}`."
            yield f"| {option(argument)} | {cell(text)} | {cell('; '.join(remarks))} |"
        yield ""


def setting_tables(arguments: list[dict], variables: set[str]):
    """All settings by their keys."""
    for title, entries in groups(arguments):
        entries = [entry for entry in entries if entry[1] in variables]
        if not entries:
            continue
        yield f"### {title.removesuffix(' options')}\n\n| key | what it does | accepted | default |\n|---|---|---|---|"
        for _, name, text, remarks in entries:
            default = next((remark.removeprefix("default: ") for remark in remarks if remark.startswith("default: ")), "")
            accepted = "; ".join(
                "a list" if remark == "repeatable" else remark.removeprefix("values: ").removeprefix("range: ")
                for remark in remarks if not remark.startswith("default: "))
            default = default.replace(ENVIRONMENT["HOME"], "~")
            yield f"| `{name}` | {cell(text)} | {accepted} | {code(default)} |"
        yield ""


def code(value: str) -> str:
    return f"`{value}`" if value and " " not in value else value


def sections(command: dict, path: list[str], variables: set[str]):
    title = " ".join([*path, command["commandName"]])
    yield f"## {title}\n\n{command['abstract']}\n"
    if discussion := command.get("discussion", "").strip():
        yield fenced_examples(discussion) + "\n"
    # Only the server reads variables.
    own = variables if command["commandName"] == "serve" else set()
    if tables := list(option_tables(command.get("arguments", []), own)):
        yield "\n".join(tables)
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


def described() -> tuple[dict, set[str]]:
    """The commands, and the keys of the settings."""
    command = json.loads(ask("--experimental-dump-help"))["command"]
    return command, {line.split(" = ")[0].strip() for line in ask("serve", "--print-config").splitlines()}


def reference() -> str:
    command, variables = described()
    parts = [HEAD]
    for sub in command["subcommands"]:
        if sub["commandName"] != "help":
            parts += sections(sub, ["lorikeet"], variables)
    return "\n".join(parts)


def configuration() -> str:
    """docs/configuration.md with the tables of this program."""
    command, variables = described()
    serve = next(sub for sub in command["subcommands"] if sub["commandName"] == "serve")
    before, _, rest = CONFIGURATION.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n".join(setting_tables(serve["arguments"], variables))
    return f"{before}{BEGIN}\n{tables}\n{END}{after}"


if __name__ == "__main__":
    for path, text in ((OUTPUT, reference()), (CONFIGURATION, configuration())):
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(REPOSITORY)}", file=sys.stderr)
