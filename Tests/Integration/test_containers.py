"""`lorikeet transcribe` on every container that stores a length: whole, without a length, cut off; files and pipes."""
import pathlib
import shlex
import struct

import pytest
import soundfile

from lorikeet import AUDIO

GOOD = AUDIO / "en-03.wav"
TEXT = "Close the office door."
CONTAINERS = ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "SVX"]
STREAMS = [("FLAC", "PCM_16"), ("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"), ("CAF", "ALAC_16")]


def written(path: pathlib.Path, format: str, subtype: str = "PCM_16", *, closed: bool = True) -> bytes:
    """The good recording in another format; not closed, as after a recorder was killed."""
    samples, rate = soundfile.read(GOOD, dtype="int16")
    with soundfile.SoundFile(path, "w", rate, 1, format=format, subtype=subtype) as file:
        for start in range(0, len(samples), 4_000):
            file.write(samples[start:start + 4_000])
        data = path.read_bytes()
    return path.read_bytes() if closed else data


def forever(name: str) -> bytes:
    """A header of WAV, RF64, W64, CAF or AU as ffmpeg writes it into a pipe."""
    pcm = soundfile.read(GOOD, dtype="int16")[0]
    little, big = pcm.astype("<i2").tobytes(), pcm.astype(">i2").tobytes()
    format = struct.pack("<HHIIHH", 1, 1, 16_000, 32_000, 2, 16)
    guid = bytes.fromhex("f3acd3118cd100c04f8edb8a")
    riff = b"WAVE%sfmt \x10\0\0\0" + format + b"data\xff\xff\xff\xff" + little
    return {
        "wav": b"RIFF\xff\xff\xff\xff" + riff.replace(b"%s", b"", 1),
        "rf64": b"RF64\xff\xff\xff\xff" + riff.replace(b"%s", b"ds64\x1c\0\0\0" + bytes(28), 1),
        "w64": b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000") + b"\xff" * 8 + b"wave" + guid + b"fmt " + guid
               + struct.pack("<Q", 40) + format + b"data" + guid + b"\xff" * 7 + b"\x7f" + little,
        "caf": b"caff\0\x01\0\0desc" + struct.pack(">Qd4sIIIII", 32, 16_000, b"lpcm", 0, 2, 1, 1, 16)
               + b"data" + b"\xff" * 8 + bytes(4) + big,
        "au": b".snd" + struct.pack(">IIIII", 24, 0xFFFFFFFF, 3, 16_000, 1) + big,
    }[name]


def test_no_complete_recording_has_an_empty_text(tmp_path, transcribe):
    paths = []
    for format in CONTAINERS:
        for closed in (True, False):
            paths.append(tmp_path / f"{format}-{'whole' if closed else 'killed'}")
            data = written(paths[-1], format, closed=closed)
            paths[-1].write_bytes(data)
    for format, subtype in STREAMS:
        paths.append(tmp_path / f"{format}-{subtype}")
        written(paths[-1], format, subtype)
    for name in ("wav", "rf64", "w64", "caf", "au"):
        paths.append(tmp_path / f"{name}-streamed")
        paths[-1].write_bytes(forever(name))
    results = {pathlib.Path(result["file"]).name: result["text"] for result in transcribe.json(*paths)}
    assert results == {path.name: TEXT for path in paths}


@pytest.mark.parametrize("name", ["rf64", "w64", "caf", "au"])
def test_a_container_streamed_into_standard_input_is_transcribed(name, transcribe):
    (result,) = transcribe.json("-", stdin=forever(name))
    assert result["text"] == TEXT


def test_mp3_behind_junk_on_standard_input_is_transcribed(tmp_path, transcribe):
    junk = bytes(range(1, 250)) * 20
    result = transcribe("--quiet", "-", stdin=junk + written(tmp_path / "a", "MP3", "MPEG_LAYER_III"))
    assert (result.stdout, result.stderr) == (TEXT + "\n", "")


def test_no_truncated_recording_passes_as_complete(tmp_path, transcribe):
    paths = []
    for format, subtype in [*((format, "PCM_16") for format in CONTAINERS), *STREAMS]:
        paths.append(tmp_path / f"{format}-{subtype}")
        data = written(paths[-1], format, subtype)
        paths[-1].write_bytes(data[:len(data) * 6 // 10])
    result = transcribe("--quiet", *paths)
    assert (result.returncode, result.stdout) == (1, "")
    for line, path in zip(result.stderr.splitlines(), paths, strict=True):
        assert line.startswith(f"lorikeet: {path}: ")
        assert "cut off" in line or "FLAC" in path.name and "cannot be decoded" in line


@pytest.mark.parametrize(("format", "subtype"), [("AIFF", "PCM_16"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")])
def test_truncated_standard_input_is_reported(format, subtype, tmp_path, transcribe):
    data = written(tmp_path / "a", format, subtype)
    result = transcribe("-", stdin=data[:len(data) * 6 // 10])
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("lorikeet: standard input: is cut off: ")
    assert len(result.stderr.splitlines()) == 1


def test_chained_ogg_streams_are_read_to_the_end(tmp_path, transcribe):
    path = tmp_path / "radio.ogg"
    path.write_bytes(written(tmp_path / "a", "OGG", "VORBIS") * 2)
    (result,) = transcribe.json(path)
    assert result["text"].split() == (TEXT + " " + TEXT).split()


def test_damaged_mp3_prints_nothing_but_the_text(tmp_path, transcribe):
    data = bytearray(written(tmp_path / "a", "MP3", "MPEG_LAYER_III"))
    for index in range(len(data) // 2, len(data) // 2 + 400):
        data[index] = 0x55
    path = tmp_path / "damaged.mp3"
    path.write_bytes(data)
    result = transcribe(path)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", ["voice memo.m4a", "-note.webm"])
def test_the_suggested_conversion_command_runs_in_a_shell(name, tmp_path, transcribe):
    start = bytes.fromhex("1a45dfa39f428284") + b"webm" if "webm" in name else b"\0\0\0 ftypM4A "
    (tmp_path / name).write_bytes(start + bytes(1_000))
    result = transcribe(tmp_path / name)
    assert result.returncode == 1
    command = result.stderr.rstrip("\n").split("convert it with: ")[1]
    wav = (tmp_path / name).with_suffix(".wav")
    assert shlex.split(command) == ["ffmpeg", "-i", str(tmp_path / name), str(wav)]
