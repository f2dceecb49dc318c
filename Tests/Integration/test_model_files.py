"""A model's files as users have them: links instead of files, and results of failed downloads."""
import hashlib
import os
import pathlib
import shutil

import onnx
import pytest

import lorikeet
from lorikeet import AUDIO, BUILTIN, assert_refused

RECORDING = AUDIO / "en-03.wav"
TEXT = "Close the office door.\n"
GRAPH, WEIGHTS, DECODER = "encoder-model.onnx", "encoder-model.onnx.data", "decoder_joint-model.onnx"
COMMIT = "8f23f0c03c8761650bdb5b40aaf3e40d2c15f1ce"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 2435420160\n"
PAGE = b"<!DOCTYPE html><html><body>Not found</body></html>"


@pytest.fixture(scope="session")
def external(tmp_path_factory):
    """The built-in model in the form of the public exports: the encoder's weights are in a separate file."""
    folder = tmp_path_factory.mktemp("external") / "model"
    shutil.copytree(BUILTIN, folder)
    model = onnx.load(BUILTIN / GRAPH)
    (folder / GRAPH).unlink()
    onnx.save(
        model, folder / GRAPH, save_as_external_data=True, all_tensors_to_one_file=True, location=WEIGHTS,
        size_threshold=1024)
    return folder


@pytest.fixture
def model(external, tmp_path):
    """A copy of `external` that a test can change."""
    return pathlib.Path(shutil.copytree(external, tmp_path / "model"))


def transcribe(model, data_dir, *options):
    return lorikeet.run("transcribe", "--model", model, "--device", "cpu", "--data-dir", data_dir, *options, RECORDING)


def hub_cache(model: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    """The model as `hf download` leaves it: links to files named by their hashes."""
    cache = root / "models--someone--model"
    snapshot = cache / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (cache / "blobs").mkdir()
    for file in model.iterdir():
        blob = cache / "blobs" / hashlib.sha256(file.read_bytes()).hexdigest()
        shutil.copyfile(file, blob)
        (snapshot / file.name).symlink_to(f"../../blobs/{blob.name}")
    return snapshot


def other_disk(model: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    """Only the large file is elsewhere, in a folder whose name OpenVINO would split."""
    disk = root / ".disk: 2 é"
    disk.mkdir()
    shutil.move(model / WEIGHTS, disk)
    (model / WEIGHTS).symlink_to(disk / WEIGHTS)
    return model


def linked_folder(model: pathlib.Path, root: pathlib.Path) -> pathlib.Path:
    (root / "link").symlink_to(model)
    return root / "link"


LAYOUTS = [hub_cache, other_disk, linked_folder]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_model_of_links_transcribes(layout, model, tmp_path):
    place = layout(model, tmp_path)
    data_dir = tmp_path / "data"
    for options in [], ["--precision", "int8"], ["--precision", "int8"], ["--no-cache"]:
        result = transcribe(place, data_dir, *options)
        assert (result.returncode, result.stdout) == (0, TEXT), result.stderr
    prepared, = (data_dir / "prepared").glob("*-int8-*")
    assert not any(file.is_symlink() for file in prepared.iterdir())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_int8_model_of_links_transcribes(layout, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(BUILTIN, model)
    for graph in GRAPH, DECODER:
        # The names of weights and graph differ.
        onnx.save(
            onnx.load(model / graph), model / graph.replace(".onnx", ".int8.onnx"), save_as_external_data=True,
            all_tensors_to_one_file=True, location=WEIGHTS if graph == GRAPH else "decoder.weights", size_threshold=1024)
        (model / graph).unlink()
    result = transcribe(layout(model, tmp_path), tmp_path / "data")
    assert (result.returncode, result.stdout) == (0, TEXT), result.stderr


def test_a_model_of_links_below_a_name_that_is_not_utf_8_transcribes(model, tmp_path):
    folder = os.fsencode(tmp_path) + b"/\xe9t\xe9"
    os.mkdir(folder)
    place = hub_cache(model, pathlib.Path(os.fsdecode(folder)))
    result = transcribe(os.fsdecode(place), tmp_path / "data", "--precision", "int8")
    assert (result.returncode, result.stdout) == (0, TEXT), result.stderr


def test_links_and_files_give_the_same_words(external, model, tmp_path):
    place = hub_cache(model, tmp_path)
    data_dir = tmp_path / "data"
    plain, linked = (
        transcribe(folder, data_dir, "--format", "json", "--precision", "f32", "--no-cache")
        for folder in (external, place))
    assert linked.returncode == 0, linked.stderr
    assert '"confidence"' in plain.stdout
    words = [result.stdout.split('"words"')[1].split("]")[0] for result in (plain, linked)]
    assert words[0] == words[1]


def test_links_and_files_share_one_prepared_model(external, model, tmp_path):
    # The prepared directory's name contains that of the model's directory.
    place = hub_cache(model, tmp_path)
    data_dir = tmp_path / "data"
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / COMMIT).symlink_to(external)
    for folder in place, tmp_path / "files" / COMMIT:
        assert transcribe(folder, data_dir, "--precision", "int8").stdout == TEXT
    assert len(list((data_dir / "prepared").glob("*-int8-*"))) == 1


@pytest.mark.parametrize("layout", [hub_cache, linked_folder])
def test_a_prepared_model_behind_links_transcribes(layout, tmp_path):
    data_dir = tmp_path / "data"
    assert transcribe("builtin", data_dir, "--precision", "int8").returncode == 0
    prepared, = (data_dir / "prepared").glob("*-int8-*")
    place = layout(prepared, tmp_path)
    result = transcribe(place, tmp_path / "other")
    assert (result.returncode, result.stdout) == (0, TEXT), result.stderr


def test_a_data_directory_behind_a_link_is_used(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "data").symlink_to("disk")
    for _ in range(2):
        for precision in "f32", "int8":
            result = transcribe("builtin", tmp_path / "data", "--precision", precision)
            assert (result.returncode, result.stdout) == (0, TEXT), result.stderr
    assert {"compiled", "prepared"} <= {path.name for path in (tmp_path / "disk").iterdir()}


def test_a_data_directory_that_is_a_dangling_link_is_reported(tmp_path):
    # A disk that is not mounted.
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    for precision in "f32", "int8":
        result = transcribe("builtin", tmp_path / "data", "--precision", precision)
        assert_refused(result, f"{tmp_path}/data is a link to {tmp_path}/disk, which does not exist")
    doctor = lorikeet.run("doctor", "--data-dir", tmp_path / "data", "--root", tmp_path)
    assert doctor.returncode == 1
    assert f"{tmp_path}/data: it is a link to {tmp_path}/disk, which does not exist" in doctor.stdout


def replaced(name, content):
    return lambda model: (model / name).write_bytes(content)


def cut(name, part):
    def apply(model):
        content = (model / name).read_bytes()
        (model / name).write_bytes(content[:int(len(content) * part)])
    return apply


def dangling(model):
    (model / WEIGHTS).unlink()
    (model / WEIGHTS).symlink_to("../../blobs/gone")


WRONG_FILES = {
    "pointer in place of weights": (replaced(WEIGHTS, POINTER), WEIGHTS, "Git LFS pointer", "2435420160", "git lfs pull"),
    "pointer in place of the graph": (replaced(GRAPH, POINTER), GRAPH, "Git LFS pointer", "git lfs pull"),
    "pointer in place of the decoder": (replaced(DECODER, POINTER), DECODER, "Git LFS pointer", "git lfs pull"),
    "pointer in place of the vocabulary": (replaced("vocab.txt", POINTER), "vocab.txt", "Git LFS pointer"),
    "pointer in place of the configuration": (replaced("config.json", POINTER), "config.json", "Git LFS pointer"),
    "page in place of weights": (replaced(WEIGHTS, PAGE), WEIGHTS, "web page"),
    "page in place of the graph": (replaced(GRAPH, PAGE), GRAPH, "web page"),
    "page in place of the vocabulary": (replaced("vocab.txt", PAGE), "vocab.txt", "web page"),
    "page in place of the configuration": (replaced("config.json", PAGE), "config.json", "web page"),
    "words in place of the graph": (replaced(GRAPH, b"Entry not found"), GRAPH, "not an ONNX file", "Entry not found"),
    "weights are missing": (lambda model: (model / WEIGHTS).unlink(), WEIGHTS, "missing"),
    "weights are a link to nothing": (dangling, WEIGHTS, "../../blobs/gone", "which does not exist"),
    "weights are empty": (replaced(WEIGHTS, b""), WEIGHTS, "has 0 bytes, needs 87"),
    "half of the weights": (cut(WEIGHTS, 0.5), WEIGHTS, "bytes, needs 87"),
    "half of the graph": (cut(GRAPH, 0.5), GRAPH, "cut off", "bytes, needs 30"),
    "half of the decoder": (cut(DECODER, 0.5), DECODER, "cut off", "bytes, needs 68"),
    "empty graph": (replaced(GRAPH, b""), GRAPH, "is empty"),
}


@pytest.mark.parametrize("precision", ["f32", "int8"])
@pytest.mark.parametrize("kind", WRONG_FILES)
def test_wrong_model_files_are_refused(kind, precision, model, tmp_path):
    change, *mentions = WRONG_FILES[kind]
    change(model)
    result = transcribe(model, tmp_path / "data", "--precision", precision)
    assert_refused(result, model, *mentions)
    assert "OpenVINO" not in result.stderr and "FrontEnd" not in result.stderr


def test_wrong_model_files_end_a_server(model, tmp_path):
    (model / WEIGHTS).write_bytes(POINTER)
    result = lorikeet.run(
        "serve", "--model", model, "--device", "cpu", "--data-dir", tmp_path, "--uri", f"unix://{tmp_path}/socket",
        "--log-level", "error")
    assert_refused(result, WEIGHTS, "git lfs pull")


@pytest.mark.parametrize("name", ["encoder.bin", "joint-network.xml", "vocab.txt"])
def test_a_damaged_prepared_model_given_by_path_is_refused(name, tmp_path):
    data_dir = tmp_path / "data"
    assert transcribe("builtin", data_dir, "--precision", "int8").returncode == 0
    prepared, = (data_dir / "prepared").glob("*-int8-*")
    size = (prepared / name).stat().st_size
    os.truncate(prepared / name, size // 2)
    result = transcribe(prepared, tmp_path / "other")
    assert_refused(result, prepared, f"{name} has {size // 2} bytes, needs {size}", "builtin")
    os.truncate(prepared / name, 0)
    assert_refused(transcribe(prepared, tmp_path / "other"), prepared, name)
    (prepared / name).unlink()
    assert_refused(transcribe(prepared, tmp_path / "other"), prepared, name, "missing")


def test_a_damaged_pulled_model_is_pulled_again(store):
    assert store.pull().returncode == 0
    encoder = store.folder / GRAPH
    content = encoder.read_bytes()
    # The size is right, so a listing of the folder shows no damage.
    encoder.write_bytes(POINTER.ljust(len(content), b"\n"))
    result = lorikeet.run("transcribe", "--model", store.folder, "--data-dir", store.directory, RECORDING)
    assert_refused(result, GRAPH, "Git LFS pointer", "lorikeet models verify", "lorikeet models pull")
    assert store.run("models", "verify").returncode == 1
    assert store.pull().returncode == 0
    assert encoder.read_bytes() == content
