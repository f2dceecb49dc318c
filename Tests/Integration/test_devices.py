"""The choice of devices, as far as a machine with only a processor can test it."""
import json

import pytest

import lorikeet
from lorikeet import AUDIO

GOOD = AUDIO / "en-01.wav"
TEXT = "Open the garden blinds."


def refused(*options: str) -> str:
    result = lorikeet.run("transcribe", *options, GOOD)
    assert (result.returncode, result.stdout) == (1, ""), result.stderr
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize("device", ["npu", "gpu"])
def test_a_missing_device_is_refused_with_a_remedy(device):
    line = refused("--device", device)
    assert f"there is no {device.upper()} here, only CPU" in line
    assert "--fallback cpu" in line
    if device == "npu":
        assert "Why: " in line  # the doctor's finding


def test_a_missing_device_with_a_fallback_uses_the_processor_and_says_so():
    result = lorikeet.run("transcribe", "--device", "npu", "--fallback", "cpu", "--format", "json", GOOD)
    assert result.returncode == 0, result.stderr
    assert "there is no NPU; CPU is used instead" in result.stderr
    transcript = json.loads(result.stdout)
    assert (transcript["text"], transcript["device"]) == (TEXT, "CPU")


def test_the_decoder_falls_back_as_the_encoder_does():
    assert "there is no GPU here" in refused("--decoder-device", "gpu")
    result = lorikeet.run("transcribe", "--decoder-device", "gpu", "--fallback", "cpu", GOOD)
    assert (result.returncode, result.stdout.strip()) == (0, TEXT)


def test_properties_reach_openvino_and_wrong_ones_are_refused():
    result = lorikeet.run("transcribe", "--device-property", "INFERENCE_NUM_THREADS=1", GOOD)
    assert (result.returncode, result.stdout.strip()) == (0, TEXT)
    line = refused("--device-property", "TURBO=YES")
    assert "CPU has no property TURBO that can be set; it has " in line and "INFERENCE_NUM_THREADS" in line
    assert "INFERENCE_NUM_THREADS" in refused("--device-property", "INFERENCE_NUM_THREADS=many")
