"""Serve onnx-asr over Wyoming with the least code, on the official library.

    onnx_asr_server.py PORT MODEL_DIRECTORY [QUANTIZATION]

After "listening" it prints a line for each utterance: the seconds that onnx-asr's `recognize` took.
"""
import asyncio
import sys
import time

import numpy as np
import onnx_asr
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.server import AsyncEventHandler, AsyncServer


class Handler(AsyncEventHandler):
    """One connection; the audio is 16 kHz, mono, 16 bits."""

    def __init__(self, model, *streams):
        super().__init__(*streams)
        self.model = model
        self.audio = bytearray()

    async def handle_event(self, event: Event) -> bool:
        if AudioStart.is_type(event.type):
            self.audio.clear()
        elif AudioChunk.is_type(event.type):
            self.audio += AudioChunk.from_event(event).audio
        elif AudioStop.is_type(event.type):
            signal = np.frombuffer(bytes(self.audio), "<i2").astype(np.float32) / 32768
            start = time.perf_counter()
            text = await asyncio.to_thread(self.model.recognize, signal)
            print(time.perf_counter() - start, flush=True)
            await self.write_event(Transcript(text).event())
        return True


async def main(port: str, directory: str, quantization: str | None = None) -> None:
    model = onnx_asr.load_model(
        "nemo-conformer-tdt", directory, quantization=quantization, providers=["CPUExecutionProvider"])
    await AsyncServer.from_uri(f"tcp://127.0.0.1:{port}").start(lambda *streams: Handler(model, *streams))
    print("listening", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
