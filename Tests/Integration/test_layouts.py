"""The layouts in which exports are published and kept: folders by precision, weights in shards, other programs' caches."""
import json
import os
import pathlib
import shutil

import onnx
import onnx.external_data_helper
import pytest

import lorikeet
import test_heads
from hub import COMMIT, MODEL, REPOSITORY
from lorikeet import AUDIO, BUILTIN, assert_refused
from server import Server
from store import DECODER, ENCODER, FILES

RECORDING = AUDIO / "en-01.wav"
TEXT = "Open the garden blinds.\n"
SHARDS = [f"{ENCODER}.data.000", f"{ENCODER}.data.001"]
TEXTS = ["config.json", "vocab.txt"]


@pytest.fixture(scope="session")
def sharded(tmp_path_factory):
    """The built-in model with the encoder's weights in two files, as in the export of Parakeet Ultra."""
    folder = tmp_path_factory.mktemp("sharded") / "model"
    folder.mkdir()
    for name in [*TEXTS, DECODER]:
        shutil.copyfile(BUILTIN / name, folder / name)
    model = onnx.load(BUILTIN / ENCODER)
    large = [tensor for tensor in model.graph.initializer if len(tensor.raw_data) > 1024]
    for number, tensor in enumerate(large):
        onnx.external_data_helper.set_external_data(tensor, location=SHARDS[2 * number // len(large)])
    onnx.save(model, folder / ENCODER)
    assert all((folder / shard).stat().st_size > 100_000 for shard in SHARDS)
    return folder


def flat(model, root):
    return pathlib.Path(shutil.copytree(model, root / "model"))


def folders(model, root, name="fp32"):
    """The graphs in a folder, the texts above it."""
    place = root / "model"
    shutil.copytree(model, place / name)
    for text in TEXTS:
        shutil.move(place / name / text, place / text)
    return place


def named_folder(model, root):
    return folders(model, root, "int8") / "int8"


def texts_in_the_folder(model, root):
    shutil.copytree(model, root / "model/fp16")
    return root / "model"


def suffixes(model, root):
    """As in the INT8 export of Parakeet Ultra."""
    place = folders(model, root, "int8")
    for graph in ENCODER, DECODER:
        (place / "int8" / graph).rename(place / "int8" / graph.replace(".onnx", ".int8.onnx"))
    return place


def snapshot(model, root):
    """The hub's cache, with links to blobs, of a repository with folders."""
    cache = root / "hub/models--somebody--model"
    place = folders(model, root)
    for number, file in enumerate(file for file in sorted(place.rglob("*")) if file.is_file()):
        blob = cache / "blobs" / f"{number:040}"
        blob.parent.mkdir(parents=True, exist_ok=True)
        link = cache / "snapshots" / COMMIT / file.relative_to(place)
        link.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(file, blob)
        link.symlink_to(os.path.relpath(blob, link.parent))
    shutil.rmtree(place)
    (cache / "refs").mkdir()
    (cache / "refs/main").write_text(COMMIT)
    return cache


def hub_cache(model, root):
    return snapshot(model, root).parent


def snapshot_folder(model, root):
    return snapshot(model, root) / "snapshots" / COMMIT / "fp32"


def cache_of_another_program(model, root):
    shutil.copytree(model, root / "app/speech/parakeet")
    (root / "app/logs").mkdir()
    return root / "app"


LAYOUTS = [
    flat, folders, named_folder, texts_in_the_folder, suffixes, snapshot, hub_cache, snapshot_folder,
    cache_of_another_program]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_transcribes(layout, sharded, tmp_path):
    place = layout(sharded, tmp_path)
    for options in ["--precision", "f32"], ["--precision", "int8"], ["--precision", "int8"], ["--no-cache"]:
        result = lorikeet.run(
            "transcribe", "--model", place, "--device", "cpu", "--data-dir", tmp_path / "data", *options, RECORDING)
        assert (result.returncode, result.stdout) == (0, TEXT), result.stderr
    assert len(list((tmp_path / "data/prepared").glob("*-int8-*"))) == 1


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_is_served_and_the_log_names_the_choice(layout, sharded, tmp_path, binary):
    place = layout(sharded, tmp_path)
    with Server(binary, "--model", str(place), "--device", "cpu", "--data-dir", str(tmp_path / "data"), "--no-cache",
                "--precision", "f32") as server:
        result = lorikeet.run("health", "--uri", server.uri, "--json")
        assert result.returncode == 0, result.stderr
        is_chosen = layout not in (flat, named_folder, snapshot_folder)
        assert (f" is in {place}/" in server.messages()) == is_chosen, server.messages()


def copy(source, target):
    return lambda place: shutil.copytree(place / source, place / target)


def without(*names):
    return lambda place: [(place / name).unlink() for name in names]


def moved(name, target):
    def apply(place):
        (place / target).parent.mkdir(exist_ok=True)
        (place / name).rename(place / target)
    return apply


def other_vocabulary(place):
    lines = (place / "vocab.txt").read_text().splitlines()
    (place / "vocab.txt").write_text("\n".join([*lines[:99], "<blk> 99"]))


WRONG = {
    "shard is missing": (without(f"fp32/{SHARDS[1]}"), "", f"the file fp32/{SHARDS[1]} is missing"),
    "decoder is missing": (without(f"fp32/{DECODER}"), "", f"the file fp32/{DECODER} is missing"),
    "decoder of another folder": (
        moved(f"fp32/{DECODER}", f"int8/{DECODER}"), "", f"the encoder fp32/{ENCODER} and the decoder int8/{DECODER}"),
    "decoder of another folder, by path": (
        moved(f"fp32/{DECODER}", f"int8/{DECODER}"), "fp32", f"the encoder fp32/{ENCODER} and the decoder int8/{DECODER}"),
    "decoder of another precision": (
        moved(f"fp32/{DECODER}", "fp32/decoder_joint-model.int8.onnx"), "", "which do not belong together"),
    "no vocabulary": (without("vocab.txt"), "", "the file vocab.txt is missing"),
    "no configuration": (without("config.json"), "", "the file config.json is missing"),
    "no graphs": (lambda place: shutil.rmtree(place / "fp32"), "", f"the file {ENCODER} is missing"),
    "an ordinary folder's parent is not read": (moved("fp32", "mine"), "mine", "the file config.json is missing"),
    "several models": (
        lambda place: [shutil.copytree(place, place.parent / "all" / name) for name in "ab"], "../all",
        "has 2 models: a, b; name one of them"),
    "vocabulary of another model": (other_vocabulary, "", "vocab.txt has 100"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_layout_is_refused_in_one_line(kind, sharded, tmp_path):
    change, folder, mention = WRONG[kind]
    place = folders(sharded, tmp_path)
    change(place)
    result = lorikeet.run(
        "transcribe", "--model", os.path.normpath(place / folder), "--device", "cpu", "--data-dir",
        tmp_path / "data", RECORDING)
    assert_refused(result, mention)


def test_a_cache_with_several_commits_and_no_branch_is_refused_with_their_names(sharded, tmp_path):
    cache = snapshot(sharded, tmp_path)
    (cache / "refs/main").unlink()
    shutil.copytree(cache / "snapshots" / COMMIT, cache / "snapshots" / COMMIT[::-1], symlinks=True)
    result = lorikeet.run("transcribe", "--model", cache, "--data-dir", tmp_path / "data", RECORDING)
    assert_refused(result, "has 2 models", f"snapshots/{COMMIT}", f"snapshots/{COMMIT[::-1]}")


@pytest.mark.parametrize("precision", ["f32", "int8"])
def test_an_unknown_operator_is_named(sharded, tmp_path, precision):
    place = folders(sharded, tmp_path)
    model = onnx.load(place / "fp32" / ENCODER, load_external_data=False)
    node = next(node for node in model.graph.node if node.op_type == "MatMul")
    node.op_type, node.domain = "Strange", "com.example"
    model.opset_import.append(onnx.helper.make_opsetid("com.example", 1))
    onnx.save(model, place / "fp32" / ENCODER)
    result = lorikeet.run(
        "transcribe", "--quiet", "--model", place, "--device", "cpu", "--precision", precision, "--data-dir",
        tmp_path / "data", RECORDING)
    assert_refused(result, f"fp32/{ENCODER}", "com.example.Strange", "use another export")


# A transducer and CTC


@pytest.fixture
def hybrid(tmp_path):
    """A model with graphs for both heads, beside each other."""
    place = tmp_path / "hybrid"
    place.mkdir()
    for head in ("ctc", "tdt"):
        test_heads.unpacked("hybrid", place, head)
    return place


HEARD = ["--quiet", "--device", "cpu", "--vad", "off", "--format", "json"]


def spoken_tokens(line: str) -> list[tuple[str, float]]:
    """The tokens with their beginnings, which tell the heads of one model apart when the texts do not."""
    return [(token["text"], token["start"]) for token in json.loads(line)["tokens"]]


@pytest.fixture(scope="module")
def heard(tmp_path_factory) -> dict[str, list]:
    """What each head hears in a directory of its own."""
    found = {}
    for head in ("ctc", "tdt"):
        model = test_heads.unpacked("hybrid", tmp_path_factory.mktemp(head), head)
        found[head] = tokens(model, "--no-cache")
    assert found["ctc"] != found["tdt"]
    return found


def tokens(model, *options):
    result = lorikeet.run("transcribe", "--model", model, *HEARD, *options, RECORDING)
    assert result.returncode == 0, result.stderr
    return spoken_tokens(result.stdout)


def test_config_json_decides_between_a_transducer_and_ctc(hybrid, heard, tmp_path):
    for head in ("tdt", "ctc", "tdt"):
        test_heads.configure(hybrid, "hybrid", model_type=f"nemo-conformer-{head}")
        assert tokens(hybrid, "--data-dir", tmp_path / "data") == heard[head]


@pytest.mark.parametrize("precision", ["auto", "int8"])
def test_a_folder_named_ctc_gives_its_graph_and_the_directory_above_the_transducer(hybrid, heard, tmp_path, precision):
    (hybrid / "ctc").mkdir()
    (hybrid / "model.onnx").rename(hybrid / "ctc/model.onnx")
    options = ["--precision", precision, "--data-dir", tmp_path / "data"]
    for _ in range(2):  # the second time from the prepared form
        for model, head in (hybrid, "tdt"), (hybrid / "ctc", "ctc"):
            found = tokens(model, *options)
            # Eight bits can move a token by a frame.
            assert [text for text, _ in found] == [text for text, _ in heard[head]]
            assert precision == "int8" or found == heard[head]
    if precision == "int8":
        prepared = [path for path in (tmp_path / "data/prepared").iterdir() if path.name.startswith("hybrid-ctc")]
        assert tokens(*prepared) == tokens(hybrid / "ctc", *options)


@pytest.mark.parametrize(["head", "graphs", "mention"], [
    ("ctc", [], "the file model.onnx is missing"),
    ("ctc", [ENCODER, DECODER], "config.json says nemo-conformer-ctc, and the files are encoder-model.onnx and "
        "decoder_joint-model.onnx, an encoder and a decoder; model.onnx is missing"),
    ("tdt", ["model.onnx"], "config.json says nemo-conformer-tdt, and the files are model.onnx, a CTC model")])
def test_a_head_without_its_graphs_is_refused_in_one_line(hybrid, tmp_path, head, graphs, mention):
    for name in {ENCODER, DECODER, "model.onnx"} - set(graphs):
        (hybrid / name).unlink()
    test_heads.configure(hybrid, "hybrid", model_type=f"nemo-conformer-{head}")
    assert_refused(
        lorikeet.run("transcribe", "--model", hybrid, "--device", "cpu", "--data-dir", tmp_path / "data", RECORDING),
        mention)


# The hub


@pytest.fixture
def published(hub, sharded):
    """The hub has the model in folders: fp32 in shards, int8 with other names, and half of fp16."""
    files = {name: (sharded / name).read_bytes() for name in [*FILES, *SHARDS]}
    hub.files = {name: files[name] for name in TEXTS}
    hub.files |= {f"fp32/{name}": files[name] for name in [ENCODER, DECODER, *SHARDS]}
    hub.files |= {
        f"int8/{name.replace('.onnx', '.int8.onnx')}": (BUILTIN / name).read_bytes() for name in (ENCODER, DECODER)}
    hub.files["fp16/encoder-model.fp16.onnx"] = b"x"
    return hub


def transcribe(store, model, *options):
    return store.run("transcribe", "--model", model, "--device", "cpu", "--no-cache", *options, RECORDING)


def fetched(folder: pathlib.Path) -> set[str]:
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()} - {"lorikeet.json", ".lock"}


def test_a_repository_with_folders_and_shards_is_pulled_and_transcribes(store, published):
    result = store.pull()
    assert result.returncode == 0, result.stderr
    assert fetched(store.folder) == {*TEXTS, *(f"fp32/{name}" for name in [ENCODER, DECODER, *SHARDS])}
    published.forget()
    for options in [], ["--offline"]:
        spoken = transcribe(store, MODEL, *options)
        assert spoken.stdout == TEXT, spoken.stderr
    assert published.requests == published.listings == []
    assert f"{MODEL}\tfp32\t" in store.run("models", "list").stdout
    assert store.run("models", "verify").returncode == 0
    spoken = lorikeet.run("transcribe", "--model", store.folder / "fp32", "--no-cache", RECORDING)
    assert spoken.stdout == TEXT, spoken.stderr
    assert store.run("models", "remove", MODEL).returncode == 0
    assert not store.folder.exists()


def test_a_folder_can_be_named(store, published):
    model = f"{MODEL}/int8"
    spoken = transcribe(store, model)
    assert spoken.stdout == TEXT, spoken.stderr
    folder = store.directory / "models" / f"somebody--tiny-tdt@{COMMIT}+int8"
    assert fetched(folder) == {
        *TEXTS, "int8/encoder-model.int8.onnx", "int8/decoder_joint-model.int8.onnx"}
    assert f"{model}\tint8\t" in store.run("models", "list").stdout
    assert transcribe(store, f"{REPOSITORY}/int8").stdout == TEXT


def test_both_exports_of_a_repository_can_be_pulled(store, published):
    for export in "int8", "fp32":
        result = store.pull("--files", export)
        assert result.returncode == 0, result.stderr
        assert transcribe(store, MODEL).stdout == TEXT
    assert f"{MODEL}\tfp32, int8\t" in store.run("models", "list").stdout


def test_a_damaged_or_missing_shard_is_fetched_again(store, published):
    assert store.pull().returncode == 0
    (store.folder / "fp32" / SHARDS[0]).unlink()
    shard = store.folder / "fp32" / SHARDS[1]
    shard.write_bytes(shard.read_bytes()[::-1])
    result = store.run("models", "verify", MODEL)
    assert result.returncode == 1
    assert f"{MODEL}\tfp32/{SHARDS[0]}\tmissing" in result.stdout.splitlines()
    assert f"{MODEL}\tfp32/{SHARDS[1]}\tdamaged" in result.stdout.splitlines()
    published.forget()
    assert store.pull().returncode == 0
    assert published.served() == sum(len(published.files[f"fp32/{name}"]) for name in SHARDS)
    assert published.listings == []
    assert transcribe(store, MODEL).stdout == TEXT


def test_a_pull_interrupted_between_graph_and_shards_is_resumed(store, published):
    published.answer = lambda handler, request: request.file in SHARDS and not handler.send_status(request, 404)
    result = store.pull()
    store.assert_refused(result, f"fp32/{SHARDS[0]}", "HTTP 404", file=None)
    store.assert_refused(store.pull("--offline"), f"fp32/{SHARDS[0]}, fp32/{SHARDS[1]}", file=None)
    published.answer = lambda handler, request: False
    published.forget()
    assert store.pull().returncode == 0
    assert published.served() == sum(len(published.files[f"fp32/{name}"]) for name in SHARDS)


def test_originals_in_folders_are_removed_and_the_model_is_still_found(store, published):
    options = ["--model", MODEL, "--device", "cpu", "--precision", "int8", RECORDING]
    spoken = store.run("transcribe", "--no-keep-originals", *options)
    assert (spoken.stdout, "removed the files" in spoken.stderr) == (TEXT, True), spoken.stderr
    assert fetched(store.folder) == set(TEXTS)
    published.forget()
    spoken = store.run("transcribe", "--offline", *options)
    assert spoken.stdout == TEXT, spoken.stderr
    result = store.run("models", "verify", MODEL)
    assert result.returncode == 0, result.stdout
    assert f"{MODEL}\tfp32/{SHARDS[0]}\tdropped" in result.stdout.splitlines()
    assert published.requests == []


@pytest.mark.parametrize("name, words", [
    ("fp16", ["the encoder fp16/encoder-model.fp16.onnx and the decoder fp32/decoder_joint-model.onnx"]),
    ("w4a8", ["has no encoder-model.onnx there", "fp16, fp32, int8"]),
])
def test_a_folder_without_an_export_is_refused_in_one_line(store, published, name, words):
    result = store.pull(model=f"{MODEL}/{name}")
    assert_refused(result, REPOSITORY, *words)
    assert os.listdir(store.directory / "models") == []


def test_a_shard_that_the_hub_does_not_have_is_named(store, published):
    del published.files[f"fp32/{SHARDS[1]}"]
    store.assert_refused(store.pull(), f"fp32/{SHARDS[1]}", "HTTP 404", file=None)


def test_a_name_without_a_commit_is_pinned_to_the_first_one(store, hub):
    result = store.pull(model=REPOSITORY)
    assert result.returncode == 0, result.stderr
    assert f"from now on it stands for {COMMIT}" in result.stderr
    assert hub.listings == ["main"]
    record = json.loads((store.directory / "models/somebody--tiny-tdt/lorikeet.json").read_text())
    assert (record["model"], record["revision"]) == (REPOSITORY, COMMIT)

    # The branch moves on; a file of the old commit is fetched from there.
    hub.forget()
    hub.commit = COMMIT[::-1]
    assert transcribe(store, REPOSITORY, "--offline").stdout == TEXT
    (store.directory / "models/somebody--tiny-tdt/vocab.txt").unlink()
    assert transcribe(store, REPOSITORY).stdout == TEXT
    assert hub.listings == []
    assert f"{REPOSITORY}\tfp32\t" in store.run("models", "list").stdout

    assert store.run("models", "remove", REPOSITORY).returncode == 0
    hub.prefix = hub.prefix.replace(COMMIT, hub.commit)
    result = store.pull(model=REPOSITORY)
    assert f"from now on it stands for {hub.commit}" in result.stderr


def test_an_interrupted_first_pull_stays_at_its_commit(store, hub):
    hub.answer = lambda handler, request: request.file == ENCODER and not handler.send_status(request, 404)
    assert store.pull(model=REPOSITORY).returncode == 1
    hub.answer = lambda handler, request: False
    hub.commit = COMMIT[::-1]
    result = store.pull(model=REPOSITORY)
    assert result.returncode == 0, result.stderr
    assert hub.listings == ["main"]


def test_a_directory_comes_before_a_repository_of_the_same_name(store, hub, sharded, tmp_path, monkeypatch):
    shutil.copytree(sharded, tmp_path / REPOSITORY)
    monkeypatch.chdir(tmp_path)
    assert transcribe(store, REPOSITORY).stdout == TEXT
    assert hub.listings == []


def test_a_repository_that_is_not_there_can_be_a_mistyped_path(store, hub):
    result = transcribe(store, "somebody/else")
    assert_refused(result, "somebody/else", "HTTP 404", "if it is meant as a directory")


def test_a_hub_that_names_another_commit_is_refused(store, hub):
    hub.commit = COMMIT[::-1]
    store.assert_refused(store.pull(), "HTTP 404", file=None)


@pytest.mark.parametrize(["folder", "head"], [("", "ctc"), ("", "tdt"), ("ctc", "tdt")])
def test_a_repository_for_both_heads_gives_what_is_asked_for(store, hub, hybrid, heard, folder, head):
    test_heads.configure(hybrid, "hybrid", model_type=f"nemo-conformer-{head}")
    ctc = f"{folder}/model.onnx" if folder else "model.onnx"
    hub.files = {name: (hybrid / name).read_bytes() for name in [*TEXTS, ENCODER, DECODER]}
    hub.files[ctc] = (hybrid / "model.onnx").read_bytes()
    wanted = "ctc" if folder else head
    model = f"{MODEL}/{folder}" if folder else MODEL
    for options in [], ["--offline"]:
        spoken = store.run("transcribe", "--model", model, *HEARD, *options, RECORDING)
        assert spoken.returncode == 0, spoken.stderr
        assert spoken_tokens(spoken.stdout) == heard[wanted]
    (downloaded,) = (place for place in (store.directory / "models").iterdir() if place.is_dir())
    assert fetched(downloaded) == {*TEXTS, *([ctc] if wanted == "ctc" else [ENCODER, DECODER])}
    assert store.run("models", "verify").returncode == 0


def test_a_mirror_without_a_list_serves_a_repository_without_folders(store, hub):
    hub.lists = False
    assert store.pull().returncode == 0
    store.assert_complete()
    assert_refused(store.pull(model=REPOSITORY), "HTTP 404")


@pytest.mark.parametrize("answer", [b"", b"[]", b"<html>", b'{"sha": "main", "siblings": []}', b"[" * 100_000])
def test_a_senseless_list_is_refused(store, hub, monkeypatch, answer):
    monkeypatch.setattr(
        hub.server.RequestHandlerClass, "send_listing",
        lambda handler, request, revision: handler.send_status(request, 200, body=answer))
    store.assert_refused(store.pull(), "list of the repository's files", "HF_ENDPOINT", file=None)


def test_the_available_models_are_listed_with_size_languages_and_audience(store):
    rows = [line.split("\t") for line in store.run("models", "list", "--available").stdout.splitlines()]
    assert all(len(row) == 4 for row in rows)
    models = {row[0]: row[1:] for row in rows}
    assert models["parakeet-ultra"][1].split(", ") == models["parakeet-tdt-0.6b-v3"][1].split(", ")
    assert models["parakeet-tdt_ctc-110m"][:2] == ["458 MB", "en"]
    assert models["Buttermilk03/parakeet-primeline-onnx"][1] == "de"
    assert models["alefiury/parakeet-tdt-0.6b-v3-ptBR-TAGARELA-onnx"][1] == "pt-BR"
