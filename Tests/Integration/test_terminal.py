"""Completions and colours at a terminal."""
import os
import pty
import subprocess

import pytest

import lorikeet

RED, GREEN = "\x1b[31m", "\x1b[32m"
NOBODY = ["health", "--uri", "unix:///nobody/listens/here"]


def completions(*words: str) -> set[str]:
    """Bash's completions of the last word, with Lorikeet's script sourced."""
    script = r"""
        source <("$1" --generate-completion-script bash) || exit
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_TYPE=9 COMP_KEY=9
        function=$(complete -p lorikeet | sed -E 's/.* -F ([^ ]+) .*/\1/')
        "$function" lorikeet "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    """
    # The script asks the program for some words.
    path = f"{lorikeet.BINARY.parent}:{lorikeet.ENVIRONMENT['PATH']}"
    result = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", lorikeet.BINARY, *words], capture_output=True, encoding="utf-8",
        timeout=lorikeet.TIMEOUT, env=lorikeet.ENVIRONMENT | {"PATH": path})
    assert result.returncode == 0, result.stderr
    return {line.strip() for line in result.stdout.splitlines()}


@pytest.mark.parametrize("words, offered", [
    (["lorikeet", ""], {"serve", "transcribe", "models", "health", "doctor", "bench"}),
    (["lorikeet", "tr"], {"transcribe"}),
    (["lorikeet", "models", ""], {"list", "pull", "verify", "remove"}),
    (["lorikeet", "models", "pull", "par"], {"parakeet-tdt-0.6b-v2", "parakeet-tdt-0.6b-v3"}),
    (["lorikeet", "serve", "--zero"], {"--zeroconf", "--zeroconf-interface"}),
    (["lorikeet", "serve", "--log-level", "w"], {"warning"}),
    (["lorikeet", "transcribe", "--model", "b"], {"builtin"}),
    (["lorikeet", "transcribe", "--format", ""], {"text", "json", "srt", "vtt"}),
])
def test_bash_completes_commands_options_and_values(words, offered):
    assert completions(*words) >= offered


def test_bash_completes_files_and_folders(tmp_path, monkeypatch):
    (tmp_path / "kitchen.wav").touch()
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "kitchen.wav" in completions("lorikeet", "transcribe", "kit")
    assert "kitchen.wav" not in completions("lorikeet", "serve", "--data-dir", "")
    assert {"folder", "folder/"} & completions("lorikeet", "serve", "--data-dir", "fol")


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_have_a_script(shell):
    assert "transcribe" in lorikeet.run("--generate-completion-script", shell).stdout


def at_a_terminal(*arguments: str, **environment: str) -> str:
    """The program's output to a terminal."""
    ours, theirs = pty.openpty()
    environment = lorikeet.ENVIRONMENT | {"TERM": "xterm", "NO_COLOR": ""} | environment
    process = subprocess.Popen(
        [lorikeet.BINARY, *arguments], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    written = b""
    try:
        while piece := os.read(ours, 4096):
            written += piece
    except OSError:
        pass  # the other side is closed
    finally:
        os.close(ours)
        process.wait(lorikeet.TIMEOUT)
    return written.decode()


def test_failures_are_red_at_a_terminal_only():
    assert at_a_terminal(*NOBODY).startswith(f"{RED}lorikeet:")
    assert "\x1b" not in at_a_terminal(*NOBODY, NO_COLOR="1")
    assert "\x1b" not in at_a_terminal(*NOBODY, TERM="dumb")
    assert lorikeet.run(*NOBODY).stderr.startswith("lorikeet: ")


def test_a_healthy_server_is_shown_in_green(server):
    assert f"{GREEN}is well" in at_a_terminal("health", "--uri", server.uri)
    assert "\x1b" not in at_a_terminal("health", "--uri", server.uri, "--json")


def test_doctor_uses_colours_at_a_terminal():
    assert f"{GREEN}ok" in at_a_terminal("doctor")
    assert "\x1b" not in lorikeet.run("doctor").stdout


def test_a_failure_at_a_terminal_names_the_next_step():
    assert "start it with `lorikeet serve`" in lorikeet.run(*NOBODY).stderr
    assert "lorikeet models list" in lorikeet.run("models", "pull", "nothing").stderr
