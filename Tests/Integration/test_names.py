"""Names that are not UTF-8: the same bytes reach the system, and printed names are readable."""
import json
import os
import shutil
import signal
import subprocess

import pytest

import lorikeet
from conversation import TEXTS
from hub import MODEL
from lorikeet import AUDIO, BUILTIN
from serving import SECONDS, serving
from store import Store

# "café" in Latin-1, as Python represents it; U+FFFD in output shows a conversion to UTF-8.
CAFE, SHOWN = "caf\udce9", r"caf\xE9"
# Bytes that could be misread: the end of a character, its beginning, and one of the characters that represent other
# bytes inside the program.
NAMES = [CAFE, os.fsdecode(b"\xffa\xc3"), os.fsdecode("\U0010fee9".encode()), "café 日本🦜", "cafe\u0301"]


def run(*arguments, **environment):
    result = subprocess.run(
        [lorikeet.BINARY, *map(str, arguments)], capture_output=True, stdin=subprocess.DEVNULL,
        timeout=lorikeet.TIMEOUT, env=lorikeet.ENVIRONMENT | environment)
    result.stdout, result.stderr = result.stdout.decode(), result.stderr.decode()
    assert "\ufffd" not in result.stdout + result.stderr
    return result


def transcribe(*arguments, **environment):
    return run("transcribe", "--quiet", "--device", "cpu", "--precision", "f32", *arguments, **environment)


def assert_well(result, text=TEXTS["en-03.wav"] + "\n"):
    assert (result.returncode, result.stdout, result.stderr) == (0, text, "")


@pytest.fixture
def recording():
    return AUDIO / "en-03.wav"


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_whose_name_is_not_utf_8_is_transcribed(tmp_path, data_dir, recording, name):
    file = shutil.copy(recording, tmp_path / f"{name}.wav")
    assert_well(transcribe("--data-dir", data_dir, file))


def test_a_flac_file_whose_name_is_not_utf_8_is_transcribed(tmp_path, data_dir):
    # A different library opens it.
    import soundfile
    samples, rate = soundfile.read(AUDIO / "en-03.wav")
    soundfile.write(tmp_path / "plain.flac", samples, rate)
    (tmp_path / "plain.flac").rename(tmp_path / f"{CAFE}.flac")
    assert_well(transcribe("--data-dir", data_dir, tmp_path / f"{CAFE}.flac"))


def test_json_shows_a_name_that_is_not_utf_8_readably(tmp_path, data_dir, recording):
    file = shutil.copy(recording, tmp_path / f"{CAFE}.wav")
    result = transcribe("--data-dir", data_dir, "--format", "json", file)
    assert json.loads(result.stdout)["file"] == str(tmp_path / f"{SHOWN}.wav")


def test_a_wrong_recording_whose_name_is_not_utf_8_is_named_readably(tmp_path, data_dir):
    (tmp_path / f"{CAFE}.wav").write_text("nothing")
    for name, why in [(f"{CAFE}.wav", "not a supported audio file"), (f"no-{CAFE}.wav", "no such file")]:
        result = transcribe("--data-dir", data_dir, tmp_path / name)
        line, = result.stderr.splitlines()
        assert result.returncode == 1 and why in line and name.replace(CAFE, SHOWN) in line


def test_bench_reads_a_recording_whose_name_is_not_utf_8(tmp_path, data_dir, recording):
    file = shutil.copy(recording, tmp_path / f"{CAFE}.wav")
    result = run("bench", "--device", "cpu", "--data-dir", data_dir, "--root", tmp_path, "--warm-up", 0, "--runs", 1,
                 "--json", "--quiet", file)
    assert result.returncode == 0, result.stderr
    recordings = json.loads(result.stdout)["backends"][0]["recordings"]
    assert [item["name"] for item in recordings] == [str(tmp_path / f"{SHOWN}.wav")]


@pytest.mark.parametrize("name", NAMES)
def test_a_model_directory_whose_name_is_not_utf_8_is_used(tmp_path, recording, name):
    model, data = tmp_path / name, tmp_path / "data"
    shutil.copytree(BUILTIN, model)
    for precision in ("f32", "int8"):  # as exported, and prepared
        for _ in range(2):  # then from the cache
            assert_well(transcribe("--model", model, "--data-dir", data, "--precision", precision, recording))
    assert sorted(os.listdir(tmp_path)) == sorted([name, "data"])


def test_a_model_directory_with_external_weights_whose_name_is_not_utf_8_is_used(tmp_path, recording):
    onnx = pytest.importorskip("onnx")
    model = tmp_path / CAFE
    shutil.copytree(BUILTIN, tmp_path / "plain")
    graph = onnx.load(BUILTIN / "encoder-model.onnx")
    onnx.save(graph, tmp_path / "plain/encoder-model.onnx", save_as_external_data=True,
              location="encoder-model.onnx.data", size_threshold=0)
    (tmp_path / "plain").rename(model)
    for precision in ("f32", "int8"):
        assert_well(transcribe(
            "--model", model, "--data-dir", tmp_path / "data", "--precision", precision, recording))


def test_a_wrong_model_directory_whose_name_is_not_utf_8_is_named_readably(tmp_path, recording):
    for make, why in [(lambda: None, "no such directory"), ((tmp_path / CAFE).mkdir, "config.json is missing")]:
        make()
        result = transcribe("--model", tmp_path / CAFE, "--no-cache", recording)
        assert result.returncode in (1, 64) and SHOWN in result.stderr and why in result.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_data_directory_whose_name_is_not_utf_8_is_used(tmp_path, recording, name):
    data = tmp_path / name
    for _ in range(2):
        assert_well(transcribe("--data-dir", data, "--precision", "int8", recording))
    assert os.listdir(tmp_path) == [name]
    assert {"prepared"} <= set(os.listdir(data))


@pytest.mark.parametrize("device_cache", [(), ("--buckets", "5")])
def test_a_data_directory_whose_name_is_not_utf_8_keeps_compiled_networks(tmp_path, recording, device_cache):
    data = tmp_path / CAFE
    results = [transcribe("--data-dir", data, "--format", "json", *device_cache, recording) for _ in range(2)]
    assert [result.returncode for result in results] == [0, 0], results[0].stderr
    kept = [json.loads(result.stdout)["from_cache"] for result in results]
    compiled = data / "compiled"
    assert kept == [False, compiled.exists()]
    assert os.listdir(tmp_path) == [CAFE]


@pytest.mark.parametrize("variable, below", [("XDG_DATA_HOME", "lorikeet"), ("HOME", ".local/share/lorikeet")])
def test_a_home_whose_name_is_not_utf_8_is_used(tmp_path, recording, variable, below):
    environment = {"XDG_DATA_HOME": "", variable: str(tmp_path / CAFE)}
    assert_well(transcribe("--precision", "int8", recording, **environment))
    assert os.listdir(tmp_path) == [CAFE]
    assert os.listdir(tmp_path / CAFE / below)
    help_text = run("transcribe", "--help", **environment)
    assert help_text.returncode == 0 and SHOWN in "".join(help_text.stdout.split())


def test_a_settings_file_and_its_paths_need_not_be_utf_8(tmp_path):
    config = tmp_path / f"{CAFE}.yaml"
    config.write_bytes(b"data-dir: /srv/d\xe9\nmodel: '/models/\xff'\n")
    for options, environment in [(("--config", config), {}), ((), {"LORIKEET_CONFIG": str(config)})]:
        result = run("serve", "--print-config", *options, **environment)
        assert result.returncode == 0, result.stderr
        assert rf"= /srv/d\xE9" in result.stdout and rf"= /models/\xFF" in result.stdout
        assert rf"{SHOWN}.yaml" in result.stdout
    missing = run("serve", "--config", tmp_path / f"no-{CAFE}.yaml")
    assert missing.returncode == 1 and rf"no-{SHOWN}.yaml" in missing.stderr


def test_a_variable_with_a_data_directory_need_not_be_utf_8(tmp_path):
    result = run("serve", "--print-config", LORIKEET_DATA_DIR=f"/srv/{CAFE}")
    assert rf"= /srv/{SHOWN}" in result.stdout and "LORIKEET_DATA_DIR" in result.stdout


def test_a_socket_and_its_model_need_not_be_utf_8(tmp_path):
    shutil.copytree(BUILTIN, tmp_path / CAFE)
    path = tmp_path / f"{CAFE}.sock"
    for model in (str(tmp_path / CAFE), f"{tmp_path}/caf%E9"):
        with serving("--uri", f"unix://{path}?model={model}") as (uris, process, log):
            assert uris == [f"unix://{tmp_path}/{SHOWN}.sock"]
            assert path.is_socket()
            health = run("health", "--json", "--uri", f"unix://{path}")
            answer = json.loads(health.stdout)
            assert (answer["uri"], answer["models"]) == (uris[0], [SHOWN])
            other = run("serve", "--no-cache", "--uri", f"unix://{path}")
            assert other.returncode == 1 and "another server uses that socket" in other.stderr
            process.send_signal(signal.SIGTERM)
            assert process.wait(SECONDS) == 0, log
        assert not path.exists()


def test_a_socket_left_behind_whose_name_is_not_utf_8_is_replaced(tmp_path):
    import socket
    path = tmp_path / f"{CAFE}.sock"
    left_behind = socket.socket(socket.AF_UNIX)
    left_behind.bind(os.fsencode(path))
    left_behind.close()
    with serving("--uri", f"unix://{path}"):
        assert run("health", "--uri", f"unix://{path}").returncode == 0
    path.unlink()
    path.write_text("precious")
    result = run("serve", "--no-cache", "--uri", f"unix://{path}")
    assert result.returncode == 1 and rf"{SHOWN}.sock: there is a file that is no socket" in result.stderr
    assert path.read_text() == "precious"


def test_a_server_logs_a_name_that_is_not_utf_8_readably(tmp_path):
    for log_format in ("text", "json"):
        result = run("serve", "--no-cache", "--log-format", log_format, "--uri", f"unix://{tmp_path}/no/{CAFE}.sock")
        assert result.returncode == 1 and rf"{SHOWN}.sock" in result.stderr


def test_a_model_store_whose_name_is_not_utf_8_is_used(tmp_path, hub):
    store = Store(tmp_path / CAFE, hub)
    pulled = store.pull()
    assert pulled.returncode == 0, pulled.stderr
    assert SHOWN in pulled.stdout
    store.assert_complete()
    assert os.listdir(tmp_path) == [CAFE]
    listed = store.run("models", "list")
    assert MODEL in listed.stdout and SHOWN in listed.stdout
    assert store.run("models", "verify", MODEL).returncode == 0
    text = store.run("transcribe", "--quiet", "--device", "cpu", "--model", MODEL, AUDIO / "en-03.wav")
    assert (text.returncode, text.stdout) == (0, TEXTS["en-03.wav"] + "\n"), text.stderr
    assert store.run("models", "remove", MODEL).returncode == 0
    assert not store.folder.exists()


def test_doctor_takes_folders_whose_names_are_not_utf_8(tmp_path):
    device = tmp_path / CAFE / "sys/bus/pci/devices/0000:00:0b.0"
    device.mkdir(parents=True)
    for name, value in [("vendor", "0x8086"), ("device", "0xad1d"), ("class", "0x120000")]:
        (device / name).write_text(value + "\n")
    result = run("doctor", "--json", "--root", tmp_path / CAFE, "--data-dir", tmp_path / CAFE / "data")
    report = json.loads(result.stdout)
    assert report["data"]["path"] == rf"{tmp_path}/{SHOWN}/data"
    assert any(finding["subject"] == "npu" and finding["check"] == "device" for finding in report["findings"])
    text = run("doctor", "--root", tmp_path / CAFE, "--data-dir", tmp_path / CAFE / "data").stdout
    assert rf"{SHOWN}/data" in text


def test_doctors_remedy_with_a_name_that_is_not_utf_8_runs_in_a_shell(tmp_path):
    data = tmp_path / f"it's {CAFE}"
    data.write_text("in the way")
    report = json.loads(run("doctor", "--json", "--root", tmp_path, "--data-dir", data).stdout)
    remedy, = [finding["remedy"] for finding in report["findings"] if finding["check"] == "directory"]
    word = remedy.split("$(id -g) ")[1]
    assert subprocess.run(["bash", "-c", f"test -f {word}"]).returncode == 0


def test_a_wrong_option_that_is_not_utf_8_is_named_readably(tmp_path):
    result = run("transcribe", f"--{CAFE}", "x.wav")
    assert result.returncode == 64 and rf"--{SHOWN}" in result.stderr
    result = run("serve", "--device", CAFE)
    assert result.returncode == 64 and rf"'{SHOWN}'" in result.stderr
    result = run("serve", "--zeroconf", CAFE)
    assert result.returncode == 64 and rf"'{SHOWN}'" in result.stderr


def test_completions_are_written_despite_a_name_that_is_not_utf_8(tmp_path):
    plain = run("--generate-completion-script", "bash", HOME="/home/x", XDG_DATA_HOME="")
    assert run("--generate-completion-script", "bash", HOME=f"/home/{CAFE}", XDG_DATA_HOME="").stdout
    assert plain.returncode == 0 and subprocess.run(["bash", "-n"], input=plain.stdout.encode()).returncode == 0


def test_the_program_runs_in_a_folder_whose_name_is_not_utf_8(tmp_path, recording):
    folder = tmp_path / CAFE / "bin"
    folder.mkdir(parents=True)
    shutil.copy(lorikeet.BINARY, folder / "lorikeet")
    share = tmp_path / CAFE / "share/lorikeet/models"
    shutil.copytree(BUILTIN, share / "builtin")
    libraries = lorikeet.REPOSITORY / ".openvino/lib"
    result = subprocess.run(
        [folder / "lorikeet", "transcribe", "--quiet", "--device", "cpu", "--no-cache", recording],
        capture_output=True, timeout=lorikeet.TIMEOUT,
        env=lorikeet.ENVIRONMENT | {"LD_LIBRARY_PATH": str(libraries)})
    assert (result.returncode, result.stdout.decode()) == (0, TEXTS["en-03.wav"] + "\n"), result.stderr
