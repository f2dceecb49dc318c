"""Devices that are asked for, as far as that can be seen where there is only a processor."""
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
def test_one_that_is_not_there_is_refused_with_what_helps(device):
    line = refused("--device", device)
    assert f"there is no {device.upper()} here, only CPU" in line
    assert "--fallback cpu" in line
    if device == "npu":
        assert "Why: " in line  # what the doctor says


def test_with_a_fallback_the_processor_works_and_says_so():
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
    assert "CPU has no property TURBO; it has " in line and "INFERENCE_NUM_THREADS" in line
    assert "INFERENCE_NUM_THREADS" in refused("--device-property", "INFERENCE_NUM_THREADS=many")
