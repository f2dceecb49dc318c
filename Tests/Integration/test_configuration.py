"""Settings of `lorikeet serve`: options, environment, file and defaults, as `--print-config` shows them."""
import json
import re
import subprocess

import pytest

import lorikeet
from lorikeet import USAGE, assert_refused


def serve(*arguments, **environment):
    return subprocess.run(
        [lorikeet.BINARY, "serve", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True,
        encoding="utf-8", timeout=lorikeet.TIMEOUT, env=lorikeet.ENVIRONMENT | environment)


def printed(*arguments, **environment):
    """The settings as {key: (value, source)}."""
    result = serve("--print-config", *arguments, **environment)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    rows = [re.fullmatch(r"(\S+) += (.*?) +\((.*)\)", line).groups() for line in result.stdout.splitlines()]
    return {key: (value, source) for key, value, source in rows}


def test_settings_without_any_source_are_the_defaults():
    settings = printed()
    assert settings["uri"] == ("tcp://0.0.0.0:10300", "default")
    assert {source for _, source in settings.values()} == {"default"}


# Values for settings without a default.
EXAMPLES = {
    "http": "tcp://127.0.0.1:8080", "http-origin": "https://chat.example", "http-token-file": "tokens",
    "language": "en", "buckets": "5,20", "lazy-buckets": "10", "memory-budget": "3000000000", "max-resident-buckets": "2",
    "device-property": "NUM_STREAMS=1", "zeroconf-interface": "eth0", "max-payload-bytes": "1048576",
}


def test_every_setting_is_an_option_and_a_variable():
    settings = printed()
    options = serve("--help").stdout
    for key, (value, _) in settings.items():
        if key in ("http-certificate", "http-key"):
            continue  # one needs the other
        value = EXAMPLES.get(key, value)
        variable = "LORIKEET_" + key.upper().replace("-", "_")
        assert printed(**{variable: value})[key] == (value, variable)
        option = [f"--{key}"] if f"--{key}/--no-{key}" in options else [f"--{key}", value]
        assert printed(*option)[key][1] == f"option --{key}"


def test_an_option_overrides_the_environment_which_overrides_the_file(tmp_path):
    file = tmp_path / "lorikeet.yaml"
    file.write_text("log-level: debug\nprecision: f32\ncache: false\ndevice: cpu\n")
    settings = printed(
        "--log-level", "trace", LORIKEET_CONFIG=str(file), LORIKEET_LOG_LEVEL="error", LORIKEET_PRECISION="f16",
        DEVICE="auto")
    assert settings["log-level"] == ("trace", "option --log-level")
    assert settings["precision"] == ("f16", "LORIKEET_PRECISION")
    assert settings["device"] == ("auto", "DEVICE")
    assert settings["cache"] == ("false", f"file {file}")
    assert settings["model"] == ("builtin", "default")


def test_yaml_and_json_files_give_the_same_settings(tmp_path):
    values = {"uri": ["tcp://127.0.0.1:1", "tcp://[::1]:2"], "cache": False, "drain_seconds": 3, "data-dir": "/é"}
    yaml, js = tmp_path / "a.yaml", tmp_path / "a.json"
    yaml.write_text("uri:\n- tcp://127.0.0.1:1\n- tcp://[::1]:2\ncache: no\ndrain_seconds: 3\ndata-dir: /é\n")
    js.write_text(json.dumps(values, indent="\t"))
    one, other = printed("--config", yaml), printed("--config", js)
    assert {key: value for key, (value, _) in one.items()} == {key: value for key, (value, _) in other.items()}
    assert one["uri"][0] == "tcp://127.0.0.1:1, tcp://[::1]:2"
    assert one["drain-seconds"] == ("3", f"file {yaml}")


def test_the_reference_systems_compose_file_keeps_working():
    compose = {
        "WYOMING_URI": "tcp://0.0.0.0:7891", "DATA_DIR": "/data", "DEVICE": "CPU", "LANGUAGE": "en",
        "ENCODER_BUCKETS": "5,20", "ENCODER_LAZY_BUCKETS": "10"}
    settings = printed(**compose)
    assert settings["uri"] == ("tcp://0.0.0.0:7891", "WYOMING_URI")
    assert settings["data-dir"] == ("/data", "DATA_DIR")
    assert settings["device"] == ("cpu", "DEVICE")
    assert settings["language"] == ("en", "LANGUAGE")
    assert printed(LORIKEET_URI="tcp://127.0.0.1:1", **compose)["uri"] == ("tcp://127.0.0.1:1", "LORIKEET_URI")


@pytest.mark.parametrize("environment, mentions", [
    ({"LORIKEET_DEVISE": "cpu"}, ["LORIKEET_DEVISE", "did you mean LORIKEET_DEVICE?"]),
    ({"LORIKEET_DEVICE": "tpu"}, ["LORIKEET_DEVICE", "tpu", "auto, cpu, gpu or npu"]),
    ({"WYOMING_URI": "nonsense"}, ["WYOMING_URI", "nonsense", "tcp://"]),
    ({"LORIKEET_CONFIG": "/no/such/file.yaml"}, ["/no/such/file.yaml", "No such file"]),
], ids=lambda value: " ".join(value) if isinstance(value, dict) else "")
@pytest.mark.parametrize("options", [[], ["--print-config"]], ids=["serve", "print"])
def test_a_wrong_variable_is_refused(environment, mentions, options):
    result = serve(*options, **environment)
    assert_refused(result, *mentions)
    assert result.stdout == ""


@pytest.mark.parametrize("content, mentions", [
    ("devise: cpu", ["devise", "did you mean 'device'?"]),
    ("device: tpu", ["device", "tpu", "auto, cpu, gpu or npu"]),
    ("device: [", ["cannot read settings"]),
    ("uri: [nonsense]", ["uri", "nonsense", "tcp://"]),
])
def test_a_wrong_file_is_refused(content, mentions, tmp_path):
    file = tmp_path / "lorikeet.yaml"
    file.write_text(content)
    assert_refused(serve("--config", file), file, *mentions)


@pytest.mark.parametrize("arguments", [
    ["--device", "tpu"], ["--uri", "nonsense"], ["--uri", "tcp://127.0.0.1:0", "--uri", "nonsense"],
    ["--drain-seconds", "ten"], ["--max-connections", "0"], ["--config"],
], ids=" ".join)
def test_a_wrong_option_is_wrong_usage(arguments):
    result = serve(*arguments)
    assert result.returncode == USAGE, (result.returncode, result.stderr)
    assert result.stderr.startswith("Error: ") and "lorikeet serve" in result.stderr
    assert result.stdout == ""
