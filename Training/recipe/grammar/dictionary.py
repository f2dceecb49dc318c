"""Plain dictionary words: they make sentences that no language model can guess.

Read from Debian's word lists (packages wamerican-small and wspanish).
"""

import functools
import pathlib
import re

FOLDER = pathlib.Path("/usr/share/dict")


def read(name: str, pattern: str) -> list[str]:
    path = FOLDER / name
    if not path.exists():
        raise SystemExit(f"{path} is missing: install the packages of Training/packages.txt")
    return [word for word in path.read_text(encoding="utf-8").split() if re.fullmatch(pattern, word)]


@functools.cache
def english_words() -> list[str]:
    """Lower-case words of three to ten letters; plurals and tenses are in, possessives and names are not."""
    return read("american-english-small", r"[a-z]{3,10}")


@functools.cache
def spanish_words() -> list[str]:
    return read("spanish", r"[a-záéíóúüñ]{3,11}")
