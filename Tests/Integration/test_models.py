"""`lorikeet models` with a hub that fails in every way: the right files in the end, or one clear line."""
import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import threading
import time

import pytest

from hub import COMMIT, MODEL, PAGE, Hub, Proxy
from lorikeet import AUDIO, BUILTIN
from store import DECODER, ENCODER, FILES, PATIENCE, Store, wait_until


def once(misbehave, file=ENCODER):
    """Misbehaves on the first request for a file."""
    lock, seen = threading.Lock(), []

    def answer(handler, request):
        with lock:
            if request.file != file or seen:
                return False
            seen.append(request)
        misbehave(handler, request)
        return True

    return answer


def always(misbehave, file=ENCODER):
    def answer(handler, request):
        if request.file != file:
            return False
        misbehave(handler, request)
        return True

    return answer


def unlike(graph, padding):
    """Another file with the same graph: at its end is a field, number 1000, that no reader of ONNX files knows."""
    size = len(padding)
    length = [size & 127 | 128, size >> 7 & 127 | 128, size >> 14 & 127 | 128, size >> 21]
    return graph.read_bytes() + bytes([0xC2, 0x3E, *length]) + padding


def status(code, **headers):
    return lambda handler, request: handler.send_status(
        request, code, {name.replace("_", "-"): value for name, value in headers.items()})


def test_a_pulled_model_transcribes(store, hub):
    result = store.pull()
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == str(store.folder)
    store.assert_complete()
    hub.forget()
    spoken = store.run("transcribe", "--model", MODEL, "--device", "cpu", "--no-cache", AUDIO / "en-01.wav")
    assert spoken.stdout == "Open the garden blinds.\n", spoken.stderr
    assert hub.requests == []


def test_transcribe_pulls_a_model_that_is_not_there(store):
    spoken = store.run("transcribe", "--model", MODEL, "--device", "cpu", "--no-cache", AUDIO / "en-01.wav")
    assert spoken.stdout == "Open the garden blinds.\n", spoken.stderr
    assert "fetching" in spoken.stderr
    store.assert_complete()


def test_sizes_and_hashes_are_recorded(store, hub):
    assert store.pull().returncode == 0
    record = json.loads((store.folder / "lorikeet.json").read_text())
    assert record["revision"] == COMMIT
    assert record["exports"]["fp32"]["encoderWeights"] == record["exports"]["fp32"]["decoderWeights"] == []
    assert record["files"] == {
        file: {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for file, content in hub.files.items()}


def test_the_storage_is_not_asked_for_known_sizes_and_hashes(store, hub):
    assert store.pull().returncode == 0
    assert [request.file for request in hub.requests if request.method == "HEAD" and "storage" in request.path] == [
        "config.json", "vocab.txt"]


def test_a_second_pull_sends_no_request(store, hub):
    assert store.pull().returncode == 0
    assert hub.listings == [COMMIT]
    hub.forget()
    assert store.pull().returncode == 0
    assert hub.requests == hub.listings == []


def test_list_verify_and_remove(store):
    assert "parakeet-tdt-0.6b-v3\tnot there" in store.run("models", "list").stdout.splitlines()
    assert store.pull().returncode == 0
    assert f"{MODEL}\tfp32\t" in store.run("models", "list").stdout
    assert store.run("models", "verify").returncode == 0

    damaged = bytearray((store.folder / DECODER).read_bytes())
    damaged[1000] ^= 1
    (store.folder / DECODER).write_bytes(damaged)
    result = store.run("models", "verify", MODEL)
    assert result.returncode == 1
    assert f"{MODEL}\t{DECODER}\tdamaged" in result.stdout.splitlines()
    assert f"{MODEL}\t{ENCODER}\tright" in result.stdout.splitlines()
    assert not (store.folder / DECODER).exists()
    store.hub.forget()
    assert store.pull().returncode == 0
    assert store.hub.served() == len(damaged)
    store.assert_complete()

    assert store.run("models", "remove", MODEL).returncode == 0
    assert not store.folder.exists()
    store.assert_refused(store.run("models", "remove", MODEL), "not in the store", file=None)
    store.assert_refused(store.run("models", "verify", MODEL), "models pull", file=None)


def test_a_file_cut_on_disk_is_fetched_again(store, hub):
    assert store.pull().returncode == 0
    os.truncate(store.folder / DECODER, 1000)
    hub.forget()
    assert store.pull().returncode == 0
    assert hub.served() == len(hub.files[DECODER])
    store.assert_complete()


def test_files_that_were_copied_in_are_taken_if_they_are_right(store, hub):
    store.folder.mkdir(parents=True)
    (store.folder / ENCODER).write_bytes(hub.files[ENCODER])
    (store.folder / DECODER).write_bytes(hub.files[DECODER][::-1])
    assert store.pull().returncode == 0
    assert hub.served(ENCODER) == 0
    assert hub.served(DECODER) == len(hub.files[DECODER])
    store.assert_complete()


@pytest.mark.parametrize("misbehave", [
    pytest.param(lambda handler, request: handler.send_file(request, stop_after=3_000_000), id="breaks-off"),
    pytest.param(lambda handler, request: handler.break_off(), id="breaks-off-at-once"),
    pytest.param(status(500), id="500"),
    pytest.param(status(503, Retry_After="1"), id="503"),
    pytest.param(status(429, Retry_After="1"), id="429"),
    pytest.param(status(429, Retry_After="Sun, 06 Nov 1994 08:49:37 GMT"), id="429-with-a-date"),
    pytest.param(lambda handler, request: time.sleep(5), id="stalls"),
])
def test_a_transient_failure_is_retried(store, hub, misbehave):
    hub.answer = once(misbehave)
    result = store.pull()
    assert result.returncode == 0, result.stderr
    assert "trying again" in result.stderr
    store.assert_complete()


def test_after_a_break_only_the_rest_is_fetched(store, hub):
    hub.rate = 20_000_000
    hub.answer = once(lambda handler, request: handler.send_file(request, stop_after=3_000_000))
    assert store.pull().returncode == 0
    # Data sent just before the break can be lost with the connection.
    rest = hub.gets(ENCODER)[1].start
    assert rest >= 2_000_000
    assert hub.served(ENCODER) == 3_000_000 + len(hub.files[ENCODER]) - rest
    store.assert_complete()


def test_a_stall_in_the_middle_is_noticed(store, hub):
    def stall(handler, request):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(hub.files[ENCODER])))
        handler.end_headers()
        handler.wfile.write(hub.files[ENCODER][:1_000_000])
        request.served += 1_000_000
        time.sleep(6)
        handler.close_connection = True

    hub.answer = once(stall)
    result = store.pull()
    assert result.returncode == 0, result.stderr
    assert "sent nothing for 3 s" in result.stderr
    assert hub.served(ENCODER) == len(hub.files[ENCODER])
    store.assert_complete()


def test_a_retry_after_header_is_honoured(store, hub):
    hub.answer = once(status(429, Retry_After="4"))
    start = time.monotonic()
    assert store.pull().returncode == 0
    assert time.monotonic() - start >= 4


def test_a_retry_after_header_that_is_too_long_is_an_error(store, hub):
    hub.answer = always(status(429, Retry_After="86400"))
    store.assert_refused(store.pull(), "429", "gave up")


def test_a_repeated_failure_ends_in_an_error_and_the_next_pull_resumes(store, hub):
    seen = []

    def answer(handler, request):
        if request.file != ENCODER:
            return False
        seen.append(request)
        if len(seen) == 1:
            handler.send_file(request, stop_after=3_000_000)
        else:
            handler.send_status(request, 500)
        return True

    hub.answer = answer
    hub.rate = 20_000_000
    store.assert_refused(store.pull(), "gave up", "HTTP 500", "is kept")
    hub.answer = lambda handler, request: False
    hub.forget()
    assert store.pull().returncode == 0
    assert hub.served() <= len(hub.files[ENCODER]) - 2_000_000
    store.assert_complete()


@pytest.mark.parametrize("misbehave, words", [
    pytest.param(status(404), ["HTTP 404", "commit"], id="404"),
    pytest.param(status(401), ["HTTP 401", "HF_TOKEN"], id="401"),
    pytest.param(status(403), ["HTTP 403", "HF_TOKEN"], id="403"),
    pytest.param(status(418), ["HTTP 418"], id="418"),
    pytest.param(status(302), ["redirects to nowhere"], id="redirect-to-nowhere"),
    pytest.param(status(302, Location=f"/storage/{ENCODER}"), ["redirects"], id="redirects-in-a-circle"),
    pytest.param(status(302, Location="ftp://127.0.0.1/"), ["redirects"], id="redirect-to-ftp"),
    pytest.param(status(204), ["HTTP 204"], id="204"),
    pytest.param(
        lambda handler, request: handler.send_status(request, 200, {"Content-Type": "text/html"}, PAGE),
        ["web page"], id="html"),
    pytest.param(
        lambda handler, request: handler.send_status(request, 200, body=PAGE), ["bytes"], id="html-without-a-type"),
    pytest.param(
        lambda handler, request: handler.send_file(request, handler.hub.files[ENCODER][:-1]), ["bytes"], id="short"),
    pytest.param(
        lambda handler, request: handler.send_file(request, handler.hub.files[ENCODER] + b"!"), ["bytes"], id="long"),
    pytest.param(
        lambda handler, request: handler.send_file(request, bytes(len(handler.hub.files[ENCODER]))),
        ["not the file", "sha256"], id="other-bytes"),
    pytest.param(
        lambda handler, request: handler.send_status(
            request, 200, {"Content-Encoding": "gzip"}, handler.hub.files[ENCODER]), ["compressed"], id="gzip"),
])
def test_a_permanent_failure_is_an_error_at_once(store, hub, misbehave, words):
    hub.answer = always(misbehave)
    result = store.pull()
    store.assert_refused(result, *words)
    assert "trying again" not in result.stderr
    hub.answer = lambda handler, request: False
    assert store.pull().returncode == 0
    store.assert_complete()


GARBAGE = [
    b"\x00\x01\x02\x03\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"HTTP/1.1 999 What\r\n\r\n",
    b"HTTP/1.1 302 Found\r\nLocation: http://[::bad\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
]


def test_an_answer_that_is_garbage_is_an_error(tmp_path, hub):
    """All at once, as some failures are retried with pauses."""
    def garbage(data):
        def answer(handler, request):
            handler.wfile.write(data)
            handler.break_off()

        return always(answer)

    with contextlib.ExitStack() as stack:
        pulls = []
        for number, data in enumerate(GARBAGE):
            bad = stack.enter_context(Hub(hub.files))
            bad.answer = garbage(data)
            store = Store(tmp_path / str(number), bad)
            pulls.append((store, store.start("models", "pull", MODEL)))
        for store, process in pulls:
            _, errors = process.communicate(timeout=PATIENCE)
            store.assert_refused(subprocess.CompletedProcess([], process.returncode, "", errors))


@pytest.mark.parametrize("content_range", [
    "bytes 0-9/10", "bytes 5-4/7308159", "bytes", "bytes 99999999999999999999-1/1", "lines 1-2/3", "bytes 0-*/*",
])
def test_a_wrong_content_range_is_rejected(store, hub, content_range):
    """The program then fetches the file in one stream instead of parts."""
    hub.answer = leave_a_rest_then(lambda handler, request: handler.send_status(
        request, 206, {"Content-Range": content_range}, b"x" * 10))
    result = store.pull()
    assert result.returncode == 0, result.stderr
    store.assert_complete()


def leave_a_rest_then(misbehave):
    """Breaks off the first request for the encoder and misbehaves on every request for a part of it."""
    seen = []

    def answer(handler, request):
        if request.file != ENCODER:
            return False
        seen.append(request)
        if len(seen) == 1:
            handler.send_file(request, stop_after=3_000_000)
        elif "range" in request.headers:
            misbehave(handler, request)
        else:
            return False
        return True

    return answer


def test_a_server_that_ignores_ranges_sends_the_whole_again(store, hub):
    hub.ranges = False
    hub.answer = once(lambda handler, request: handler.send_file(request, stop_after=3_000_000))
    result = store.pull()
    assert result.returncode == 0, result.stderr
    store.assert_complete()
    assert len(hub.files[ENCODER]) + 3_000_000 <= hub.served(ENCODER)


def test_a_server_that_refuses_ranges_sends_the_whole(store, hub):
    hub.answer = leave_a_rest_then(status(416, Content_Range="bytes */7308159"))
    result = store.pull()
    assert result.returncode == 0, result.stderr
    store.assert_complete()


def test_a_part_of_a_file_of_another_size_is_refused(store, hub):
    hub.answer = leave_a_rest_then(
        lambda handler, request: handler.send_file(request, handler.hub.files[ENCODER] + b"!"))
    store.assert_refused(store.pull(), "bytes")


def test_large_files_come_in_parts_side_by_side(tmp_path):
    """More than the 32 MiB of one request."""
    content = unlike(BUILTIN / ENCODER, os.urandom(1 << 20) * 100)
    with Hub({file: (BUILTIN / file).read_bytes() for file in FILES} | {ENCODER: content}) as hub:
        store = Store(tmp_path, hub)
        result = store.pull()
        assert result.returncode == 0, result.stderr
        store.assert_complete()
        assert sorted(request.start for request in hub.gets(ENCODER)) == [0, 32 << 20, 64 << 20, 96 << 20]
        assert hub.served(ENCODER) == len(content)

        # Again, from a server that ignores ranges.
        assert store.run("models", "remove", MODEL).returncode == 0
        hub.ranges = False
        result = store.pull()
        assert result.returncode == 0, result.stderr
        store.assert_complete()


def test_a_pull_after_kill_9_loses_no_more_than_the_last_second(store, hub):
    hub.rate = 1_000_000
    process = store.start("models", "pull", MODEL)
    wait_until(lambda: hub.served(ENCODER) > 3_500_000)
    process.kill()
    process.communicate()
    assert not (store.folder / ENCODER).exists()
    store.assert_refused(
        store.pull("--offline"), ENCODER, "--offline", "--model", file=None)

    hub.rate = None
    hub.forget()
    result = store.pull()
    assert result.returncode == 0, result.stderr
    assert hub.served(DECODER) == 0
    assert hub.gets(ENCODER)[0].start >= 1_500_000
    assert hub.served() == len(hub.files[ENCODER]) - hub.gets(ENCODER)[0].start
    store.assert_complete()


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_pull_is_resumed(store, hub, signal_number):
    hub.rate = 500_000
    process = store.start("models", "pull", MODEL)
    wait_until(lambda: hub.served(ENCODER) > 1_500_000)
    process.send_signal(signal_number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    hub.rate = None
    hub.forget()
    assert store.pull().returncode == 0
    assert hub.gets(ENCODER)[0].start >= 500_000
    store.assert_complete()


@pytest.mark.parametrize("spoil", [
    lambda journal: journal.write_bytes(b""),
    lambda journal: journal.write_bytes(b"\xff\xfe garbage\n" * 100),
    lambda journal: journal.write_bytes(journal.read_bytes() + b"7000000 71"),
    lambda journal: journal.write_bytes(journal.read_bytes() + b"5 99999999999999\n"),
    lambda journal: journal.unlink(),
    lambda journal: os.truncate(journal.with_suffix(".partial"), 100),
], ids=["empty", "garbage", "half-a-line", "out-of-bounds", "gone", "partial-file-cut"])
def test_a_spoiled_journal_costs_a_download_and_no_more(store, hub, spoil):
    hub.answer = always(lambda handler, request: handler.send_file(request, stop_after=3_000_000) if not request.start
                        else handler.send_status(request, 404))
    assert store.pull().returncode == 1
    spoil(store.folder / f"{ENCODER}.journal")
    hub.answer = lambda handler, request: False
    result = store.pull()
    assert result.returncode == 0, result.stderr
    store.assert_complete()


def test_a_partial_file_of_other_content_is_not_used(store, hub):
    """The hub gives another hash than during the interrupted pull."""
    hub.answer = always(lambda handler, request: handler.send_file(request, stop_after=3_000_000) if not request.start
                        else handler.send_status(request, 404))
    assert store.pull().returncode == 1
    hub.answer = lambda handler, request: False
    hub.files[ENCODER] = unlike(BUILTIN / ENCODER, b"")
    hub.forget()
    assert store.pull().returncode == 0
    assert hub.served() == len(hub.files[ENCODER])
    store.assert_complete()


def test_two_processes_do_not_spoil_each_others_files(store, hub):
    hub.rate = 4_000_000
    first = store.start("models", "pull", MODEL)
    wait_until(lambda: hub.served() > 0)
    second = store.start("models", "pull", MODEL)
    third = store.run("models", "remove", MODEL)
    store.assert_refused(third, "another process", file=None)
    outputs = [process.communicate(timeout=PATIENCE) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert "waiting for it" in outputs[1][1]
    assert hub.served() == sum(len(content) for content in hub.files.values())
    store.assert_complete()


def test_missing_disk_space_is_reported_before_anything_is_fetched(store, hub):
    hub.claimed_size[ENCODER] = 1 << 60
    store.assert_refused(store.pull(), "make room", "--data-dir", file=None)
    assert hub.served() == 0


@pytest.mark.parametrize("size", ["-1", "many", str(1 << 70), str((1 << 63) - 1)])
def test_a_senseless_size_does_not_crash(store, hub, size):
    hub.claimed_size[ENCODER] = size
    assert store.pull().returncode in (0, 1)


def test_a_hub_without_hashes_is_refused(store, hub):
    hub.says_hash = False
    store.assert_refused(store.pull(), "cannot be checked", "HF_ENDPOINT", file="config.json")
    assert hub.served() == 0


def test_content_that_differs_from_the_hubs_hash_is_discarded(store, hub):
    hub.claimed_hash["config.json"] = "0" * 40
    store.assert_refused(store.pull(), "not the file", file="config.json")
    assert not any(name.startswith("config.json") for name in store.names())


def test_a_mirror_cannot_replace_a_model_of_the_catalogue(store, hub):
    """The mirror's hashes do not count: the catalogue has its own."""
    hub.prefix = "/istupakov/parakeet-tdt-0.6b-v3-onnx/resolve/8f23f0c03c8761650bdb5b40aaf3e40d2c15f1ce/"
    hub.files["config.json"] = b"{}".ljust(97)
    result = store.pull("--files", "int8", model="parakeet-tdt-0.6b-v3")
    assert result.returncode == 1
    assert "config.json: the downloaded content is not the file" in result.stderr
    assert not (store.directory / "models/parakeet-tdt-0.6b-v3/config.json").exists()
    assert hub.served() == 97


def test_a_token_goes_to_the_hub_and_nowhere_else(store, hub):
    hub.token = "hf_secret"
    store.assert_refused(store.pull(), "HTTP 401", "HF_TOKEN", file=None)
    with Hub(hub.files) as storage:
        hub.storage = storage.url
        result = store.pull(HF_TOKEN="hf_secret")
        assert result.returncode == 0, result.stderr
        assert {request.file for request in storage.requests} == set(FILES)
        assert all("authorization" not in request.headers for request in storage.requests)
    assert "hf_secret" not in result.stderr
    store.assert_complete()


def test_offline_sends_no_request_and_names_what_is_missing(store, hub):
    for arguments in (["models", "pull", MODEL, "--offline"],
                      ["transcribe", "--model", MODEL, "--offline", AUDIO / "en-01.wav"],
                      ["serve", "--model", MODEL, "--offline", "--uri", "tcp://127.0.0.1:0"]):
        store.assert_refused(store.run(*arguments), ENCODER, DECODER, "--offline", "--model", file=None)
    known = store.pull("--offline", model="parakeet-tdt-0.6b-v3")
    assert known.returncode == 1 and "encoder-model.onnx.data (2.44 GB)" in known.stderr
    environment = store.run("models", "pull", MODEL, HF_HUB_OFFLINE="1")
    store.assert_refused(environment, "--offline", file=None)
    assert hub.requests == []


def test_offline_uses_a_complete_model(store, hub):
    assert store.pull().returncode == 0
    hub.forget()
    spoken = store.run("transcribe", "--model", MODEL, "--offline", "--no-cache", AUDIO / "en-01.wav")
    assert spoken.stdout == "Open the garden blinds.\n", spoken.stderr
    assert hub.requests == []


def test_an_unreachable_hub_is_reported(store):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    store.assert_refused(store.pull(HF_ENDPOINT=f"http://127.0.0.1:{port}"), "cannot connect", file=None)


def test_a_proxy_is_used_except_for_excepted_hosts(store, hub):
    with Proxy() as proxy:
        assert store.pull(HTTP_PROXY=proxy.url, NO_PROXY="127.0.0.1").returncode == 0
        assert proxy.peers == []
        assert store.run("models", "remove", MODEL).returncode == 0
        result = store.pull(HTTP_PROXY=proxy.url)
        assert result.returncode == 0, result.stderr
        assert set(proxy.peers) == {hub.url.removeprefix("http://")}
    store.assert_complete()


@pytest.mark.parametrize("name, value", [
    ("HF_ENDPOINT", "nonsense"), ("HF_ENDPOINT", "ftp://host"), ("HTTPS_PROXY", "socks5://host:1"),
    ("HF_HUB_DOWNLOAD_TIMEOUT", "soon"), ("HF_TOKEN", "two words"),
])
def test_a_senseless_environment_is_refused(store, hub, name, value):
    result = store.pull(**{name: value})
    assert result.returncode == 1
    assert name in result.stderr and len(result.stderr.splitlines()) == 1
    assert hub.requests == []


def test_network_settings_are_ignored_without_the_network(store):
    result = store.run("models", "list", HTTPS_PROXY="socks5://host:1", HF_ENDPOINT="nonsense")
    assert result.returncode == 0, result.stderr


def test_a_repository_that_is_not_there_leaves_no_trace(store):
    other = "somebody/else@" + COMMIT
    result = store.pull(model=other)
    assert result.returncode == 1 and "HTTP 404" in result.stderr and other in result.stderr
    assert os.listdir(store.directory / "models") == []


@pytest.mark.parametrize(
    "model", ["parakeet", "somebody/tiny-tdt@main", "somebody/tiny-tdt@" + COMMIT[:8], "../x/y@" + COMMIT, "./tiny", ""])
def test_a_malformed_model_name_is_wrong_usage(store, model):
    assert store.pull(model=model).returncode == 64


def test_a_directory_that_cannot_be_written_is_reported(store):
    (store.directory / "models").write_text("a file")
    store.assert_refused(store.pull(), "models", "--data-dir", file=None)


def test_int8_files_can_be_chosen(store, hub):
    hub.files["encoder-model.int8.onnx"] = hub.files.pop(ENCODER)
    hub.files["decoder_joint-model.int8.onnx"] = hub.files.pop(DECODER)
    assert store.pull("--files", "int8").returncode == 0
    assert f"{MODEL}\tint8\t" in store.run("models", "list").stdout
    spoken = store.run("transcribe", "--model", MODEL, "--no-cache", AUDIO / "en-01.wav")
    assert spoken.stdout == "Open the garden blinds.\n", spoken.stderr
