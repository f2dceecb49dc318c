"""The files that a model was prepared from can be removed, and the model is still found by its name."""
import json
import os
import shutil

import pytest

import lorikeet
from conversation import assert_well, converse
from hub import MODEL
from lorikeet import AUDIO
from server import Server
from store import DECODER, ENCODER, Store, wait_until

RECORDING = AUDIO / "en-01.wav"
TEXT = "Open the garden blinds.\n"
LEFT = {"config.json", "vocab.txt", "lorikeet.json", ".lock"}


def transcribe(store: Store, *options, **environment):
    return store.run("transcribe", "--model", MODEL, "--precision", "int8", *options, RECORDING, **environment)


def prepared(store: Store):
    return sorted(path for path in (store.directory / "prepared").iterdir() if not path.name.startswith("."))


@pytest.fixture
def dropped(store, hub):
    """A store that has only the prepared form of a model."""
    result = transcribe(store, "--keep-originals", "no")
    assert result.stdout == TEXT, result.stderr
    assert "removed the files" in result.stderr
    assert store.names() == LEFT
    hub.forget()
    return store


def make_outdated(directory) -> None:
    """As if another build of OpenVINO had prepared it."""
    manifest = directory / "prepared.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"openVINO": "2020.1"}))
    directory.rename(directory.with_name("tiny-int8-0123456789abcdef"))


@pytest.mark.parametrize("options", [["--precision", "int8"], ["--precision", "auto"], []], ids=str)
def test_a_model_whose_originals_are_gone_is_found_by_its_name(dropped, hub, options):
    result = transcribe(dropped, "--offline", *options)
    assert result.stdout == TEXT, result.stderr
    assert hub.requests == []


def test_originals_are_kept_by_default(store):
    assert transcribe(store).stdout == TEXT
    store.assert_complete()
    # f32 does not use them, but the prepared model was not made for f32 either.
    assert transcribe(store, "--keep-originals", "no", "--precision", "f32").stdout == TEXT
    store.assert_complete()


def test_a_run_that_needs_the_originals_fetches_them_again(dropped, hub):
    refused = transcribe(dropped, "--offline", "--precision", "f32")
    dropped.assert_refused(refused, ENCODER, DECODER, "--offline", file=None)
    assert transcribe(dropped, "--precision", "f32").stdout == TEXT
    dropped.assert_complete()
    assert {request.file for request in hub.requests} == {ENCODER, DECODER}


def test_an_outdated_prepared_model_is_replaced(dropped, hub):
    make_outdated(*prepared(dropped))
    dropped.assert_refused(transcribe(dropped, "--offline"), ENCODER, DECODER, "--offline", file=None)
    result = transcribe(dropped)
    assert result.stdout == TEXT, result.stderr
    assert "prepared by another version" in result.stderr
    made, = prepared(dropped)
    assert "2020.1" not in (made / "prepared.json").read_text()


def test_list_verify_and_pull_accept_removed_originals(dropped):
    assert f"{MODEL}\tprepared only\t{dropped.folder}\n" in dropped.run("models", "list").stdout
    verified = dropped.run("models", "verify")
    assert verified.returncode == 0, verified.stderr
    for line in [f"{prepared(dropped)[0]}\tright", f"{ENCODER}\tdropped", f"{DECODER}\tdropped", "vocab.txt\tright"]:
        assert f"{MODEL}\t{line}\n" in verified.stdout
    assert dropped.pull().returncode == 0
    dropped.assert_complete()


def test_verify_finds_damage_in_a_prepared_model(dropped):
    made, = prepared(dropped)
    weights = made / "encoder.bin"
    status = weights.stat()
    with weights.open("r+b") as file:
        file.write(bytes(100))
    os.utime(weights, ns=(status.st_atime_ns, status.st_mtime_ns))
    verified = dropped.run("models", "verify", MODEL)
    assert verified.returncode == 1
    assert f"{made}\tdamaged" in verified.stdout and f"{ENCODER}\tmissing" in verified.stdout
    assert prepared(dropped) == []
    assert transcribe(dropped).stdout == TEXT


def test_remove_also_removes_the_prepared_model(dropped):
    removed = dropped.run("models", "remove", MODEL)
    assert removed.returncode == 0, removed.stderr
    assert prepared(dropped) == [] and not dropped.folder.exists()
    assert dropped.run("models", "remove", MODEL).returncode == 1


def test_a_directory_that_the_user_named_is_never_emptied(store, tmp_path):
    mine = tmp_path / "mine"
    shutil.copytree(lorikeet.BUILTIN, mine)
    before = sorted(os.listdir(mine))
    result = store.run(
        "transcribe", "--model", mine, "--precision", "int8", "--keep-originals", "no", RECORDING)
    assert result.stdout == TEXT, result.stderr
    assert sorted(os.listdir(mine)) == before


def test_a_server_removes_originals_after_preparing(store, monkeypatch):
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    options = ["--model", MODEL, "--precision", "int8", "--data-dir", str(store.directory)]
    for number, arguments in enumerate([["--keep-originals", "no"], ["--offline"]]):
        with Server(lorikeet.BINARY, *options, *arguments) as server:
            converse(assert_well(server.port))
            wait_until(lambda: store.names() == LEFT)
            if number == 0:
                wait_until(lambda: "removed the files" in server.messages())


@pytest.mark.parametrize("value, status", [("yes", 0), ("no", 0), ("FALSE", 0), ("perhaps", 64)])
def test_keep_originals_takes_yes_and_no(store, value, status):
    served = store.run("serve", "--keep-originals", value, "--print-config")
    assert served.returncode == status
    if status == 0:
        assert "keep-originals" in served.stdout
    result = store.run("transcribe", "--keep-originals", value, "--model", "builtin", RECORDING)
    assert result.returncode == status, result.stderr
