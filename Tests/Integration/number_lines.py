"""The program that reads and words numbers line by line, and the data of each language."""
import subprocess

import lorikeet

STAGES = lorikeet.REPOSITORY / ".build/release/stages"
CONTEXTS = lorikeet.REPOSITORY / "Sources/CNumberWords/contexts.txt"


def lines(*arguments: str, said: list[str]) -> list[str]:
    """What `stages ARGUMENTS…` prints for each line."""
    if not said:
        return []
    result = subprocess.run(
        [STAGES, *arguments], input="".join(f"{line}\n" for line in said), capture_output=True, text=True,
        encoding="utf-8", check=True, timeout=lorikeet.TIMEOUT)
    printed = result.stdout.splitlines()
    assert len(printed) == len(said)
    return printed


def words_of(language: str, kind: str) -> str:
    """The first line of a kind in a language's section of contexts.txt; empty if there is none."""
    section = CONTEXTS.read_text(encoding="utf-8").split(f"\n@ {language}\n")[1].split("\n@ ")[0]
    return next((line.split(" ", 1)[1] for line in section.splitlines() if line.startswith(f"{kind} ")), "")
