"""`lorikeet doctor`: the machine's devices, their state, and remedies."""
import pytest

import lorikeet
from doctor import doctor, examined
from lorikeet import USAGE


@pytest.fixture
def arrow_lake(tmp_path):
    """The root folder of a machine with an NPU, without its kernel module."""
    root = tmp_path / "root"
    device = root / "sys/bus/pci/devices/0000:00:0b.0"
    device.mkdir(parents=True)
    for name, value in [("vendor", "0x8086"), ("device", "0xad1d"), ("class", "0x120000")]:
        (device / name).write_text(value + "\n")
    return root


def test_doctor_reports_machine_devices_self_test_and_data(tmp_path):
    # A root without Intel devices, so that the result does not depend on this machine.
    result = doctor("--data-dir", tmp_path, "--root", tmp_path)
    assert result.returncode == 0, result.stdout
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    titles = [line for line in lines if line and not line.startswith(" ")]
    assert titles[0].startswith("lorikeet ")
    assert titles[1:-1] == ["Machine", "NPU", "GPU", "OpenVINO", "Self-test", "Data"]
    rows = {line.split()[1]: line for line in lines if line.startswith("  ")}
    assert "'Open the garden blinds.' in " in rows["CPU"]
    assert str(tmp_path) in rows["directory"]


def test_doctor_json_has_every_key(tmp_path):
    status, report, findings = examined("--data-dir", tmp_path, "--root", tmp_path)
    assert status == 0
    assert set(report) == {"version", "verdict", "findings", "openvino", "self_tests", "data"}
    assert report["verdict"] in ("ok", "warning")
    for finding in findings.values():
        assert set(finding) == {"subject", "check", "verdict", "text", "remedy"}
        assert finding["verdict"] in ("ok", "note", "warning", "error")
    cpu = next(device for device in report["openvino"]["devices"] if device["name"] == "CPU")
    assert set(cpu) == {"name", "full_name", "capabilities", "driver_version"}
    assert "FP32" in cpu["capabilities"]
    test = next(test for test in report["self_tests"] if test["device"] == "CPU")
    assert test["passed"] and test["text"] == "Open the garden blinds." and test["executed_on"] == "CPU"
    assert test["seconds"] > 0 and test["error"] is None
    assert report["data"]["path"] == str(tmp_path) and report["data"]["free_bytes"] > 0


def test_doctor_names_a_problem_with_its_remedy(arrow_lake, tmp_path):
    status, report, findings = examined("--root", arrow_lake, "--data-dir", tmp_path)
    assert status == 1 and report["verdict"] == "error"
    module = findings["npu", "module"]
    assert module["verdict"] == "error" and module["remedy"] == "sudo modprobe intel_vpu"
    result = doctor("--root", arrow_lake, "--data-dir", tmp_path)
    assert result.returncode == 1
    assert "→ sudo modprobe intel_vpu" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("below", ["", "/a/b"])
def test_doctor_reports_an_unusable_data_directory_as_an_error(tmp_path, below):
    file = tmp_path / "file"
    file.write_text("")
    status, _, findings = examined("--data-dir", f"{file}{below}", "--root", tmp_path)
    assert status == 1
    assert findings["data", "directory"]["verdict"] == "error"
    assert f"{file}: it is not a directory" in findings["data", "directory"]["text"]


def test_doctor_accepts_a_missing_data_directory_and_does_not_create_it(tmp_path):
    status, report, findings = examined("--data-dir", tmp_path / "a/b", "--root", tmp_path)
    assert status == 0
    assert findings["data", "directory"]["verdict"] in ("ok", "warning")
    assert report["data"]["free_bytes"] > 0
    assert not (tmp_path / "a").exists()


def test_doctor_lists_compiled_networks_and_notes_outdated_ones(tmp_path):
    lorikeet.run("transcribe", "--data-dir", tmp_path, lorikeet.AUDIO / "en-01.wav")
    other = next((tmp_path / "compiled").glob("builtin-CPU-encoder-*"))
    for blob in other.glob("*.blob"):
        blob.write_bytes(bytes(1000))
    _, report, findings = examined("--data-dir", tmp_path, "--root", tmp_path)
    compiled = {network["name"]: network["bytes"] for network in report["data"]["compiled"]}
    assert compiled.keys() == {
        "builtin, " + name for name in ("encoder", "encoder projection", "prediction network", "joint network")
    }
    assert compiled["builtin, encoder"] > 1_000_000
    notes = [finding for finding in report["findings"] if finding["remedy"] == f"rm -r '{other}'"]
    assert len(notes) == 1 and notes[0]["verdict"] == "note"


def test_doctor_warns_of_an_incomplete_model(tmp_path):
    (tmp_path / "models/parakeet-tdt-0.6b-v3").mkdir(parents=True)
    status, report, findings = examined("--data-dir", tmp_path, "--root", tmp_path)
    assert status == 0 and report["verdict"] == "warning"
    assert findings["data", "model"]["verdict"] == "warning"
    assert findings["data", "model"]["remedy"] == "lorikeet models pull parakeet-tdt-0.6b-v3"


def test_doctor_help_hides_the_root_option():
    assert "--root" not in doctor("--help").stdout
    assert doctor("--device", "cpu").returncode == USAGE
