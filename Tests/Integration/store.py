"""A data directory with a model store, and a local hub behind it."""
import os
import subprocess
import time

import lorikeet
from hub import MODEL

FOLDER = MODEL.replace("/", "--")
ENCODER = "encoder-model.onnx"
DECODER = "decoder_joint-model.onnx"
FILES = ["config.json", "vocab.txt", ENCODER, DECODER]
PATIENCE = 60


class Store:
    """A data directory, and the program with a hub."""

    def __init__(self, directory, hub):
        self.directory, self.hub = directory, hub
        self.folder = directory / "models" / FOLDER
        proxies = {"http_proxy", "https_proxy", "no_proxy", "all_proxy"}
        self.environment = {
            key: value for key, value in lorikeet.ENVIRONMENT.items()
            if key.lower() not in proxies and not key.startswith("HF_")
        } | {"HF_ENDPOINT": hub.url, "HF_HUB_DOWNLOAD_TIMEOUT": "3"}

    def start(self, *arguments, **environment) -> subprocess.Popen:
        return subprocess.Popen(
            [lorikeet.BINARY, *map(str, arguments), "--data-dir", self.directory], encoding="utf-8",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment | environment)

    def run(self, *arguments, **environment) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **environment)
        try:
            output, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def pull(self, *options, model=MODEL, **environment) -> subprocess.CompletedProcess[str]:
        return self.run("models", "pull", model, *options, **environment)

    def names(self) -> set[str]:
        return set(os.listdir(self.folder)) if self.folder.exists() else set()

    def assert_complete(self) -> None:
        for file, content in self.hub.files.items():
            assert (self.folder / file).read_bytes() == content, file
        assert self.names() == {*FILES, "lorikeet.json", ".lock"}

    def assert_refused(self, result, *words: str, file: str | None = ENCODER) -> None:
        """The last line names the model, the file and all of the words; the file does not exist."""
        assert result.returncode == 1, result.stderr
        line = result.stderr.splitlines()[-1]
        for word in (MODEL, *words, *([file] if file else [])):
            assert word in line, line
        if file:
            assert not (self.folder / file).exists()


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
