"""The Home Assistant add-on: the Supervisor accepts it, and its options are the server's settings.

What the Supervisor accepts is taken from its sources of August 2026 (apps/validate.py, apps/options.py, store/data.py).
"""
import http.client
import http.server
import itertools
import json
import os
import re
import signal
import socket
import struct
import subprocess
import threading
import time
from typing import NamedTuple

import openai
import pytest
import websockets
import yaml

import home_assistant
import http_realtime
import lorikeet
from conversation import TEXTS, audio, converse
from home import Home
from home_assistant_ingress import PATH, Ingress

ADDON = lorikeet.REPOSITORY / "Packaging/home-assistant/lorikeet"
CONFIG = yaml.safe_load((ADDON / "config.yaml").read_text(encoding="utf-8"))
SCHEMA = CONFIG["schema"]
SECONDS = 60

# Keys that it knows and that make sense here; it ignores unknown ones silently.
KNOWN = {
    "name", "version", "slug", "description", "arch", "url", "startup", "boot", "init", "stage", "ports",
    "ports_description", "watchdog", "homeassistant", "homeassistant_api", "devices", "tmpfs", "map", "environment", "privileged", "apparmor",
    "ingress", "ingress_port", "ingress_stream", "panel_icon", "panel_title", "panel_admin",
    "video", "services", "discovery", "backup", "backup_exclude", "options", "schema", "image", "timeout",
}
REQUIRED = {"name", "version", "slug", "description", "arch"}
NUMBER = r"-?\d*\.?\d+"
ELEMENT = re.compile(
    rf"(?:(?P<plain>bool|email|url|port)|(?P<text>str|password)(?:\(\d*,\d*\))?"
    rf"|(?P<number>int|float)(?:\((?P<low>{NUMBER})?,(?P<high>{NUMBER})?\))?"
    rf"|match\((?P<match>.*)\)|list\((?P<list>.+)\))(?P<optional>\?)?")
# Examples for `match` options.
TEXTS_OF = {
    "model": [
        "builtin", "parakeet-tdt-0.6b-v3", "parakeet-tdt_ctc-110m", "owner/repository", f"owner/repository@{'0' * 40}",
        f"owner/repository@{'0' * 40}/fp16"], "language": ["en", "es", "pt-BR"],
    "http_token_file": ["/config/tokens", "/config/more tokens.txt"], "memory_budget": ["3GB", "800MB"], "buckets": ["5", "5,20"], "lazy_buckets": ["0.5,10", "30"],
}


def element(key: str) -> re.Match:
    match = ELEMENT.fullmatch(SCHEMA[key])
    assert match, f"{key}: the Supervisor does not understand {SCHEMA[key]}"
    return match


def values(key: str) -> list:
    """Values that the Supervisor accepts: all choices, both ends of a range, some texts."""
    kind = element(key)
    if kind["list"]:
        return kind["list"].split("|")
    if kind["number"]:
        return [(float if kind["number"] == "float" else int)(kind[end]) for end in ["low", "high"]]
    if kind["plain"] == "bool":
        return [True, False]
    assert all(re.match(kind["match"], value) for value in TEXTS_OF[key])
    return TEXTS_OF[key]


def resolve(tmp_path, options: dict) -> subprocess.CompletedProcess[str]:
    (tmp_path / "options.json").write_text(json.dumps(options))
    return lorikeet.run("serve", "--config", tmp_path / "options.json", "--print-config")


def settings(tmp_path, options: dict) -> dict[str, tuple[str, str]]:
    """The value and the source of each setting."""
    result = resolve(tmp_path, options)
    assert result.returncode == 0, f"{options}: {result.stderr}"
    return {name: (value.strip(), source) for name, value, source in re.findall(
        r"(?m)^(\S+) += (.*) \((.*)\)$", result.stdout)}


def test_the_supervisor_accepts_the_configuration():
    assert REQUIRED <= set(CONFIG) <= KNOWN
    assert re.fullmatch(r"[-_.A-Za-z0-9]+", CONFIG["slug"])
    assert set(CONFIG["arch"]) <= {"amd64", "aarch64"}
    assert CONFIG["startup"] in {"initialize", "system", "services", "application", "once"}
    assert CONFIG["discovery"] == ["wyoming"]
    assert list(CONFIG["ports"]) == ["10300/tcp", "8080/tcp"]
    # Without a stream, the Supervisor keeps uploads in memory and refuses long ones.
    assert CONFIG["ingress"] is CONFIG["ingress_stream"] is True and CONFIG["ingress_port"] == 8080
    assert CONFIG["map"] == ["addon_config"]
    # For the names of the home.
    assert CONFIG["homeassistant_api"] is True
    assert re.match(r"^(?:https?|\[PROTO:\w+\]|tcp):\/\/\[HOST\]:(\[PORT:\d+\]|\d+).*$", CONFIG["watchdog"])
    assert all(device.startswith("/dev/") and ":" not in device for device in CONFIG["devices"])
    assert {"/dev/accel/accel0", "/dev/dri/renderD128"} <= set(CONFIG["devices"])
    # An option without a default must be optional.
    assert {key for key in SCHEMA if not element(key)["optional"]} == set(CONFIG["options"])
    assert all(value in values(key) for key, value in CONFIG["options"].items())
    # `build.yaml` is no longer read without a warning.
    assert (ADDON / "Dockerfile").exists() and not (ADDON / "build.yaml").exists()


def test_the_add_on_has_the_version_of_the_program():
    assert CONFIG["version"] == lorikeet.run("--version").stdout.strip()
    assert f"## {CONFIG['version']}\n" in (ADDON / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_option_is_translated_and_no_other(language):
    texts = yaml.safe_load((ADDON / f"translations/{language}.yaml").read_text(encoding="utf-8"))
    assert set(texts) == {"configuration", "network"}
    assert list(texts["configuration"]) == [
        *CONFIG["options"], *[key for key in SCHEMA if key not in CONFIG["options"]]]
    for key, text in texts["configuration"].items():
        assert set(text) == {"name", "description"} and all(isinstance(value, str) and value for value in text.values()), key
    assert set(texts["network"]) == set(CONFIG["ports"])


def test_every_option_is_documented():
    documented = set(re.findall(r"`([a-z_]+)`", "".join(
        line.split("|")[1] for line in (ADDON / "DOCS.md").read_text().splitlines() if line.startswith("| `"))))
    assert documented == set(SCHEMA)


@pytest.mark.parametrize("key", SCHEMA)
def test_an_add_on_option_sets_the_setting_of_the_same_name(key, tmp_path):
    found = []
    for value in values(key):
        options = {**CONFIG["options"], key: value}
        text, source = settings(tmp_path, options)[key.replace("_", "-")]
        assert source.startswith("file "), (key, value)
        found.append(text)
    assert len(set(found)) == len(found), f"two values of {key} mean the same"


def test_add_on_choices_are_those_of_the_server(tmp_path):
    for key in [key for key in SCHEMA if element(key)["list"]]:
        accepted = resolve(tmp_path, {key: "nonsense"})
        assert accepted.returncode == 1
        for choice in element(key)["list"].split("|"):
            assert re.search(rf"\b{choice}\b", accepted.stderr), (choice, accepted.stderr)


def test_missing_add_on_options_have_the_defaults(tmp_path):
    found = settings(tmp_path, {})
    assert all(found[key.replace("_", "-")][1] == "default" for key in SCHEMA)


@pytest.mark.parametrize(("name", "width", "height"), [("icon", 128, 128), ("logo", 281, 100)])
def test_add_on_pictures_have_the_required_size(name, width, height):
    head = (ADDON / f"{name}.png").read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and struct.unpack(">II", head[16:24]) == (width, height)


# The run script


class Supervisor:
    """Accepts requests of an add-on, after a number of refusals."""

    def __init__(self, refusals: int = 0):
        self.messages: list[tuple[str, str, dict]] = []
        self.said = threading.Event()
        numbers = itertools.count()
        own = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refused = next(numbers) < refusals
                self.send_response(500 if refused else 200)
                self.end_headers()
                if not refused:
                    own.messages.append((self.path, self.headers["Authorization"], json.loads(body)))
                    own.said.set()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Supervisor":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()


class AddOn(NamedTuple):
    process: subprocess.Popen
    port: int
    http_port: int


@pytest.fixture
def addon(tmp_path):
    """Starts the run script as the container does."""
    processes = []

    def start(supervisor: str, options: dict) -> AddOn:
        with socket.create_server(("127.0.0.1", 0)) as wyoming, socket.create_server(("127.0.0.1", 0)) as http:
            port, http_port = wyoming.getsockname()[1], http.getsockname()[1]
        (tmp_path / "options.json").write_text(json.dumps(options))
        environment = {
            **lorikeet.ENVIRONMENT, "PATH": f"{lorikeet.BINARY.parent}:{os.environ['PATH']}", "SUPERVISOR": supervisor,
            "SUPERVISOR_TOKEN": "secret", "OPTIONS": str(tmp_path / "options.json"), "DATA": str(tmp_path / "data"),
            "PORT": str(port), "HTTP_PORT": str(http_port)}
        log = (tmp_path / "log").open("w")
        process = subprocess.Popen([ADDON / "run"], env=environment, stdin=subprocess.DEVNULL, stderr=log)
        processes.append(process)
        return AddOn(process, port, http_port)

    yield start
    for process in processes:
        process.kill()
        process.wait()


@pytest.mark.parametrize("refusals", [0, 2])
def test_the_server_runs_with_the_options_and_home_assistant_is_told(addon, tmp_path, refusals):
    with Supervisor(refusals) as supervisor:
        process, port, _ = addon(supervisor.uri, {"model": "builtin", "device": "cpu", "log_level": "info", "log_transcripts": True})
        assert supervisor.said.wait(SECONDS), (tmp_path / "log").read_text()
        assert supervisor.messages == [("/discovery", "Bearer secret", {
            "service": "wyoming", "config": {"uri": f"tcp://{os.uname().nodename}:{port}"}})]
        text, _ = converse(home_assistant.transcribe(port, audio("en-01.wav")))
        assert text == TEXTS["en-01.wav"]
        # The script has become the server: it receives signals and has no other child.
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        assert open(children).read() == ""
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    log = (tmp_path / "log").read_text()
    assert TEXTS["en-01.wav"] in log and "Home Assistant has been notified of the server" in log
    assert "secret" not in log


def test_clients_are_served_though_the_supervisor_does_not_answer(addon, tmp_path):
    process, port, _ = addon("http://127.0.0.1:1", {"model": "builtin"})
    deadline = time.monotonic() + SECONDS
    while "add the Wyoming integration yourself" not in (log := (tmp_path / "log").read_text()):
        assert time.monotonic() < deadline, log
        time.sleep(0.2)
    text, _ = converse(home_assistant.transcribe(port, audio("en-01.wav")))
    assert text == TEXTS["en-01.wav"]
    assert process.poll() is None


def test_the_add_on_reads_the_names_of_the_home_with_the_supervisors_token(addon, tmp_path):
    with Home(path="/core/websocket") as core:
        core.token = "secret"
        addon(f"http://127.0.0.1:{core.port}", {"model": "builtin"})
        deadline = time.monotonic() + SECONDS
        while "home's names" not in (log := (tmp_path / "log").read_text()):
            assert time.monotonic() < deadline, log
            time.sleep(0.1)
    assert f"count={len(core.household.names())}" in log
    assert core.tokens == ["secret"] and "secret" not in log


def test_a_wrong_option_ends_the_add_on_and_lists_accepted_values(addon, tmp_path):
    process, _, _ = addon("http://127.0.0.1:1", {"device": "tpu"})
    assert process.wait(SECONDS) == 1
    assert "'tpu'" in (tmp_path / "log").read_text()


# The page inside Home Assistant


@pytest.fixture
def ingress(addon, tmp_path):
    """Home Assistant's ingress in front of the add-on, with a token for a client that is not the page."""
    (tmp_path / "tokens").write_text("token\n")
    process, _, http_port = addon(
        "http://127.0.0.1:1", {"model": "builtin", "http_token_file": str(tmp_path / "tokens")})
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", http_port)).close()
            break
        except ConnectionRefusedError:
            assert process.poll() is None and time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.1)
    with Ingress(http_port) as ingress:
        yield ingress


def fetch(ingress: Ingress, path: str, **headers: str) -> tuple[int, str, str]:
    """The status, the type and the text of an answer."""
    connection = http.client.HTTPConnection("localhost", ingress.port, timeout=SECONDS)
    connection.request("GET", f"{PATH}{path}", headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, answer.getheader("Content-Type"), text


def test_home_assistant_shows_the_page_with_all_its_files(ingress):
    status, kind, page = fetch(ingress, "/")
    assert (status, kind) == (200, "text/html")
    files = re.findall(r'(?:src|href)="(\./[^"#]+)"', page)
    assert len(files) >= 3
    for file in files:
        assert fetch(ingress, file.removeprefix("."))[0] == 200, file


def test_a_page_inside_home_assistant_is_the_servers_own(ingress):
    headers = {"Authorization": "Bearer token"}
    own, foreign = f"http://localhost:{ingress.port}", "http://elsewhere.example"
    assert fetch(ingress, "/v1/models", Origin=own, **headers)[0] == 200
    status, _, text = fetch(ingress, "/v1/models", Origin=foreign, **headers)
    assert status == 403 and foreign in text
    assert fetch(ingress, "/v1/models", Origin=own)[0] == 401


@pytest.mark.parametrize("streams", [False, True])
def test_recordings_are_recognized_through_home_assistant(streams, ingress):
    with openai.OpenAI(base_url=f"{ingress.base}/v1", api_key="token", max_retries=0, timeout=SECONDS) as client:
        with (lorikeet.AUDIO / "en-01.wav").open("rb") as file:
            answer = client.audio.transcriptions.create(file=file, model="whisper-1", stream=streams)
            text = [event.text for event in answer if event.type == "transcript.text.done"][0] if streams else answer.text
    assert text == TEXTS["en-01.wav"]


def test_live_speech_is_recognized_through_home_assistant(ingress):
    async def speak() -> str:
        uri = f"{ingress.base.replace('http', 'ws', 1)}{http_realtime.PATH}"
        async with websockets.connect(uri, subprotocols=["realtime", "openai-insecure-api-key.token"],
                origin=f"http://localhost:{ingress.port}") as socket:
            session = http_realtime.Session(socket)
            await session.update(turn_detection=None)
            for piece in http_realtime.pieces(http_realtime.encoded(http_realtime.command("en-01.wav", tail=0.5))):
                await session.send("input_audio_buffer.append", audio=piece)
            await session.send("input_audio_buffer.commit")
            return (await session.until(http_realtime.COMPLETED))["transcript"]

    assert http_realtime.converse(speak(), SECONDS) == TEXTS["en-01.wav"]
