"""/metrics as Prometheus reads it: names, types, and counters that move by what was done."""
import re
import shutil
import subprocess
import time

import pytest
import soundfile
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families
from prometheus_client.parser import text_string_to_metric_families

import home_assistant
from conversation import TEXTS, audio, converse
from http_realtime import command, run
from http_serving import UPLOAD, Answer, RawHTTP, form, head, heard, request, upload, wait_for
from lorikeet import AUDIO

RECORDING = AUDIO / "en-03.wav"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
TYPES = {
    "lorikeet_build_info": "gauge",
    "lorikeet_utterances_total": "counter",
    "lorikeet_audio_seconds_total": "counter",
    "lorikeet_transcript_latency_seconds": "histogram",
    "lorikeet_inference_seconds": "histogram",
    "lorikeet_speculation_total": "counter",
    "lorikeet_endpoints_total": "counter",
    "lorikeet_device_state": "gauge",
    "lorikeet_device_failures_total": "counter",
    "lorikeet_encoder_loaded_bytes": "gauge",
    "lorikeet_connections": "gauge",
    "lorikeet_queue_depth": "gauge",
    "lorikeet_http_requests_total": "counter",
    "process_resident_memory_bytes": "gauge",
    "process_cpu_seconds_total": "counter",
    "process_open_fds": "gauge",
    "process_start_time_seconds": "gauge",
}
LABELS = {
    "lorikeet_build_info": {"version", "openvino"},
    "lorikeet_utterances_total": {"protocol", "outcome"},
    "lorikeet_audio_seconds_total": {"protocol"},
    "lorikeet_transcript_latency_seconds": {"protocol"},
    "lorikeet_inference_seconds": {"stage", "device", "bucket"},
    "lorikeet_speculation_total": {"outcome"},
    "lorikeet_endpoints_total": {"reason"},
    "lorikeet_device_state": {"model", "device", "state"},
    "lorikeet_device_failures_total": {"model", "device"},
    "lorikeet_encoder_loaded_bytes": {"model", "device", "bucket"},
    "lorikeet_connections": {"protocol"},
    "lorikeet_queue_depth": set(),
    "lorikeet_http_requests_total": {"handler", "method", "status"},
}
PROTOCOLS = ["wyoming", "http", "realtime"]


@pytest.fixture(scope="module")
def counted(start_http):
    """A server that only the tests of this module use."""
    with start_http(kept_lines=None) as server:
        heard(server, RECORDING.read_bytes())
        converse(home_assistant.transcribe(server.port, audio("en-01.wav")))
        run(server, lambda session: session.say(command("en-01.wav")))
        yield server
        server.assert_sound()


def scraped(server, accept: str | None = None) -> Answer:
    answer = request(server, "GET", "/metrics", headers={"Accept": accept} if accept else {})
    assert answer.status == 200
    return answer


def families(server) -> dict:
    return {family.name: family for family in text_string_to_metric_families(scraped(server).text)}


def samples(server) -> list:
    return [sample for family in families(server).values() for sample in family.samples]


def value(server, name: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    return sum(
        sample.value for sample in samples(server)
        if sample.name == name and all(sample.labels.get(key) == wanted for key, wanted in labels.items()))


def test_every_metric_has_its_type_and_a_help_text(counted):
    found = families(counted)
    for name, kind in TYPES.items():
        family = found.get(name) or found.get(name.removesuffix("_total"))
        assert family is not None, name
        assert (family.type, bool(family.documentation)) == (kind, True), name


def test_every_metric_has_its_labels_and_at_most_the_model_beside_them(counted):
    for sample in samples(counted):
        name = re.sub(r"_(bucket|sum|count)$", "", sample.name) if sample.name not in LABELS else sample.name
        if name in LABELS:
            assert set(sample.labels) - {"le"} in (LABELS[name], LABELS[name] | {"model"}), sample


def test_no_sample_comes_twice(counted):
    found = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in samples(counted)]
    assert len(found) == len(set(found))


def test_the_format_is_the_one_that_was_asked_for(counted):
    plain = scraped(counted)
    assert plain.headers["Content-Type"].replace(" ", "").startswith("text/plain;version=0.0.4")
    for accept in (None, "*/*", "text/plain", "text/html"):
        assert scraped(counted, accept).headers.get_content_type() == "text/plain"
    other = scraped(counted, OPENMETRICS)
    assert other.headers.get_content_type() == "application/openmetrics-text"
    prometheus = "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;"
    prometheus += "q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2"
    assert scraped(counted, prometheus).headers.get_content_type() == "application/openmetrics-text"


def test_openmetrics_is_read_by_its_own_parser(counted):
    text = scraped(counted, OPENMETRICS).text
    assert text.endswith("# EOF\n")
    found = {family.name for family in openmetrics_families(text)}
    assert {name.removesuffix("_total").removesuffix("_info") for name in TYPES} <= {
        name.removesuffix("_info") for name in found}


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not installed")
def test_promtool_has_no_complaint(counted):
    result = subprocess.run(
        ["promtool", "check", "metrics"], input=scraped(counted).body, capture_output=True, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_histograms_grow_with_their_bounds_and_end_in_the_count(counted):
    for name in ("lorikeet_transcript_latency_seconds", "lorikeet_inference_seconds"):
        family = families(counted)[name]
        rows: dict[tuple, list] = {}
        for sample in family.samples:
            key = tuple(sorted((label, text) for label, text in sample.labels.items() if label != "le"))
            rows.setdefault(key, []).append(sample)
        assert rows
        for row in rows.values():
            buckets = [(float(sample.labels["le"]), sample.value) for sample in row
                if sample.name.endswith("_bucket")]
            (count,) = [sample.value for sample in row if sample.name.endswith("_count")]
            (total,) = [sample.value for sample in row if sample.name.endswith("_sum")]
            assert buckets == sorted(buckets)
            counts = [number for _, number in buckets]
            assert counts == sorted(counts)
            assert buckets[-1] == (float("inf"), count) and total >= 0
            assert len(buckets) > 5


def wyoming(server) -> float:
    text, _ = converse(home_assistant.transcribe(server.port, audio("en-01.wav")))
    assert text == TEXTS["en-01.wav"]
    return len(audio("en-01.wav")) / 32_000


def http(server) -> float:
    heard(server, (AUDIO / "en-01.wav").read_bytes())
    return soundfile.info(AUDIO / "en-01.wav").duration


def realtime(server) -> float:
    """A commit ends the utterance, so that its length is known."""
    async def conversation(session):
        from http_realtime import COMPLETED, encoded

        await session.update(16_000, turn_detection=None)
        await session.append(encoded(command("en-01.wav", 1), 16_000), 16_000)
        await session.send("input_audio_buffer.commit")
        return await session.until(COMPLETED)

    assert run(server, conversation)["transcript"] == TEXTS["en-01.wav"]
    return len(command("en-01.wav", 1)) / 16_000


@pytest.mark.parametrize("utter", [wyoming, http, realtime], ids=PROTOCOLS)
def test_one_utterance_moves_its_counters_by_one_and_no_other(utter, counted):
    name = utter.__name__
    def numbers() -> dict:
        found = {}
        for protocol in PROTOCOLS:
            found[protocol] = [
                value(counted, "lorikeet_utterances_total", protocol=protocol),
                value(counted, "lorikeet_transcript_latency_seconds_count", protocol=protocol),
                value(counted, "lorikeet_audio_seconds_total", protocol=protocol)]
        return found

    before = numbers()
    seconds = utter(counted)
    after = wait_for(lambda: (now := numbers())[name][0] > before[name][0] and now)
    expected = [before[name][0] + 1, before[name][1] + 1, pytest.approx(before[name][2] + seconds, abs=0.2)]
    assert after[name] == expected
    for other in set(PROTOCOLS) - {name}:
        assert after[other] == before[other]


def test_an_upload_that_fails_is_counted_with_another_outcome(counted):
    good = {sample.labels["outcome"]: sample.value for sample in samples(counted)
            if sample.name == "lorikeet_utterances_total" and sample.labels["protocol"] == "http"}
    assert upload(counted, RECORDING.read_bytes()[:20_000], ("model", "whisper-1")).status == 422
    after = {sample.labels["outcome"]: sample.value for sample in samples(counted)
             if sample.name == "lorikeet_utterances_total" and sample.labels["protocol"] == "http"}
    moved = {outcome for outcome in after if after[outcome] != good.get(outcome, 0)}
    assert len(moved) <= 1
    succeeded = max(good, key=good.get)
    assert succeeded not in moved


def test_requests_are_counted_by_handler_method_and_status(counted):
    def number(**labels):
        return value(counted, "lorikeet_http_requests_total", **labels)

    before = [number(handler=UPLOAD, method="POST", status=status) for status in ("200", "404")]
    heard(counted, RECORDING.read_bytes())
    upload(counted, RECORDING.read_bytes(), ("model", "nonsense"))
    wait_for(lambda: number(handler=UPLOAD, method="POST", status="404") > before[1])
    assert number(handler=UPLOAD, method="POST", status="200") == before[0] + 1
    assert number(handler=UPLOAD, method="POST", status="404") == before[1] + 1


def test_inventive_clients_do_not_make_new_series(counted):
    def count() -> int:
        return len(samples(counted))

    for number in range(3):  # the series of these answers exist afterwards
        request(counted, "GET", f"/{number}")
        request(counted, "BREW", f"/{number}")
        request(counted, "GET", f"/v1/models/{number}")
    before = count()
    for number in range(50):
        request(counted, "GET", f"/nothing-{number}")
        request(counted, f"BREW{number}", "/health")
        request(counted, "GET", f"/v1/models/model-{number}")
        upload(counted, b"x", ("model", f"model-{number}"))
    assert count() <= before + 5


def test_inference_is_measured_by_stage_device_and_bucket(counted):
    found = [sample for sample in samples(counted) if sample.name == "lorikeet_inference_seconds_count"]
    assert {sample.labels["device"] for sample in found} == {"CPU"}
    assert "encoder" in {sample.labels["stage"] for sample in found}
    before = value(counted, "lorikeet_inference_seconds_count", stage="encoder")
    heard(counted, RECORDING.read_bytes())
    wait_for(lambda: value(counted, "lorikeet_inference_seconds_count", stage="encoder") == before + 1)


def test_a_device_is_in_one_state(counted):
    states = [sample for sample in samples(counted) if sample.name == "lorikeet_device_state"]
    assert {sample.labels["model"] for sample in states} == {"builtin"}
    assert sum(sample.value for sample in states) == 1
    assert [sample.labels["state"] for sample in states if sample.value == 1] == ["working"]
    assert value(counted, "lorikeet_device_failures_total") == 0
    assert value(counted, "lorikeet_encoder_loaded_bytes") > 0


def test_endpoints_are_counted_by_their_reason(counted):
    before = value(counted, "lorikeet_endpoints_total")
    event = run(counted, lambda session: session.say(command("en-03.wav")))
    wait_for(lambda: value(counted, "lorikeet_endpoints_total") == before + 1)
    assert value(counted, "lorikeet_endpoints_total", reason=event["lorikeet"]["endpoint"]) >= 1


def test_connections_are_those_that_are_open(counted):
    wait_for(lambda: value(counted, "lorikeet_connections", protocol="realtime") == 0)

    async def conversation(_):
        import asyncio

        return await asyncio.to_thread(value, counted, "lorikeet_connections", protocol="realtime")

    assert run(counted, conversation) == 1
    before = 1  # the one that asks
    wait_for(lambda: value(counted, "lorikeet_connections", protocol="http") == before)
    with RawHTTP(counted) as connection:
        connection.send(head("GET", "/health"))
        connection.answer()
        wait_for(lambda: value(counted, "lorikeet_connections", protocol="http") == before + 1)
    wait_for(lambda: value(counted, "lorikeet_connections", protocol="http") == before)


def test_the_process_is_described_as_prometheus_expects(counted):
    began = value(counted, "process_start_time_seconds")
    assert abs(time.time() - began) < 3600
    assert 5e6 < value(counted, "process_resident_memory_bytes") < 5e9
    assert 5 < value(counted, "process_open_fds") < 1_000
    before = value(counted, "process_cpu_seconds_total")
    assert 0 < before < 3600
    heard(counted, (AUDIO / "long.flac").read_bytes())
    assert value(counted, "process_cpu_seconds_total") > before


def test_the_build_is_described(counted):
    (sample,) = [sample for sample in samples(counted) if sample.name == "lorikeet_build_info"]
    assert sample.value == 1 and re.match(r"\d+\.\d+", sample.labels["version"]) and sample.labels["openvino"]


def test_no_label_has_a_text_or_an_address(counted):
    heard(counted, RECORDING.read_bytes(), ("keywords[]", "Zwergnase"), ("language", "klingon"))
    text = scraped(counted).text
    for secret in ("Close", "office", "garden", "Zwergnase", "klingon", "127.0.0.1", "recording.wav", "whisper-1"):
        assert secret not in text, secret


def test_counters_never_fall(counted):
    def counters() -> dict:
        return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples(counted)
                if sample.name.endswith(("_total", "_count", "_sum", "_bucket"))}

    before = counters()
    body, kind = form(("model", "whisper-1"), ("file", ("a.wav", RECORDING.read_bytes())))
    for _ in range(3):
        request(counted, "POST", UPLOAD, body, kind)
    after = counters()
    assert all(after[key] >= number for key, number in before.items())
