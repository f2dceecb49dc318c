"""Lorikeet on an NPU: OpenVINO's own plugin on a simulated driver, which can fail in every way."""
import asyncio
import datetime
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest
from wyoming.event import Event

import home_assistant
import lorikeet
import npu
from conversation import SECONDS, TEXTS, audio, converse
from lorikeet import AUDIO
from npu import GOOD, TEXT, Simulator, wait_for

STATUS = Event("lorikeet-status")
# Generous, for slow machines, and far below the length of a hang.
BOUND = 12
DRIVER = 1774500000
EIGHT_BIT_TEXTS = {
    "en-02.wav": "Resume the music in the living room.",
    "en-05.wav": "Add tomatoes and water to the shopping list.",
}
FAULTS_OF_RUNS = {
    "lost": "DEVICE_LOST",
    "refused": "zeCommandQueueExecuteCommandLists",
    "nan": "answered with NaN",
}
FAULTS_AT_START = {
    **FAULTS_OF_RUNS,
    "zeros": "the self-test recognized ''",
    'compile="no such layer"': "no such layer",
    "memory": "OUT_OF_DEVICE_MEMORY",
}


@pytest.fixture(scope="module")
def data(npu_library, tmp_path_factory) -> pathlib.Path:
    """A data directory with the compiled networks; for tests whose result does not depend on them."""
    folder = tmp_path_factory.mktemp("npu-data")
    simulator = Simulator(tmp_path_factory.mktemp("npu"), folder)
    result = simulator.transcribe("--decoder-device", "npu")
    assert (result.returncode, result.stdout) == (0, TEXT + "\n"), result.stderr
    return folder


@pytest.fixture
def simulator(tmp_path, data):
    """A simulated NPU without faults, and compiled networks of its own."""
    own = tmp_path / "data"
    shutil.copytree(data, own)
    return Simulator(tmp_path, own)


@pytest.fixture
def fresh(tmp_path, npu_library):
    """The same without compiled networks."""
    return Simulator(tmp_path, tmp_path / "data")


def transcript(result) -> dict:
    assert result.returncode == 0, result.stderr
    line, = result.stdout.splitlines()
    return json.loads(line)


def error(result) -> str:
    """The only line of a command that fails."""
    assert (result.returncode, result.stdout) == (1, ""), result
    line, = result.stderr.splitlines()
    return line


# Without faults


def test_encoder_and_decoder_run_on_the_npu(simulator):
    found = transcript(simulator.transcribe("--decoder-device", "npu", "--format", "json"))
    assert (found["text"], found["device"], found["detour"]) == (TEXT, "NPU", None)
    # The encoder's own runs: two warm-ups, two of the self-test and one. The decoder runs for each token.
    assert simulator.counts()["run"] > 5 + len(found["tokens"])


def test_a_first_start_compiles_and_a_second_one_only_reads(fresh):
    first = transcript(fresh.transcribe("--decoder-device", "npu", "--format", "json"))
    # The encoder and the two networks of the decoder. The self-test reads what was just compiled.
    assert fresh.counts()["compile"] == 3
    fresh.forget()
    second = transcript(fresh.transcribe("--decoder-device", "npu", "--format", "json"))
    assert fresh.counts()["compile"] == 0 and fresh.counts()["import"] >= 3
    assert (first["text"], first["from_cache"]) == (TEXT, False)
    assert (second["text"], second["from_cache"]) == (TEXT, True)


def test_bench_names_the_npu_as_the_executing_device(simulator):
    result = simulator.run(
        "bench", "--data-dir", simulator.data, "--warm-up", 0, "--runs", 1, "--device", "npu", "--buckets", "5",
        "--idle", "0.1", "--json", GOOD)
    assert result.returncode == 0, result.stderr
    backend = json.loads(result.stdout)["backends"][0]
    assert backend["recordings"][0]["device"] == "NPU"
    assert simulator.counts()["run"] > 0


def test_doctor_reports_that_the_npu_passes_its_self_test(simulator):
    result = simulator.doctor("--json")
    assert result.returncode == 0, result.stdout
    report = json.loads(result.stdout)
    device = next(device for device in report["openvino"]["devices"] if device["name"] == "NPU")
    assert "simulated" in device["full_name"] and "EXPORT_IMPORT" in device["capabilities"]
    test = next(test for test in report["self_tests"] if test["device"] == "NPU")
    assert (test["passed"], test["text"], test["executed_on"]) == (True, TEXT, "NPU")


@pytest.mark.parametrize("words", ["extension=1.5", "extension=1.11", "device=0x643E", "device=0xB03E"])
def test_older_drivers_and_newer_npus_work(fresh, words):
    fresh.faults(words)
    found = transcript(fresh.transcribe("--format", "json"))
    assert (found["text"], found["device"]) == (TEXT, "NPU")


def test_a_slow_npu_is_waited_for(simulator):
    simulator.faults("slow=300")
    found = transcript(simulator.transcribe("--format", "json", "--fallback", "cpu"))
    assert (found["text"], found["device"], found["detour"]) == (TEXT, "NPU", None)


# Faults at the start


@pytest.mark.parametrize("words", FAULTS_AT_START)
def test_an_npu_that_fails_at_start_ends_the_command_with_the_reason(simulator, words):
    simulator.faults(words)
    result = simulator.transcribe("--no-cache")
    assert (result.returncode, result.stdout) == (1, "")
    assert FAULTS_AT_START[words] in result.stderr


@pytest.mark.parametrize("words", FAULTS_AT_START)
def test_an_npu_that_fails_at_start_is_replaced_by_the_processor_if_that_is_allowed(simulator, words):
    simulator.faults(words)
    result = simulator.transcribe("--no-cache", "--fallback", "cpu", "--format", "json")
    found = transcript(result)
    assert (found["text"], found["device"]) == (TEXT, "CPU")
    assert FAULTS_AT_START[words] in result.stderr and FAULTS_AT_START[words] in found["detour"]


def test_an_absent_npu_is_refused_with_the_way_out(simulator):
    simulator.faults("absent")
    line = error(simulator.transcribe())
    assert "there is no NPU here" in line and "--fallback cpu" in line


def test_an_absent_npu_is_not_chosen(simulator):
    simulator.faults("absent")
    found = transcript(simulator.run(
        "transcribe", "--device", "auto", "--data-dir", simulator.data, "--format", "json", GOOD))
    assert (found["text"], found["device"]) == (TEXT, "CPU")


# The cache


def assert_compiles_again_and_then_reads(simulator: Simulator) -> None:
    simulator.forget()
    found = transcript(simulator.transcribe("--format", "json"))
    assert (found["text"], found["device"]) == (TEXT, "NPU")
    assert simulator.counts()["compile"] >= 1
    simulator.faults()
    simulator.forget()
    assert transcript(simulator.transcribe("--format", "json"))["from_cache"] is True
    assert simulator.counts()["compile"] == 0


def test_a_damaged_compiled_network_is_compiled_again(simulator):
    folder, = simulator.folders("encoder-500")
    blob, = folder.glob("*.blob")
    before = blob.stat()
    blob.chmod(0o644)
    with blob.open("r+b") as file:
        file.seek(before.st_size // 2)
        file.write(b"damaged!")
    os.utime(blob, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert_compiles_again_and_then_reads(simulator)


def test_a_compiled_network_that_the_driver_refuses_is_compiled_again(simulator):
    simulator.faults("import")
    assert_compiles_again_and_then_reads(simulator)


def test_another_driver_does_not_get_compiled_networks_of_the_former(simulator):
    simulator.faults(f"driver={DRIVER + 86400}")
    found = transcript(simulator.transcribe("--format", "json"))
    assert (found["text"], found["from_cache"]) == (TEXT, False)
    assert simulator.counts()["compile"] == 1


# Faults while a server runs


@pytest.fixture(scope="module")
def server_on_npu(tmp_path_factory, data):
    """A server with encoder and decoder on the NPU, and its simulator. A test leaves both without faults."""
    simulator = Simulator(tmp_path_factory.mktemp("npu-server"), data)
    with simulator.serve(
        "--device", "npu", "--decoder-device", "npu", "--fallback", "cpu", "--inference-seconds", "2",
    ) as server:
        server.simulator = simulator
        wait_for(lambda: state(server) == "working", server.messages)
        yield server
        assert server.process.poll() is None, f"the server has died:\n{server.messages()}"
        assert server.stop() == 0, server.messages()


def state(server) -> str | None:
    """The state of the NPU as the server tells it; nothing before it has looked for devices."""
    async def ask():
        async with home_assistant.client(server.port) as connection:
            await connection.write_event(STATUS)
            return (await connection.read_event()).data["devices"]

    return next((device["state"] for device in converse(ask()) if device["name"] == "NPU"), None)


def losses(server) -> int:
    """The losses of encoder and decoder, each of which is lost and comes back on its own."""
    return sum(" warning " in line and (" is lost: " in line or " cannot be used: " in line) for line in list(server.log))


def returns(server) -> int:
    return sum(line.endswith(" is back\n") for line in list(server.log))


def transcribe(server, name: str) -> tuple[str, str]:
    """The transcript, and the server's log line about it."""
    def lines() -> list[str]:
        return [line for line in list(server.log) if " info utterance " in line]

    before = len(lines())
    text, _ = converse(home_assistant.transcribe(server.port, audio(name), language=name[:2]))
    wait_for(lambda: len(lines()) > before, server.messages)
    return text, lines()[-1]


def assert_npu_comes_back(server, simulator: Simulator) -> None:
    """Ends the faults, and checks that the NPU is used again."""
    simulator.faults()
    wait_for(lambda: returns(server) == losses(server), server.messages)
    simulator.forget()
    text, line = transcribe(server, GOOD.name)
    assert text == TEXT and "device=NPU" in line
    assert simulator.counts()["run"] > 0


def assert_five_clients_lose_no_transcript(server, simulator: Simulator, words: str) -> None:
    """Lets five clients speak, and the NPU fail while they do."""
    async def conversation():
        speakers = [
            asyncio.create_task(home_assistant.transcribe(
                server.port, audio(name), language=name[:2], real_time=True))
            for name in TEXTS]
        await asyncio.sleep(1)
        simulator.faults(words)
        return [await speaker for speaker in speakers]

    before = losses(server)
    # `converse` ends it long before a hang does.
    assert [text for text, _ in converse(conversation())] == list(TEXTS.values())
    assert losses(server) > before


@pytest.mark.parametrize("name", TEXTS)
def test_a_recording_has_the_text_on_the_npu_that_it_has_on_the_processor(server_on_npu, name):
    text, line = transcribe(server_on_npu, name)
    assert text == TEXTS[name] and "device=NPU" in line


@pytest.mark.parametrize("words", ["lost after=3", "refused", "hang=600"])
def test_five_clients_who_speak_while_the_npu_fails_lose_no_transcript_and_it_comes_back(server_on_npu, words):
    assert_five_clients_lose_no_transcript(server_on_npu, server_on_npu.simulator, words)
    assert_npu_comes_back(server_on_npu, server_on_npu.simulator)


def test_five_clients_who_speak_while_the_encoder_answers_with_nan_lose_no_transcript_and_it_comes_back(simulator):
    with simulator.serve("--device", "npu", "--fallback", "cpu") as server:
        wait_for(lambda: state(server) == "working", server.messages)
        assert_five_clients_lose_no_transcript(server, simulator, "nan")
        assert_npu_comes_back(server, simulator)


@pytest.mark.parametrize("words", ["compile", "zeros"])
def test_a_server_whose_npu_fails_at_start_answers_and_uses_it_when_it_works(simulator, words):
    simulator.faults(words)
    with simulator.serve("--device", "npu", "--fallback", "cpu", "--no-cache") as server:
        assert transcribe(server, GOOD.name)[0] == TEXT
        wait_for(lambda: state(server) == "lost", server.messages)
        assert_npu_comes_back(server, simulator)


def test_a_server_ends_at_once_while_the_npu_hangs(simulator):
    with simulator.serve("--device", "npu", "--fallback", "cpu", "--inference-seconds", "1") as server:
        wait_for(lambda: state(server) == "working", server.messages)
        simulator.faults("hang=600")
        assert transcribe(server, GOOD.name)[0] == TEXT
        assert server.stop() == 0, server.messages()


def test_an_npu_that_becomes_absent_is_replaced_at_the_next_start(simulator):
    simulator.faults("absent")
    with simulator.serve("--device", "npu", "--fallback", "cpu") as server:
        assert transcribe(server, GOOD.name)[0] == TEXT
        assert "there is no NPU; CPU is used instead" in server.messages()


# What the simulation has shown


@pytest.mark.parametrize("device", ["cpu", "npu"])
@pytest.mark.parametrize("name, text", EIGHT_BIT_TEXTS.items())
def test_fault_1_weights_in_eight_bits_give_the_right_words_in_a_bucket(simulator, device, name, text):
    result = simulator.run(
        "transcribe", "--device", device, "--precision", "int8", "--buckets", "5", "--data-dir", simulator.data,
        AUDIO / name)
    assert (result.returncode, result.stdout) == (0, text + "\n"), result.stderr


# In the encoder's first run, which is its warm-up, and in the self-test's.
@pytest.mark.parametrize("runs", [0, 1])
def test_fault_2_a_hang_in_a_first_run_counts_as_any_other(simulator, runs):
    simulator.faults("hang=600", f"after={runs}")
    result = simulator.transcribe(
        "--fallback", "cpu", "--inference-seconds", "2", "--format", "json", seconds=BOUND)
    found = transcript(result)
    assert (found["text"], found["device"]) == (TEXT, "CPU")
    assert "has not answered within 2.0 s" in result.stderr


def test_fault_3_doctor_says_that_the_npu_hangs(simulator, tmp_path):
    simulator.faults("hang=600")
    (tmp_path / "root").mkdir()
    with subprocess.Popen(
        [simulator.program, "doctor", "--data-dir", simulator.data, "--root", tmp_path / "root"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
        env=lorikeet.ENVIRONMENT,
    ) as process:
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")), daemon=True)
        reader.start()
        try:
            reader.join(BOUND)
            # What is known without the NPU comes first.
            assert "Machine\n" in lines, lines
            assert process.wait(4 * BOUND) == 1
        finally:
            process.kill()
            reader.join()
    line, = (line for line in lines if line.split()[:2] == ["error", "NPU"])
    assert "hangs" in line


@pytest.mark.parametrize("has_folder", [False, True])
def test_fault_4_a_refused_compilation_is_attempted_once(simulator, has_folder):
    if not has_folder:
        shutil.rmtree(simulator.data)
    simulator.faults("compile", "import")
    found = transcript(simulator.transcribe("--fallback", "cpu", "--format", "json"))
    assert (found["text"], found["device"]) == (TEXT, "CPU")
    assert simulator.counts()["compile"] == 1


def test_fault_5_an_update_of_the_driver_removes_what_was_compiled_with_the_former(simulator):
    before = simulator.folders("encoder-500")
    simulator.faults(f"driver={DRIVER + 86400}")
    transcript(simulator.transcribe("--format", "json"))
    after = simulator.folders("encoder-500")
    assert len(after) == 1 and after != before


def test_fault_6_f32_on_the_npu_is_refused_or_reported_as_what_ran(simulator):
    result = simulator.transcribe("--precision", "f32", "--format", "json")
    if result.returncode == 0:
        assert transcript(result)["precision"] == "f16"
    else:
        assert "does not support f32" in error(result)


def test_fault_7_a_network_that_cannot_be_exported_leaves_no_folder_and_a_notice(fresh):
    fresh.faults("export")
    for _ in range(2):
        fresh.forget()
        result = fresh.transcribe("--format", "json")
        found = transcript(result)
        assert (found["text"], found["device"], found["from_cache"]) == (TEXT, "NPU", False)
        assert len(result.stderr.splitlines()) == 1 and "is not kept" in result.stderr
        assert fresh.folders("encoder-500") == []


@pytest.mark.parametrize("words", ["lost", 'compile="no such layer"'])
def test_fault_8_a_failing_npu_is_told_in_one_line(simulator, words):
    simulator.faults(words)
    line = error(simulator.transcribe("--no-cache"))
    assert FAULTS_AT_START[words] in line


def test_fault_8_an_npu_that_never_worked_is_not_lost_and_is_named_once(simulator):
    simulator.faults('compile="no such layer"')
    line, = simulator.transcribe("--no-cache", "--fallback", "cpu").stderr.splitlines()
    assert "no such layer" in line
    assert "is lost" not in line and line.count("NPU") == 1
    assert "an action is required" not in line


def test_fault_8_a_wrong_value_of_a_property_names_property_and_value(simulator):
    line = error(simulator.transcribe("--device-property", "NPU_TURBO=maybe"))
    assert "NPU_TURBO" in line and "maybe" in line
    assert "is lost" not in line and "doctor" not in line and "Exception from" not in line


def test_fault_8_doctor_advises_an_update_of_a_driver_that_is_too_old(simulator):
    simulator.faults("extension=1.4")
    result = simulator.doctor("--json")
    assert result.returncode == 1, result.stdout
    remedies = [finding["remedy"] or "" for finding in json.loads(result.stdout)["findings"]]
    assert any("update the NPU driver" in remedy for remedy in remedies), remedies
    assert "update the NPU driver" in simulator.transcribe().stderr


def test_fault_9_a_read_only_property_is_refused(simulator):
    line = error(simulator.transcribe("--device-property", "NPU_MAX_TILES=1"))
    assert "NPU_MAX_TILES" in line


def test_fault_9_a_read_only_property_is_not_offered(simulator):
    line = error(simulator.transcribe("--device-property", "TURBO=YES"))
    assert "NPU has no property TURBO" in line and "NPU_TURBO" in line
    assert "AVAILABLE_DEVICES" not in line and "NPU_MAX_TILES" not in line


def test_fault_9_openvinos_log_is_not_on_standard_output(simulator):
    result = simulator.transcribe("--device-property", "LOG_LEVEL=LOG_INFO", "--format", "json")
    assert transcript(result)["text"] == TEXT


def test_fault_9_a_compiler_that_is_not_installed_is_told_clearly(simulator):
    line = error(simulator.transcribe("--device-property", "NPU_COMPILER_TYPE=PLUGIN"))
    assert "NPU_COMPILER_TYPE" in line and "PLUGIN" in line
    assert "Exception from" not in line and "cannot open shared object file" not in line


def test_fault_10_doctor_shows_the_number_of_the_driver_as_a_date(simulator):
    day = datetime.datetime.fromtimestamp(DRIVER, datetime.timezone.utc).date().isoformat()
    line, = (line for line in simulator.doctor().stdout.splitlines() if "driver" in line and "simulated" in line)
    assert day in line


# Fault 11, memory that is counted twice, cannot be told from outside: the driver's and the process's grow together.


def machine_with_npu(root: pathlib.Path, loader: str) -> pathlib.Path:
    """A root folder of a machine with an NPU and a complete driver. Returns the folder of its libraries."""
    files = {
        "sys/bus/pci/devices/0000:00:0b.0/vendor": "0x8086",
        "sys/bus/pci/devices/0000:00:0b.0/device": "0x7d1d",
        "sys/bus/pci/devices/0000:00:0b.0/class": "0x120000",
        "proc/modules": "intel_vpu 1 0 - Live 0x0",
        "dev/accel/accel0": "",
        "usr/lib/x86_64-linux-gnu/libze_intel_npu.so.1.39.1": "",
        "usr/lib/x86_64-linux-gnu/libnpu_driver_compiler.so": "",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    libraries = root / "usr/lib/x86_64-linux-gnu"
    (libraries / "libze_intel_npu.so.1").symlink_to("libze_intel_npu.so.1.39.1")
    shutil.copy(npu.OLD_LOADER / "libze_loader.so.1", libraries / loader)
    if loader != "libze_loader.so.1":
        (libraries / "libze_loader.so.1").symlink_to(loader)
    return libraries


@pytest.mark.parametrize(
    "loader", ["libze_loader.so.1.8.12", "libze_loader.so.1"], ids=["Debian 12's", "unknown version"])
def test_fault_12_a_loader_that_lacks_functions_is_named_too_old(npu_library, tmp_path, loader):
    root = tmp_path / "root"
    simulator = Simulator(tmp_path, tmp_path / "data", machine_with_npu(root, loader))
    result = simulator.run("doctor", "--data-dir", simulator.data, "--root", root, "--json")
    assert result.returncode == 1, result.stdout
    report = json.loads(result.stdout)
    assert [device["name"] for device in report["openvino"]["devices"]] == ["CPU"]
    finding = next(f for f in report["findings"] if (f["subject"], f["check"]) == ("npu", "loader"))
    assert finding["verdict"] == "error" and "too old for OpenVINO" in finding["text"] and finding["remedy"]


@pytest.mark.parametrize("words", ["nan", "zeros"])
def test_fault_13_a_decoder_that_answers_nonsense_is_replaced(simulator, words):
    simulator.faults(words)
    result = simulator.run(
        "transcribe", "--device", "cpu", "--decoder-device", "npu", "--fallback", "cpu", "--data-dir", simulator.data,
        GOOD)
    assert (result.returncode, result.stdout) == (0, TEXT + "\n")
    assert "NPU" in result.stderr
