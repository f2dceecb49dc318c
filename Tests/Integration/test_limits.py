"""Limits on lengths, waiting and connections; misbehaving clients leave nothing behind."""
import asyncio
import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import time

import numpy as np
import pytest
import soundfile
from wyoming.error import Error
from wyoming.info import Describe, Info

import lorikeet
import oracle
from conversation import STOP, TEXTS, Raw, assert_well, audio, chunks, converse, inline, send_and_receive, start
from home_assistant import client, pcm, receive_transcript
from lorikeet import AUDIO


def test_an_utterance_beyond_the_limit_is_cut_and_the_rest_discarded(start_server):
    async def conversation(port: int):
        async with client(port) as connection:
            data = audio("en-01.wav") + bytes(32_000 * 5)  # silence after the speech
            for event in [start(), *chunks(data)]:
                await connection.write_event(event)
            early = await receive_transcript(connection)
            # The connection is still open, and the rest of the utterance does no harm.
            for event in [*chunks(bytes(32_000)), STOP, start(), *chunks(audio("en-03.wav")), STOP]:
                await connection.write_event(event)
            return early, await receive_transcript(connection)

    with start_server("--max-utterance-seconds", "3") as server:
        assert converse(conversation(server.port)) == (TEXTS["en-01.wav"], TEXTS["en-03.wav"])
        assert "ended an utterance that became too long" in server.messages()


def test_a_client_that_stalls_in_an_utterance_gets_an_error_and_is_disconnected(start_server):
    async def conversation(port: int):
        async with client(port) as connection:
            for event in [start(), *chunks(audio("en-01.wav"))[:3]]:
                await connection.write_event(event)
            event = await connection.read_event()
            return Error.from_event(event).code, await connection.read_event()

    with start_server("--stall-seconds", "1") as server:
        assert converse(conversation(server.port)) == ("stalled", None)
        converse(assert_well(server.port))


def test_a_client_that_is_idle_for_long_is_dropped_and_one_that_waits_is_not(start_server):
    async def conversation(port: int):
        async with await Raw.connect(port) as connection:
            await connection.send(b'{"type":"desc')
            return (await connection.receive()).type, await connection.receive()

    with start_server("--idle-seconds", "1") as server:
        assert converse(conversation(server.port)) == ("error", None)


def test_a_client_that_does_not_read_is_dropped(start_server):
    with start_server("--stall-seconds", "1", "--idle-seconds", "1") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as greedy:
            greedy.settimeout(0.2)
            begin = time.monotonic()
            with pytest.raises(OSError):
                while time.monotonic() - begin < 20:
                    try:
                        greedy.sendall(b'{"type":"describe"}\n' * 1000)
                    except TimeoutError:
                        continue  # the server does not read on while it cannot write
        converse(assert_well(server.port))


def test_an_utterance_past_its_deadline_is_an_error_and_the_connection_closes(start_server):
    async def conversation(port: int):
        async with client(port) as connection:
            long = pcm(np.tile(oracle.samples(AUDIO / "long.flac"), 5))
            for event in [start(), *chunks(long, size=96_000), STOP]:
                await connection.write_event(event)
            event = await connection.read_event()
            return Error.from_event(event).code, await connection.read_event()

    with start_server("--deadline-seconds", "1", "--max-utterance-seconds", "3000", "--precision", "f32") as server:
        # Several at once, more work than the device can do in one second.
        async def all_at_once():
            return await asyncio.gather(*(conversation(server.port) for _ in range(6)), return_exceptions=True)

        answers = converse(all_at_once())
        assert ("deadline-exceeded", None) in answers, answers


def test_clients_beyond_the_connection_limit_are_refused(start_server):
    async def conversation(port: int):
        async with client(port) as one, client(port) as two, client(port) as three:
            for connection in (one, two):
                await connection.write_event(Describe().event())
                assert Info.is_type((await connection.read_event()).type)
            refused = await three.read_event()
            return Error.from_event(refused).code, await three.read_event()

    with start_server("--max-connections", "2") as server:
        assert converse(conversation(server.port)) == ("too-many-connections", None)
        time.sleep(0.5)  # until the server has closed both connections
        converse(assert_well(server.port))


@pytest.mark.parametrize(["option", "value", "data"], [
    ("--max-header-bytes", "1024", b'{"type":"describe","x":"' + b"y" * 2000 + b'"}\n'),
    ("--max-data-bytes", "1024", b'{"type":"describe","data_length":2000}\n' + b" " * 2000),
    ("--max-payload-bytes", "1024", b'{"type":"audio-chunk","payload_length":2000}\n' + b" " * 2000),
])
def test_length_limits_are_enforced(option, value, data, start_server):
    async def conversation(port: int):
        async with await Raw.connect(port) as connection:
            await connection.send(data)
            return (await connection.receive()).type, await connection.receive()

    with start_server(option, value) as server:
        assert converse(conversation(server.port)) == ("error", None)


@pytest.mark.parametrize(["option", "data"], [
    ("--max-header-bytes", b'{"type":"describe","x":"' + b"y" * 2000 + b'"}\n'),
    ("--max-data-bytes", b'{"type":"describe","data_length":2000}\n'),
    ("--max-payload-bytes", b'{"type":"audio-chunk","payload_length":2000}\n'),
])
def test_the_refusal_of_what_is_too_long_names_the_setting_and_its_value(option, data, start_server):
    async def conversation(port: int):
        async with await Raw.connect(port) as connection:
            await connection.send(data)
            return Error.from_event(await connection.receive()).text

    with start_server(option, "1024") as server:
        text = converse(conversation(server.port))
        assert option.removeprefix("--") in text and "1024" in text
        server.stop()
        assert text in server.messages()


def test_the_longest_payload_follows_from_the_longest_utterance(start_server):
    async def conversation(port: int):
        async with await Raw.connect(port) as connection:
            await connection.send(b'{"type":"audio-chunk","payload_length":10000000}\n')
            return Error.from_event(await connection.receive()).text

    with start_server("--max-utterance-seconds", "20") as server:
        text = converse(conversation(server.port))
    assert "payload_length is 10000000, expected 0 to 7680000" in text and "max-payload-bytes" in text


def compact_disc(name: str, before: int) -> bytes:
    """A recording as 44.1 kHz stereo after seconds of silence."""
    samples = np.concatenate([np.zeros(before * 16_000, np.float32), oracle.samples(AUDIO / name), np.zeros(16_000, np.float32)])
    times = np.arange(int(len(samples) * 44_100 / 16_000)) * (16_000 / 44_100)
    mono = np.frombuffer(pcm(np.interp(times, np.arange(len(samples)), samples).astype(np.float32)), "<i2")
    return np.repeat(mono, 2).tobytes()


@pytest.mark.parametrize("before", [0, 25, 280])
def test_a_whole_recording_in_one_chunk_is_taken(before, server):
    data = compact_disc("en-01.wav", before)
    format = {"rate": 44_100, "width": 2, "channels": 2}
    events = [start(**format), *chunks(data, **format, size=len(data)), STOP]
    assert converse(send_and_receive(server.port, *events)) == TEXTS["en-01.wav"]


def test_a_chunk_longer_than_the_longest_utterance_is_cut(start_server):
    data = audio("en-01.wav") + bytes(3_000_000)
    with start_server("--max-utterance-seconds", "3") as server:
        events = [start(), *chunks(data, size=len(data)), STOP, start(), *chunks(audio("en-03.wav")), STOP]

        async def conversation():
            async with client(server.port) as connection:
                for event in events:
                    await connection.write_event(event)
                return await receive_transcript(connection), await receive_transcript(connection)

        assert converse(conversation()) == (TEXTS["en-01.wav"], TEXTS["en-03.wav"])


def test_a_chunk_on_its_way_is_no_stalled_client(start_server):
    async def conversation(port: int):
        async with await Raw.connect(port) as connection:
            data = audio("en-01.wav") + bytes(1_000_000)
            head = inline("audio-chunk", data, rate=16_000, width=2, channels=1)
            for offset in range(0, len(head), 140_000):
                await connection.send(head[offset:offset + 140_000])
                await asyncio.sleep(0.6)
            await connection.send(inline("audio-stop"))
            while (event := await connection.receive()).type in ("transcript-start", "transcript-chunk"):
                pass
            return event.type, event.data["text"]

    with start_server("--stall-seconds", "2", "--idle-seconds", "2") as server:
        assert converse(conversation(server.port)) == ("transcript", TEXTS["en-01.wav"])


def test_payloads_that_are_announced_or_long_take_no_memory(start_server):
    async def announce(port: int, stack: contextlib.AsyncExitStack, data: bytes):
        connection = await stack.enter_async_context(await Raw.connect(port))
        await connection.send(data)

    async def conversation(server, before: int):
        async with contextlib.AsyncExitStack() as stack:
            # 4 GB announced, 360 MB of them sent: utterances that are too long, and an event that takes no payload.
            for kind in ("audio-chunk", "describe"):
                data = f'{{"type":"{kind}","payload_length":100000000}}\n'.encode() + bytes(9_000_000)
                await asyncio.gather(*(announce(server.port, stack, data) for _ in range(20)))
            await assert_well(server.port)
            assert resident(server.process) < before + 60e6

    with start_server("--max-utterance-seconds", "5", "--max-payload-bytes", "100000000") as server:
        converse(assert_well(server.port))
        asyncio.run(asyncio.wait_for(conversation(server, resident(server.process)), 120))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_lets_an_utterance_that_has_begun_end(number, start_server):
    async def conversation(server):
        async with client(server.port) as connection:
            pieces = chunks(audio("en-01.wav"))
            for event in [start(), *pieces[:5]]:
                await connection.write_event(event)
            await connection.write_event(Describe().event())
            assert Info.is_type((await connection.read_event()).type)
            server.process.send_signal(number)
            await asyncio.sleep(0.5)
            if number == signal.SIGHUP:  # a shell may pass it on, too
                server.process.send_signal(number)
            with pytest.raises(OSError):
                await asyncio.open_connection("127.0.0.1", server.port)
            for event in [*pieces[5:], STOP]:
                await connection.write_event(event)
            return await receive_transcript(connection)

    with lorikeet.hanging_up(signal.SIG_DFL):
        server = start_server()
    with server:
        assert converse(conversation(server)) == TEXTS["en-01.wav"]
        assert server.process.wait(20) == 0, server.messages()


async def begin_utterance_and_signal(connection, server) -> None:
    """The answer to `describe` proves that the server has the beginning of the utterance when the signal comes."""
    await connection.write_event(start())
    await connection.write_event(Describe().event())
    await connection.read_event()
    server.process.send_signal(signal.SIGTERM)


def test_a_second_signal_ends_the_server_at_once(start_server):
    async def conversation(server):
        async with client(server.port) as connection:
            await begin_utterance_and_signal(connection, server)
            await asyncio.sleep(0.3)
            assert server.process.poll() is None
            server.process.send_signal(signal.SIGTERM)
            return await asyncio.to_thread(server.process.wait, 5)

    with start_server() as server:
        assert converse(conversation(server)) == 1
        assert "second signal" in server.messages()


def test_an_utterance_that_never_ends_does_not_keep_the_server_from_stopping(start_server):
    async def conversation(server):
        async with client(server.port) as connection:
            await begin_utterance_and_signal(connection, server)
            return await asyncio.to_thread(server.process.wait, 15)

    with start_server("--drain-seconds", "1") as server:
        assert converse(conversation(server)) in (0, 1)


def test_an_utterance_that_ends_while_the_model_loads_waits_for_it(start_server):
    with start_server("--no-cache") as server:
        assert converse(send_and_receive(server.port, *chunks(audio("en-01.wav")), STOP)) == TEXTS["en-01.wav"]


def test_log_lines_are_json_when_asked_for(start_server):
    with start_server("--log-format", "json", "--log-transcripts") as server:
        converse(assert_well(server.port))
        server.stop()
        lines = [json.loads(line) for line in server.log]
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    utterance = next(line for line in lines if line["message"] == "utterance")
    assert utterance["text"] == TEXTS["en-01.wav"]
    assert {"model", "device", "audio_s", "encoder_ms", "decoder_ms", "total_ms"} <= utterance.keys()


# Load


def resident(process) -> int:
    """The resident bytes that belong to the process alone."""
    lines = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_"))


def descriptors(process) -> int:
    return len(os.listdir(f"/proc/{process.pid}/fd"))


async def misbehave(port: int, seed: int) -> None:
    """A client that comes, goes, stalls, resets, sends garbage or is cut off."""
    dice = random.Random(seed)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        kind = dice.randrange(7)
        whole = b"".join(inline("audio-chunk", bytes(dice.randbytes(640))) for _ in range(dice.randrange(1, 30)))
        if kind == 0:
            pass
        elif kind == 1:
            writer.write(dice.randbytes(dice.randrange(1, 5000)))
        elif kind == 2:
            writer.write(whole[:dice.randrange(len(whole))])
        elif kind == 3:
            writer.write(whole)
            await asyncio.sleep(dice.random() * 0.2)
        elif kind == 4:
            writer.write(whole + inline("audio-stop"))
        elif kind == 5:
            writer.write(b'{"type":"describe"}\n' * 50)
        else:
            writer.write(inline("audio-start", rate=44_100, width=2, channels=2) + whole + inline("audio-stop"))
            await reader.read(100)
        if dice.random() < 0.5:
            linger = writer.get_extra_info("socket")
            linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # a reset instead of a close
        writer.close()
    except OSError:
        pass


def test_two_hundred_misbehaving_connections_leave_nothing_behind(start_server):
    async def storm(port: int, seed: int):
        await asyncio.gather(*(misbehave(port, seed * 1000 + number) for number in range(200)))

    with start_server() as server:
        converse(assert_well(server.port))
        converse(storm(server.port, 0))
        time.sleep(2)
        converse(assert_well(server.port))
        before = descriptors(server.process), resident(server.process)
        for seed in range(1, 6):
            converse(storm(server.port, seed))
        time.sleep(3)
        converse(assert_well(server.port))
        assert descriptors(server.process) <= before[0] + 2
        assert resident(server.process) < before[1] * 1.25 + 20e6
        assert server.stop() == 0


# Without voice activity the encoder runs on all of them; with it, on none.
@pytest.mark.parametrize(["vad", "part"], [("off", 1), ("trim", 0.2)])
def test_memory_stays_flat_over_many_utterances_of_noise_and_silence(start_server, vad, part):
    count = int(int(os.environ.get("LORIKEET_SOAK_UTTERANCES", "10000")) * part)
    noise = pcm(np.random.default_rng(1).normal(0, 0.05, 16_000).astype(np.float32))
    utterances = [[start(), *chunks(data, size=32_000), STOP] for data in (noise, bytes(32_000))]

    async def speak(port: int, number: int):
        async with client(port) as connection:
            for index in range(number):
                for event in utterances[index % 2]:
                    await connection.write_event(event)
                await receive_transcript(connection)

    def run(port: int, number: int):
        async def all_of_them():
            await asyncio.gather(*(speak(port, number // 4) for _ in range(4)))

        asyncio.run(asyncio.wait_for(all_of_them(), 600))

    with start_server("--vad", vad) as server:
        converse(assert_well(server.port))
        run(server.port, 200)
        before = descriptors(server.process), resident(server.process)
        run(server.port, count)
        assert descriptors(server.process) <= before[0] + 2
        assert resident(server.process) < before[1] * 1.1 + 10e6


# The network of dynamic shape keeps data for each length that it has seen. With --vad off these are the lengths of the
# audio, and none occurs twice; otherwise they are those of windows, which are few.
@pytest.mark.parametrize(["vad", "room"], [("off", 150e6), ("trim", 250e6)])
def test_memory_does_not_grow_with_every_new_length_of_audio(start_server, vad, room):
    dice = random.Random(7)
    signal, _ = soundfile.read(AUDIO / "long.flac", dtype="int16")
    audio = signal.tobytes()

    async def speak(port: int, count: int):
        async with client(port) as connection:
            for _ in range(count):
                length = dice.randrange(16_000, 29 * 16_000)
                begin = dice.randrange(len(signal) - length)
                for event in [start(), *chunks(audio[2 * begin:2 * (begin + length)], size=64_000), STOP]:
                    await connection.write_event(event)
                await receive_transcript(connection)

    with start_server("--vad", vad, "--precision", "int8") as server:
        asyncio.run(asyncio.wait_for(speak(server.port, 60), 300))
        before = resident(server.process)
        asyncio.run(asyncio.wait_for(speak(server.port, 340), 600))
        # The caches are not full after 60, and constant after 400. Without a bound they took 300 MB more.
        assert resident(server.process) < before + room, f"{before / 1e6:.0f} MB after 60 utterances"
