"""Start a server with the built-in model and speak one command to it in real time, as Home Assistant does."""
import argparse
import asyncio
import pathlib

import numpy as np
import soundfile

import home_assistant
from server import Server

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
RECORDING = REPOSITORY / "Tests/Fixtures/audio/en-01.wav"
EXPECTED = "Open the garden blinds."
# Home Assistant stops recording about a second after the speaker.
TRAILING_SILENCE = np.zeros(home_assistant.RATE, dtype=np.float32)


async def converse(port: int) -> str:
    asr = (await home_assistant.describe(port)).asr[0]
    languages = sorted({language for model in asr.models for language in model.languages})
    print(f"{asr.name} {asr.version} offers {', '.join(model.name for model in asr.models)} ({', '.join(languages)})")

    signal, _ = soundfile.read(RECORDING, dtype="float32")
    signal = np.concatenate([signal, TRAILING_SILENCE])
    print(f"Speaking {RECORDING.name}, {len(signal) / home_assistant.RATE:.1f} s, in real time …", flush=True)
    text, latency = await home_assistant.transcribe(port, home_assistant.pcm(signal), real_time=True)
    print(f"Transcript: {text}")
    print(f"Latency:    {latency * 1000:.0f} ms after the end of the recording")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=pathlib.Path)
    binary = parser.parse_args().binary

    try:
        with Server(binary, "--model", "builtin") as server:
            print(f"Server ready at {server.uri}")
            try:
                text = asyncio.run(asyncio.wait_for(converse(server.port), home_assistant.TIMEOUT))
            except Exception as error:
                reason = str(error) or type(error).__name__
                raise RuntimeError(f"{reason}\nThe server's log:\n{server.messages()}") from error
            status = server.stop()
    except (OSError, RuntimeError) as error:
        raise SystemExit(f"demo: {error}") from None
    if text != EXPECTED:
        raise SystemExit(f"demo: the transcript should have been: {EXPECTED}")
    if status != 0:
        raise SystemExit(f"demo: the server ended with status {status}\n{server.messages()}")


if __name__ == "__main__":
    main()
