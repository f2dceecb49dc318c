"""Recordings as they are uploaded: containers, rates, pieces, form parts, damage, limits, clients that leave."""
import contextlib
import functools
import io
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess

import numpy as np
import pytest
import soundfile
import soxr

from http_serving import (
    UPLOAD, RawHTTP, assert_refused, children, chunk, descriptors, form, head, heard, kept_files, names_in,
    request, upload,
    wait_for)
from lorikeet import AUDIO
from test_containers import CONTAINERS, STREAMS, forever, written

RECORDING = AUDIO / "en-03.wav"
TEXT = "Close the office door."
LONG = AUDIO / "long.flac"
SUBTYPES = ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]
CODED = [
    ("WAVEX", "PCM_16"), ("WAVEX", "PCM_24"), ("WAVEX", "FLOAT"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24"),
    *STREAMS[1:]]
FFMPEG = {
    "webm": ["-c:a", "libopus", "-f", "webm"], "mkv": ["-c:a", "libopus", "-f", "matroska"],
    "m4a": ["-c:a", "aac", "-f", "ipod"],
    "faststart.m4a": ["-c:a", "aac", "-movflags", "+faststart", "-f", "ipod"],
    "mp4": ["-c:a", "aac", "-f", "mp4"],
    "fragmented.mp4": ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"],
    "aac": ["-c:a", "aac", "-f", "adts"], "pcm.mkv": ["-c:a", "pcm_s16le", "-f", "matroska"],
}
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def encoded(recording: pathlib.Path, format: str, subtype: str, rate: int = 16_000, channels: int = 1) -> bytes:
    """A recording in another container, at another rate, with several channels."""
    samples, original = soundfile.read(recording)
    samples = np.clip(soxr.resample(samples, original, rate), -1, 1)
    file = io.BytesIO()
    soundfile.write(file, np.repeat(samples[:, None], channels, axis=1), rate, format=format, subtype=subtype)
    return file.getvalue()


@functools.cache
def repeated(format: str, subtype: str) -> bytes:
    """A recording longer than what is read ahead of a decoder."""
    samples, rate = soundfile.read(LONG)
    file = io.BytesIO()
    soundfile.write(file, np.tile(samples, 3), rate, format=format, subtype=subtype)
    return file.getvalue()


def ffmpeg(*arguments: object, data: bytes = b"") -> bytes:
    command = ["ffmpeg", "-nostdin", "-loglevel", "error", "-y", *map(str, arguments)]
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True, timeout=60).stdout


def converted(recording: pathlib.Path, kind: str, folder: pathlib.Path) -> tuple[bytes, bytes]:
    """A recording as ffmpeg writes it for phones and browsers, and the WAV that ffmpeg reads from that."""
    path, decoded = folder / f"made.{kind}", folder / "decoded.wav"
    ffmpeg("-i", recording, *FFMPEG[kind], path)
    ffmpeg("-i", path, "-c:a", "pcm_s16le", decoded)
    return path.read_bytes(), decoded.read_bytes()


def tagged(recording: bytes, size: int = 1_000_000) -> bytes:
    """An MP3 behind a tag with a large picture, and with an old tag at its end."""
    length = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + length + bytes(size) + recording + b"TAG".ljust(128)


# Containers


@pytest.mark.parametrize("subtype", SUBTYPES)
def test_wav_with_samples_of_any_kind_has_its_text(subtype, http, said):
    for name in ("en-03.wav", "es-05.wav", "es-12.wav"):
        recording = encoded(AUDIO / name, "WAV", subtype)
        assert heard(http, recording) == said.text(recording)


@pytest.mark.parametrize(["format", "subtype"], CODED)
def test_another_container_has_its_text(format, subtype, http, said):
    for name in ("en-03.wav", "es-05.wav"):
        recording = encoded(AUDIO / name, format, subtype)
        assert heard(http, recording, name=f"a.{format.lower()}") == said.text(recording)


@pytest.mark.parametrize("closed", [True, False], ids=["whole", "killed"])
@pytest.mark.parametrize("format", CONTAINERS)
def test_a_container_is_read_whether_its_length_was_filled_in_or_not(format, closed, http, tmp_path):
    assert heard(http, written(tmp_path / "a", format, closed=closed)) == TEXT


@pytest.mark.parametrize("name", ["wav", "rf64", "w64", "caf", "au"])
def test_a_container_of_unknown_length_is_read_to_its_end(name, http):
    assert heard(http, forever(name), name=f"a.{name}") == TEXT


@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
def test_wav_of_any_rate_and_any_channels_has_its_text(rate, channels, http, said):
    recording = encoded(RECORDING, "WAV", "PCM_16", rate, channels)
    assert heard(http, recording) == said.text(recording)


def test_channels_that_cancel_each_other_have_a_text(http, said):
    samples, rate = soundfile.read(RECORDING, dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, np.stack([samples, -samples], axis=1), rate, format="WAV")
    assert heard(http, file.getvalue()) == said.text(file.getvalue()) == TEXT


def test_chunks_of_a_wav_before_and_behind_its_samples_are_passed_over(http):
    pcm = soundfile.read(RECORDING, dtype="int16")[0].tobytes()
    list_chunk = b"LIST" + struct.pack("<I", 5_000) + bytes(5_000)
    odd = b"note" + struct.pack("<I", 3) + b"abc\0"
    format = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
    samples = b"data" + struct.pack("<I", len(pcm)) + pcm
    body = b"WAVE" + list_chunk + odd + format + odd + samples + list_chunk + odd
    assert heard(http, b"RIFF" + struct.pack("<I", len(body)) + body) == TEXT


@needs_ffmpeg
@pytest.mark.parametrize("kind", FFMPEG)
def test_what_phones_and_browsers_record_has_the_text_of_what_ffmpeg_reads(kind, http, said, tmp_path):
    for name in ("en-03.wav", "es-05.wav"):
        recording, decoded = converted(AUDIO / name, kind, tmp_path)
        assert heard(http, recording, name=f"a.{kind}") == said.text(decoded)
    assert children(http) == []


@needs_ffmpeg
def test_webm_as_browsers_write_it_has_no_length_and_has_its_text(http, said, tmp_path):
    recording = ffmpeg("-i", RECORDING, *FFMPEG["webm"], "-live", "1", "pipe:1")
    (tmp_path / "a.webm").write_bytes(recording)
    ffmpeg("-i", tmp_path / "a.webm", "-c:a", "pcm_s16le", tmp_path / "a.wav")
    assert heard(http, recording, name="blob") == said.text(tmp_path / "a.wav")


@needs_ffmpeg
def test_the_sound_of_a_video_is_transcribed(http, said, tmp_path):
    path = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=size=64x64:rate=5", "-i", RECORDING, "-shortest", "-c:a", "aac", path)
    ffmpeg("-i", path, "-vn", "-c:a", "pcm_s16le", tmp_path / "a.wav")
    assert heard(http, path.read_bytes(), name="a.mp4") == said.text(tmp_path / "a.wav")


@needs_ffmpeg
@pytest.mark.parametrize("kind", ["m4a", "webm"])
def test_without_ffmpeg_the_error_names_it(kind, start_http, tmp_path):
    recording, _ = converted(RECORDING, kind, tmp_path)
    with start_http(variables={"PATH": str(tmp_path)}) as server:
        assert_refused(upload(server, recording, ("model", "whisper-1"), name=f"a.{kind}"), 415, "ffmpeg")
        assert heard(server, RECORDING.read_bytes()) == TEXT


@needs_ffmpeg
def test_a_container_that_refers_to_another_file_does_not_make_ffmpeg_read_it(http, tmp_path):
    """An uploaded playlist or concatenation must not open files or addresses of the server."""
    for text in (
        f"ffconcat version 1.0\nfile {RECORDING}\n", f"#EXTM3U\n#EXTINF:2,\n{RECORDING}\n#EXT-X-ENDLIST\n",
        f"concat:{RECORDING}"):
        answer = upload(http, text.encode(), ("model", "whisper-1"), name="a.m4a")
        assert answer.status in (415, 422), answer.text


# Pieces


def text_form() -> tuple[bytes, str]:
    """A form that asks for the text of the recording, and its content type as a header."""
    fields = [("model", "whisper-1"), ("response_format", "text"), ("file", ("a.wav", RECORDING.read_bytes()))]
    body, headers = form(*fields)
    return body, f"Content-Type: {headers['Content-Type']}"


def pieces_of(data: bytes, size: int) -> list[bytes]:
    return [data[offset:offset + size] for offset in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 7, 333, 4_095, 65_537, 10**7])
def test_a_chunked_upload_in_pieces_of_any_size_has_its_text(size, http):
    body, kind = text_form()
    with RawHTTP(http) as connection:
        connection.send(head("POST", UPLOAD, kind, "Transfer-Encoding: chunked"))
        connection.send(b"".join(map(chunk, pieces_of(body, size))) + chunk(b""))
        answer = connection.answer()
    assert (answer.status, answer.text) == (200, TEXT + "\n")


def test_an_upload_in_small_packets_has_its_text(http):
    body, kind = text_form()
    first = head("POST", UPLOAD, kind, f"Content-Length: {len(body)}")
    with RawHTTP(http) as connection:
        connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces_of(first + body[:1_000], 1):
            connection.send(piece)
        for piece in pieces_of(body[1_000:-300], 1_009):
            connection.send(piece)
        for piece in pieces_of(body[-300:], 1):
            connection.send(piece)
        answer = connection.answer()
    assert (answer.status, answer.text) == (200, TEXT + "\n")


def test_the_client_that_waits_for_a_go_ahead_gets_it(http):
    body, kind = text_form()
    with RawHTTP(http) as connection:
        connection.send(head("POST", UPLOAD, kind, f"Content-Length: {len(body)}",
                             "Expect: 100-continue"))
        assert connection.socket.recv(1_000).startswith(b"HTTP/1.1 100 ")
        connection.send(body)
        assert connection.answer().text == TEXT + "\n"


@pytest.mark.parametrize(["format", "subtype"], [
    ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("AIFF", "PCM_16"), ("FLAC", "PCM_16"), ("MP3", "MPEG_LAYER_III"),
    ("tagged MP3", "MPEG_LAYER_III")])
def test_a_recording_is_recognized_while_it_arrives(format, subtype, http, said):
    recording = repeated(format.removeprefix("tagged "), subtype)
    if format == "tagged MP3":
        recording = tagged(recording)
    body, kind = form(("model", "whisper-1"), ("stream", "true"), ("file", ("a", recording)))
    lines = [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in kind.items())]
    with RawHTTP(http) as connection:
        connection.send(head("POST", UPLOAD, *lines, "Connection: close") + body[:-10_000])
        received = b""
        while b'"transcript.text.delta"' not in received:
            piece = connection.socket.recv(65_536)
            assert piece, received
            received += piece
        assert b'"transcript.text.done"' not in received
        connection.send(body[-10_000:])
        received += connection.rest()
    # Without the lengths of the chunks.
    events = re.sub(rb"(\r\n)?[0-9a-f]+\r\n", b"", received).decode()
    done, = [event for event in re.findall(r"data: (.*)", events) if "transcript.text.done" in event]
    assert json.loads(done)["text"].split() == said.text(recording).split()


@pytest.mark.parametrize("chunked", [False, True])
def test_a_recording_whose_length_is_not_known_before_its_end_is_whole(chunked, http, said):
    """Nobody tells the length of the form, or a field follows the recording."""
    recording = repeated("FLAC", "PCM_16")
    body, kind = form(("model", "whisper-1"), ("file", ("a", recording)), *([] if chunked else [("temperature", "0")]))
    pieces = iter([body[:300_000], body[300_000:]]) if chunked else body
    answer = request(http, "POST", UPLOAD, pieces, kind, chunked=chunked)
    assert answer.json()["text"].split() == said.text(recording).split()


def test_several_uploads_on_one_connection_have_their_texts(http, said):
    with RawHTTP(http) as connection:
        for name in ("en-03.wav", "es-05.wav", "en-03.wav"):
            body, kind = form(("model", "whisper-1"), ("file", (name, (AUDIO / name).read_bytes())))
            lines = [f"Content-Type: {kind['Content-Type']}", f"Content-Length: {len(body)}"]
            connection.send(head("POST", UPLOAD, *lines) + body)
            assert connection.answer().json()["text"] == said.text(AUDIO / name)


@pytest.mark.parametrize("fields",
    [[("model", "nonsense")], [("response_format", "xml")], [("prompt", "x" * 10**6)]],
    ids=["unknown model", "wrong value", "long field"])
def test_a_refused_upload_does_not_confuse_the_next_request_of_its_connection(fields, http):
    """The rest of a body that was not wanted is no request; closing the connection is as good as reading it."""
    body, kind = form(*fields, ("file", ("long.flac", LONG.read_bytes())))
    lines = [f"Content-Type: {kind['Content-Type']}", f"Content-Length: {len(body)}"]
    with RawHTTP(http) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(head("POST", UPLOAD, *lines) + body)
        first = connection.answer("POST")
        if first.headers.get("Connection", "").lower() != "close":
            connection.send(head("GET", "/v1/models"))
            second = connection.answer()
            assert second.status == 200 and second.json()["object"] == "list"


# Form parts


def by_hand(
    disposition: str, *, boundary: str = "x", quoted: bool = False, before: bytes = b"", lines: str = "",
    parameters: str = "",
) -> tuple[bytes, dict[str, str]]:
    """A form whose part with the recording has this disposition."""
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n--{boundary}\r\n'
    part += f"Content-Disposition: {disposition}\r\n{lines}\r\n"
    body = before + part.encode() + RECORDING.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    kind = f'"{boundary}"' if quoted else boundary
    return body, {"Content-Type": f"multipart/form-data; boundary={kind}{parameters}"}


@pytest.mark.parametrize("disposition", [
    'form-data; name="file"; filename="recording"',
    'form-data; name="file"; filename=""',
    'form-data; name="file"; filename="../../../etc/passwd"',
    r'form-data; name="file"; filename="a\"b;c.wav"',
    'form-data; name="file"; filename="a%22b.wav"',
    'form-data; name="file"; filename="C:\\audio\\a.wav"',
    'form-data; name="file"; filename="; name=model; x=.wav"',
    "form-data; name=file; filename=a.wav",
    "form-data; filename=a.wav; name=file",
    'FORM-DATA;NAME="file";FILENAME="a.wav"',
    """form-data; name="file"; filename="a.wav"; filename*=UTF-8''%e2%82%ac.wav""",
    'form-data; name="file"; filename="\u00f1and\u00fa \U0001f426.mp3"',
    'form-data; name="file"; filename="' + "x" * 5_000 + '.wav"',
    'form-data; filename="\u0301a\u0600"; name="file"',  # marks that join the quotes before and behind them
])
def test_the_name_of_the_file_does_not_matter(disposition, http):
    answer = request(http, "POST", UPLOAD, *by_hand(disposition))
    assert (answer.status, answer.body and answer.json().get("text")) == (200, TEXT), answer.body


@pytest.mark.parametrize("keywords", [
    {"boundary": "y" * 70}, {"boundary": "a'()+_,-./:=?b", "quoted": True},
    {"parameters": ' ; charset=utf-8', "quoted": True}, {"parameters": "; charset=utf-8"},
    {"boundary": "a b", "quoted": True},
    {"before": b"A preamble.\r\n"},
    {"before": b"\r\n"}, {"lines": "Content-Type: audio/x-anything\r\n"},
    {"lines": "Content-Transfer-Encoding: binary\r\n"},
    {"lines": "X-Unknown: 1\r\nContent-Length: 17\r\n"}], ids=str)
def test_a_form_in_another_correct_spelling_is_read(keywords, http):
    answer = request(http, "POST", UPLOAD, *by_hand('form-data; name="file"; filename="a.wav"', **keywords))
    assert (answer.status, answer.body and answer.json().get("text")) == (200, TEXT), answer.body


def test_a_recording_that_contains_the_beginnings_of_boundaries_is_whole(http, said):
    """The metadata of the WAV looks like parts of the form."""
    tricky = b"\r\n--x\r\r\n--\r\n\r\n-x--\r\n--boundary\r\n--boundar--\r\r\n" * 50
    recording = RECORDING.read_bytes() + b"LIST" + struct.pack("<I", len(tricky)) + tricky
    body, kind = form(("model", "whisper-1"), ("file", ("a.wav", recording)))
    body = body.replace(kind["Content-Type"].split("boundary=")[1].encode(), b"boundaryz")
    answer = request(http, "POST", UPLOAD, body, {"Content-Type": "multipart/form-data; boundary=boundaryz"})
    assert answer.json()["text"] == TEXT


@pytest.mark.parametrize(["fields", "status"], [
    ([("model", "whisper-1")], 400),
    ([], 400),
    ([("model", "whisper-1"), ("file", "not a recording")], 0),
    ([("model", "whisper-1"), ("file", ("a.wav", b""))], 0),
])
def test_a_form_without_a_recording_is_refused(fields, status, http):
    answer = request(http, "POST", UPLOAD, *form(*fields))
    assert_refused(answer, status or answer.status, *(["file"] if status else []))
    assert answer.status in ([status] if status else [400, 415, 422])


def test_a_form_with_two_recordings_is_not_answered_with_a_mixture(http):
    """The contract does not say which counts; a status 400, the first or the last are right."""
    files = [("file", (name, (AUDIO / name).read_bytes())) for name in ("en-03.wav", "es-05.wav")]
    fields = [("model", "whisper-1"), *files]
    answer = request(http, "POST", UPLOAD, *form(*fields))
    assert answer.status == 400 or answer.json()["text"] in (TEXT, "Cierra la ventana del pasillo.")


@pytest.mark.parametrize("kind", [
    "application/json", "application/x-www-form-urlencoded", "audio/wav", "multipart/form-data",
    "multipart/mixed; boundary=x",
    "", "multipart/form-data; boundary="])
def test_a_body_that_is_no_form_is_refused(kind, http):
    answer = request(http, "POST", UPLOAD, RECORDING.read_bytes(), {"Content-Type": kind})
    assert answer.status in (400, 415)
    assert_refused(answer, answer.status)


# Damage


@pytest.mark.parametrize(["format", "subtype"], [*((format, "PCM_16") for format in CONTAINERS), *STREAMS])
def test_a_recording_that_is_cut_off_is_refused(format, subtype, http, tmp_path):
    data = written(tmp_path / "a", format, subtype)
    answer = upload(http, data[:len(data) * 6 // 10], ("model", "whisper-1"))
    assert_refused(answer, 422)


def test_a_flac_with_garbage_in_its_middle_is_refused(http):
    data = bytearray((AUDIO / "long.flac").read_bytes())
    data[len(data) // 2:len(data) // 2 + 20_000] = np.random.default_rng(1).bytes(20_000)
    assert_refused(upload(http, bytes(data), ("model", "whisper-1"), name="a.flac"), 422)


@pytest.mark.parametrize("data", [
    b"This is a text. " * 100, b"\x89PNG\r\n\x1a\n" + bytes(500), b"%PDF-1.7\n" + bytes(500), b"MZ" + bytes(500),
    bytes(10_000), b"x", np.random.default_rng(5).bytes(50_000)],
    ids=["text", "png", "pdf", "exe", "zeros", "byte", "noise"])
def test_a_file_that_is_no_recording_is_an_unknown_format(data, http):
    assert_refused(upload(http, data, ("model", "whisper-1"), name="recording.wav"), 415)


@pytest.mark.parametrize("data",
    [b"RIFF", b"RIFF\0\0\0\0WAVE", b"fLaC", b"fLaC" + bytes(100), b"OggS", b"\0\0\0\x20ftypM4A ",
                                  b"\x1a\x45\xdf\xa3", b"ID3", b"\xff\xfb"], ids=repr)
def test_a_file_that_ends_in_its_header_is_refused(data, http):
    answer = upload(http, data, ("model", "whisper-1"))
    assert answer.status in (415, 422)
    assert_refused(answer, answer.status)


def test_a_wav_with_a_wrong_header_is_refused(http):
    good = bytearray(RECORDING.read_bytes())
    for offset, value in [(22, struct.pack("<H", 0)), (24, struct.pack("<I", 0)), (22, struct.pack("<H", 65_535)),
                          (34, struct.pack("<H", 13)), (24, struct.pack("<I", 2**32 - 1)),
                          (32, struct.pack("<H", 0)),
                          (16, struct.pack("<I", 2**31)), (20, struct.pack("<H", 0x4444))]:
        bad = bytearray(good)
        bad[offset:offset + len(value)] = value
        answer = upload(http, bytes(bad), ("model", "whisper-1"))
        assert answer.status in (200, 415, 422), (offset, value, answer.body)


def test_recordings_with_flipped_bytes_never_break_the_server(http, tmp_path):
    dice = np.random.default_rng(11)
    for format, subtype in [("WAV", "PCM_16"), *STREAMS]:
        good = written(tmp_path / "a", format, subtype)
        for _ in range(12):
            bad = bytearray(good)
            for place in dice.integers(0, min(len(bad), 400), 4):
                bad[place] = dice.integers(256)
            answer = upload(http, bytes(bad), ("model", "whisper-1"))
            assert answer.status in (200, 415, 422), (format, subtype, answer.body)


@needs_ffmpeg
@pytest.mark.parametrize("kind", ["m4a", "faststart.m4a", "webm"])
def test_what_ffmpeg_cannot_read_is_refused(kind, http, tmp_path):
    recording, _ = converted(RECORDING, kind, tmp_path)
    middle = len(recording) // 2
    broken = recording[:20] + os.urandom(middle)
    answer = upload(http, broken, ("model", "whisper-1"), name=f"a.{kind}")
    assert answer.status in (415, 422), answer.body
    assert_refused(answer, answer.status)
    assert children(http) == []


@needs_ffmpeg
def test_an_m4a_that_is_cut_off_is_refused(http, tmp_path):
    recording, _ = converted(LONG, "m4a", tmp_path)
    assert_refused(upload(http, recording[:len(recording) // 2], ("model", "whisper-1"), name="a.m4a"), 422)


# Limits


def test_a_body_beyond_the_limit_is_refused_at_its_announcement(start_http):
    with start_http("--http-max-bytes", "100000") as server:
        with RawHTTP(server) as connection:
            connection.send(head("POST", UPLOAD, "Content-Type: multipart/form-data; boundary=x",
                "Content-Length: 100001"))
            assert_refused(connection.answer(), 413, "http-max-bytes", "100000")
        assert heard(server, RECORDING.read_bytes()) == TEXT


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_beyond_the_limit_is_refused(chunked, start_http):
    body, kind = form(("model", "whisper-1"), ("file", ("a.flac", LONG.read_bytes())))
    with start_http("--http-max-bytes", "100000") as server:
        answer = request(server, "POST", UPLOAD, iter(pieces_of(body, 5_000)) if chunked else body, kind,
            chunked=chunked)
        assert_refused(answer, 413, "http-max-bytes")
        assert heard(server, RECORDING.read_bytes()) == TEXT


def test_an_upload_beyond_the_number_of_requests_waits_or_is_refused_with_a_time(start_http, said):
    """The first one is open for as long as its body does not end."""
    body, kind = form(("model", "whisper-1"), ("file", ("a.wav", RECORDING.read_bytes())))
    lines = [f"Content-Type: {kind['Content-Type']}", f"Content-Length: {len(body)}"]
    with start_http("--http-max-requests", "1") as server, RawHTTP(server) as first:
        first.send(head("POST", UPLOAD, *lines) + body[:-100])
        wait_for(lambda: request(server, "GET", "/v1/status").json()["queue"] == 1)
        refused = wait_for(lambda: (answer := upload(server, RECORDING.read_bytes())).status != 200 and answer)
        assert_refused(refused, 429, "http-max-requests")
        assert int(refused.headers["Retry-After"]) > 0
        first.send(body[-100:])
        assert first.answer().json()["text"] == TEXT
        assert heard(server, RECORDING.read_bytes()) == TEXT


# Clients that leave


def long_flac(minutes: int) -> bytes:
    """A recording that is too long to be kept in memory."""
    samples, rate = soundfile.read(LONG, dtype="int16")
    file = io.BytesIO()
    soundfile.write(file, np.tile(samples, minutes), rate, format="FLAC")
    return file.getvalue()


def half_sent(server, recording: bytes, name: str) -> RawHTTP:
    """A connection on which half of a form was sent."""
    body, kind = form(("model", "whisper-1"), ("file", (name, recording)))
    connection = RawHTTP(server)
    connection.send(head("POST", UPLOAD, f"Content-Type: {kind['Content-Type']}", f"Content-Length: {len(body)}"))
    connection.send(body[:len(body) // 2])
    return connection


def reset(connection: RawHTTP) -> None:
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.mark.parametrize("leave", [lambda connection: connection.close(), reset], ids=["close", "reset"])
def test_an_upload_is_kept_without_a_name_and_gone_with_its_client(leave, http, data_dir):
    before = names_in(data_dir)
    connection = half_sent(http, long_flac(5), "long.flac")
    wait_for(lambda: kept_files(http, data_dir))
    assert names_in(data_dir) == before
    leave(connection)
    wait_for(lambda: not kept_files(http, data_dir))
    assert names_in(data_dir) == before


@needs_ffmpeg
@pytest.mark.parametrize("leave", [lambda connection: connection.close(), reset], ids=["close", "reset"])
def test_ffmpeg_ends_with_the_client_that_leaves(leave, http, tmp_path):
    recording, _ = converted(LONG, "webm", tmp_path)
    connection = half_sent(http, recording, "long.webm")
    wait_for(lambda: children(http))
    leave(connection)
    wait_for(lambda: not children(http))


@needs_ffmpeg
def test_ffmpeg_is_given_no_file_name_and_no_descriptor_but_pipes(http, tmp_path):
    recording, _ = converted(LONG, "webm", tmp_path)
    connection = half_sent(http, recording, "long.webm")
    (child, *_) = wait_for(lambda: [number for number in children(http) if "ffmpeg" in command(number)])
    # While it starts, its loader opens libraries.
    links = [os.readlink(link) for link in pathlib.Path(f"/proc/{child}/fd").iterdir()]
    links = [link for link in links if ".so" not in pathlib.Path(link).name]
    assert all(link.startswith(("pipe:", "/dev/null", "anon_inode:", "socket:")) for link in links), links
    assert not any(link.startswith("socket:") for link in links if links.index(link) > 2), links
    options = command(child).split("\0")[1:]
    assert not any(option.startswith(("/", "http:", "file:")) for option in options), options
    connection.close()
    wait_for(lambda: not children(http))


def command(number: int) -> str:
    try:
        return pathlib.Path(f"/proc/{number}/cmdline").read_text()
    except OSError:
        return ""


@pytest.mark.parametrize("fields", [[], [("stream", "true")]], ids=["json", "stream"])
def test_clients_that_leave_in_the_midst_of_an_upload_give_their_permits_back(fields, start_http):
    """Otherwise a few clients that close their connections stop the server for all."""
    body, kind = form(("model", "whisper-1"), *fields, ("file", ("a.flac", LONG.read_bytes())))
    lines = [f"Content-Type: {kind['Content-Type']}", f"Content-Length: {len(body)}"]
    with start_http("--http-max-requests", "3", "--stall-seconds", "5") as server:
        heard(server, RECORDING.read_bytes())
        before = len(descriptors(server))
        for _ in range(6):
            with RawHTTP(server) as connection:
                connection.send(head("POST", UPLOAD, *lines) + body[:len(body) // 2])
        wait_for(lambda: len(descriptors(server)) <= before + 1)
        # A recognition that was given up ends with its current piece of audio.
        wait_for(lambda: upload(server, RECORDING.read_bytes(), ("model", "whisper-1")).status == 200)
        assert heard(server, RECORDING.read_bytes()) == TEXT


def test_an_upload_that_is_answered_leaves_no_file(http, data_dir):
    before = names_in(data_dir)
    heard(http, long_flac(5), name="long.flac")
    wait_for(lambda: not kept_files(http, data_dir))
    assert names_in(data_dir) == before


def test_memory_does_not_grow_with_the_length_of_a_recording(http, said):
    """20 minutes as WAV are 38 MB, as features 80 MB more."""
    samples = np.tile(soundfile.read(LONG, dtype="int16")[0], 20)
    file = io.BytesIO()
    soundfile.write(file, samples, 16_000, format="WAV")
    heard(http, LONG.read_bytes())
    before = peak(http)
    text = upload(http, file.getvalue(), ("model", "whisper-1"), ("response_format", "text")).text
    assert text.count("office door") >= 20 or len(text) > 10_000
    assert peak(http) - before < 60e6


def peak(server) -> int:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
