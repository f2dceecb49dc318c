"""`lorikeet bench`: speed, device and energy."""
import contextlib
import json
import pathlib
import signal
import subprocess
import threading
import time

import pytest

import lorikeet
from lorikeet import AUDIO, USAGE, assert_refused

GOOD = AUDIO / "en-01.wav"
TEXT = "Open the garden blinds."
TIMES = {"count", "median", "mean", "min", "max", "p95"}
RECORDING = {
    "name", "audio_seconds", "device", "bucket", "precision", "from_cache", "detours", "inferences",
    "npu_busy_microseconds", "features", "encoder", "decoder", "total", "real_time_factor", "joules",
    "joules_above_idle", "watts_above_idle"}
PROOF = {"text", "executed_on", "inferences", "npu_busy_microseconds", "load_seconds", "first_seconds"}
REALTIME = {"name", "audio_seconds", "text", "inferences", "npu_busy_microseconds", "latency"}


@pytest.fixture
def bench(data_dir, tmp_path):
    """`lorikeet bench` on a machine without any of Intel's devices."""
    def run(*arguments):
        return lorikeet.run("bench", "--data-dir", data_dir, "--root", tmp_path, "--warm-up", 0, *arguments)
    return run


def measured(result):
    """The report, and its first backend."""
    assert (result.returncode, result.stderr) == (0, "")
    line, = result.stdout.splitlines()
    report = json.loads(line)
    return report, report["backends"][0]


def test_bench_prints_its_tables(bench):
    result = bench("--runs", 2, "--device", "cpu", "--lengths", "2,5", "--idle", "0.1")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("lorikeet ") and "model builtin" in lines[0] and lines[0].endswith("2 runs after 0 warm-ups")
    titles = [line for line in lines[1:] if line and not line.startswith(" ")]
    assert titles[:4] == [
        "Executing device, by the self-test's recording", "Milliseconds: median (fastest–slowest)", "Latency and energy",
        "Cold after 0.1 s idle, milliseconds: median (fastest–slowest)"]
    assert titles[4].startswith("The recordings are synthetic")
    assert titles[5].startswith("Energy is unavailable: this machine shows no energy counter")
    assert [line.split()[:5] for line in lines if line.startswith("  built-in")][:2] == [
        ["built-in", "2.0", "s", "CPU", lines[8].split()[4]], ["built-in", "5.0", "s", "CPU", lines[8].split()[4]]]


def test_bench_json_has_every_key(bench):
    report, cpu = measured(bench("--runs", 2, "--device", "cpu", "--precision", "f32", "--idle", "0.1", "--json", GOOD))
    assert set(report) == {
        "version", "model", "processor", "runs", "warm_up", "synthetic", "trailing_silence", "idle_watts",
        "energy_unavailable", "backends"}
    assert (report["model"], report["runs"], report["warm_up"], report["synthetic"]) == ("builtin", 2, 0, False)
    assert set(cpu) == {"name", "error", "proof", "recordings", "after_idle", "realtime"}
    assert (cpu["name"], cpu["error"], cpu["realtime"]) == ("cpu", None, [])
    proof = cpu["proof"]
    assert set(proof) == PROOF
    assert (proof["text"], proof["executed_on"], proof["inferences"]) == (TEXT, "CPU", {"CPU": 1})
    recording, = cpu["recordings"]
    assert set(recording) == RECORDING
    assert (recording["name"], recording["device"], recording["precision"]) == (str(GOOD), "CPU", "f32")
    assert recording["inferences"] == {"CPU": 2} and recording["detours"] == []
    for stage in ("features", "encoder", "decoder", "total"):
        assert set(recording[stage]) == TIMES and recording[stage]["count"] == 2
    assert recording["total"]["min"] >= recording["encoder"]["min"] > 0
    assert recording["joules"] is None
    assert set(cpu["after_idle"]) == {"name", "audio_seconds", "idle_seconds", "device", "total", "warm"}
    assert cpu["after_idle"]["total"]["count"] == 3


def test_bench_waits_for_the_buckets_and_names_them(bench):
    _, cpu = measured(bench("--runs", 1, "--device", "cpu", "--buckets", "5,10", "--lengths", "2,8", "--json"))
    assert [(row["bucket"], row["detours"]) for row in cpu["recordings"]] == [(5, []), (10, [])]


def test_bench_names_a_missing_device_and_measures_the_others(bench):
    result = bench("--runs", 1, "--compare", "npu,cpu", "--json", GOOD)
    report, npu = measured(result)
    assert npu["name"] == "npu" and npu["error"].startswith("there is no NPU here") and npu["proof"] is None
    assert report["backends"][1]["error"] is None
    text = bench("--runs", 1, "--compare", "npu,cpu", GOOD).stdout
    assert "\nNot measured: npu: there is no NPU here" in text


def test_bench_with_missing_devices_only_fails(bench):
    assert_refused(bench("--device", "npu", GOOD), "there is no NPU here")
    result = bench("--compare", "npu", GOOD)
    assert_refused(result, "there is no NPU here")
    assert result.stdout == ""


def test_bench_shows_that_the_processor_replaces_the_npu(bench):
    result = bench("--runs", 1, "--device", "npu", "--fallback", "cpu", GOOD)
    assert result.returncode == 0
    assert len([line for line in result.stdout.splitlines() if "(not NPU!)" in line]) == 2


def test_bench_in_real_time_starts_its_own_server(bench):
    report, cpu = measured(bench(
        "--runs", 1, "--device", "cpu", "--realtime", "--trailing-silence", "0.5", "--json", GOOD))
    assert report["trailing_silence"] == 0.5 and cpu["recordings"] == []
    row, = cpu["realtime"]
    assert set(row) == REALTIME
    assert (row["name"], row["text"], row["inferences"]) == (str(GOOD), TEXT, {"CPU": 1})
    assert set(row["latency"]) == TIMES and row["latency"]["min"] > 0


def test_bench_in_real_time_uses_a_running_server(server):
    result = lorikeet.run(
        "bench", "--runs", 1, "--warm-up", 0, "--realtime", "--uri", server.uri, "--trailing-silence", "0", GOOD)
    assert (result.returncode, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if server.uri in line and TEXT in line]


def test_bench_without_a_server_at_the_address_fails():
    assert_refused(lorikeet.run("bench", "--realtime", "--uri", "tcp://127.0.0.1:9", GOOD), "nobody listens there")


@contextlib.contextmanager
def energy_counter(root, watts: int):
    """An energy counter of a package that keeps rising and wraps around at 2 kJ."""
    package = root / "sys/class/powercap/intel-rapl:0"
    package.mkdir(parents=True)
    (package / "name").write_text("package-0\n")
    (package / "max_energy_range_uj").write_text("2000000000\n")
    counter, done = package / "energy_uj", threading.Event()
    start = time.monotonic()

    def count():
        # Readers must never see an empty file.
        with counter.open("w") as file:
            while not done.is_set():
                file.seek(0)
                file.write(f"{int((time.monotonic() - start) * watts * 1e6) % 2_000_000_000:010}\n")
                file.flush()
                time.sleep(0.001)

    counter.write_text("0000000\n")
    thread = threading.Thread(target=count)
    thread.start()
    yield
    done.set()
    thread.join()


def test_bench_energy_is_measured_above_idle(bench, tmp_path):
    with energy_counter(tmp_path, 1000):
        report, cpu = measured(bench("--runs", 3, "--device", "cpu", "--idle-power", "0.2", "--json", GOOD))
    assert report["energy_unavailable"] is None and report["idle_watts"] > 0
    recording, = cpu["recordings"]
    assert recording["joules"] > 0
    assert recording["joules_above_idle"] < recording["joules"]


@pytest.mark.parametrize("files", [["missing.wav"], ["empty.wav", "missing.wav"]])
def test_bench_refuses_wrong_recordings_only(bench, tmp_path, files):
    (tmp_path / "empty.wav").write_bytes(b"")
    result = bench("--device", "cpu", *(tmp_path / file for file in files))
    assert (result.returncode, result.stdout) == (1, "")
    assert [line.split(": ")[1] for line in result.stderr.splitlines()] == [str(tmp_path / file) for file in files]


def test_bench_measures_good_recordings_beside_a_wrong_one(bench, tmp_path):
    result = bench("--runs", 1, "--device", "cpu", "--json", tmp_path / "missing.wav", GOOD)
    assert_refused(result, tmp_path / "missing.wav")
    assert len(json.loads(result.stdout)["backends"][0]["recordings"]) == 1


@pytest.mark.parametrize("options", [
    ["--runs", "0"], ["--warm-up", "-1"], ["--compare", "cpu,tpu"], ["--compare", "cpu,cpu"], ["--compare", "auto"],
    ["--compare", "cpu", "--device", "cpu"], ["--lengths", "2,x"], ["--lengths", "2", GOOD], ["--idle", "nan"],
    ["--uri", "tcp://127.0.0.1:9"], ["--uri", "tcp://127.0.0.1:9", "--realtime", "--compare", "cpu"],
    ["--uri", "tcp://127.0.0.1:9", "--realtime", "--device", "cpu"], ["--realtime", "--idle", "1"],
    ["--trailing-silence", "-1"],
], ids=lambda options: " ".join(map(str, options[:4])))
def test_bench_with_wrong_options_is_wrong_usage(options):
    result = lorikeet.run("bench", *options)
    assert (result.returncode, result.stdout) == (USAGE, "")


def traps(process, number: signal.Signals) -> bool:
    """True if the process handles, ignores or blocks a signal."""
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("SigBlk", "SigIgn", "SigCgt"))]
    return any(mask >> (number - 1) & 1 for mask in masks)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_measurement_prints_no_table(data_dir, number):
    process = subprocess.Popen(
        [lorikeet.BINARY, "bench", "--data-dir", data_dir, "--device", "cpu", "--idle", "3600", GOOD],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=lorikeet.ENVIRONMENT, text=True)
    while not traps(process, signal.SIGTERM):
        assert process.poll() is None
        time.sleep(0.01)
    time.sleep(0.1)  # SIGINT comes right behind
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)
    assert (process.returncode, stdout, stderr) == (1, "", "lorikeet: interrupted\n")
