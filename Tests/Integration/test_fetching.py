"""A server whose model is still being fetched: it listens, describes the model, and answers once the model is there."""
import asyncio
import contextlib
import json
import signal
import threading

import pytest

import home_assistant
import lorikeet
from conversation import TEXTS, assert_well, audio, converse
from hub import MODEL
from server import Server
from store import ENCODER, PATIENCE, wait_until

SPOKEN = "en-01.wav"


@pytest.fixture
def serve(store, monkeypatch):
    """Starts a server with the store and its hub; for a `with` block."""
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    shared = ["--data-dir", str(store.directory), "--no-cache", "--precision", "f32"]
    return lambda *options, model=MODEL: Server(lorikeet.BINARY, "--model", model, *shared, *options)


@pytest.fixture
def held_back(hub):
    """An event that the hub waits for before it sends the encoder."""
    come = threading.Event()

    def answer(handler, request):
        if request.file == ENCODER:
            assert come.wait(PATIENCE)
        return False

    hub.answer = answer
    yield come
    come.set()


def offered(port: int) -> tuple[str, list[str]]:
    model, = converse(home_assistant.describe(port)).asr[0].models
    return model.name, model.languages


def test_serve_pulls_a_model_that_is_not_there(store, serve):
    with serve() as server:
        converse(assert_well(server.port))
        assert "fetching" in server.messages()
        assert offered(server.port) == (MODEL, ["en", "es"])
    store.assert_complete()


def test_health_of_a_server_whose_model_is_being_fetched(serve, held_back):
    with serve() as server:
        result = lorikeet.run("health", "--uri", server.uri)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout == f"{server.uri} is well and serves {MODEL}, which is still being fetched\n"
        result = lorikeet.run("health", "--uri", server.uri, "--json")
        status = json.loads(result.stdout)["status"]
        assert (status["model"], status["state"], status["devices"]) == (MODEL, "fetching", [])


def test_an_utterance_waits_for_the_model_that_is_being_fetched(store, serve, held_back):
    async def conversation(port):
        spoken = asyncio.create_task(home_assistant.transcribe(port, audio(SPOKEN)))
        await asyncio.sleep(0.5)
        for _ in range(3):
            await home_assistant.describe(port)
        assert not spoken.done()
        held_back.set()
        return await spoken

    with serve() as server:
        assert offered(server.port) == (MODEL, [])
        text, _ = converse(conversation(server.port))
        assert text == TEXTS[SPOKEN]
        assert offered(server.port) == (MODEL, ["en", "es"])
    store.assert_complete()


def test_a_client_that_waits_too_long_gets_the_error_that_the_model_is_being_fetched(serve, held_back):
    with serve("--deadline-seconds", "1") as server:
        with pytest.raises(RuntimeError, match="still being fetched"):
            converse(home_assistant.transcribe(server.port, audio(SPOKEN)))
        assert offered(server.port) == (MODEL, [])


@pytest.mark.parametrize("name, languages", [("parakeet-tdt-0.6b-v3", 25), ("parakeet-tdt-0.6b-v2", 1)])
def test_the_languages_of_a_known_model_are_known_before_it_is_there(hub, serve, name, languages):
    come = threading.Event()
    hub.prefix = f"/istupakov/{name}-onnx/resolve/"
    hub.answer = lambda handler, request: not come.wait(PATIENCE)
    with serve(model=name) as server:
        model, = converse(home_assistant.describe(server.port)).asr[0].models
        assert model.name == name and len(model.languages) == languages
        assert model.attribution.url == f"https://huggingface.co/nvidia/{name}"
        assert server.stop() == 0, server.messages()
    come.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_server_that_fetches_and_the_next_one_resumes(store, hub, serve, number):
    hub.rate = 1_000_000
    with serve() as server:
        wait_until(lambda: hub.served(ENCODER) > 2_500_000)
        assert server.stop(number) == 0, server.messages()
        assert not (store.folder / ENCODER).exists()
    hub.rate = None
    hub.forget()
    with serve() as server:
        converse(assert_well(server.port))
    assert hub.gets(ENCODER)[0].start >= 500_000
    store.assert_complete()


def test_a_server_whose_model_is_unavailable_exits_with_the_reason(store, hub, serve):
    hub.files.pop(ENCODER)
    with contextlib.suppress(RuntimeError), serve() as server:
        assert server.process.wait(PATIENCE) == 1
    process = store.run("serve", "--model", MODEL, "--uri", "tcp://127.0.0.1:0")
    store.assert_refused(process, f"but not {ENCODER}")
