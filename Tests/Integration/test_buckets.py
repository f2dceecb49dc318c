"""Encoders of static shape are loaded and unloaded in a server, and each takes no more memory than it needs."""
import pathlib
import re
import time

import pytest

import home_assistant
import oracle
from conversation import converse
from lorikeet import AUDIO

LOADED = re.compile(r"encoder ready, bucket of (\S+) s, .*?, (\d+) MB")
SHORT, MIDDLE, LONG = "en-01.wav", "es-02.wav", "es-12.wav"  # 2.1 s, 4.4 s and 5.5 s


def loaded(server, count: int) -> list[tuple[str, int]]:
    """The buckets and their megabytes from the log, once `count` have been loaded."""
    deadline = time.monotonic() + 60
    while len(found := LOADED.findall(server.messages())) < count:
        assert time.monotonic() < deadline, server.messages()
        time.sleep(0.02)
    return [(seconds, int(megabytes)) for seconds, megabytes in found]


def test_under_a_memory_budget_for_one_lazy_bucket_two_take_turns(start_server, reference):
    for _ in range(2):  # compiled, and from the cache: that takes less
        with start_server("--buckets", "2.5,5,10") as server:
            sizes = [size for _, size in loaded(server, 3)]
    assert min(sizes) > 0
    budget = round(sizes[0] + 1.2 * max(sizes[1:]))
    with start_server("--buckets", "2.5", "--lazy-buckets", "5,10", "--memory-budget", f"{budget}MB") as server:
        # In the bucket of 2.5 s, and by turns in the others: what runs meanwhile in another is right as well.
        for loads, name in [(1, SHORT), (2, MIDDLE), (3, LONG), (4, MIDDLE), (4, SHORT), (5, LONG)]:
            signal = oracle.samples(AUDIO / name)
            text = converse(home_assistant.transcribe(server.port, home_assistant.pcm(signal)))[0]
            assert text == reference.recognize(signal).text, name
            loaded(server, loads)
        log = server.messages()
    assert len(re.findall(r"encoder unloaded, bucket of (?:5|10) s", log)) >= 2, log
    assert "bucket of 2.5 s" not in "".join(line for line in log.splitlines() if "unloaded" in line)


def test_a_network_from_the_cache_leaves_no_pages_of_its_file_in_memory(start_server, tmp_path):
    for _ in range(2):  # compiled, and read
        with start_server("--buckets", "5", "--data-dir", str(tmp_path)) as server:
            converse(home_assistant.transcribe(server.port, home_assistant.pcm(oracle.samples(AUDIO / SHORT))))
            log, maps = server.messages(), pathlib.Path(f"/proc/{server.process.pid}/smaps").read_text()
    assert "bucket of 5 s, from the cache" in log
    regions = re.split(r"^(?=[0-9a-f]+-[0-9a-f]+ )", maps, flags=re.MULTILINE)
    mapped = [region for region in regions if "encoder-500" in region]
    if not mapped:
        pytest.skip("OpenVINO maps no file of its cache here")

    def kilobytes(key: str) -> int:
        return sum(int(re.search(rf"^{key}:\s+(\d+)", region, re.MULTILINE)[1]) for region in mapped)

    # Small data are read from the file at each inference.
    assert kilobytes("Rss") < 0.5 * kilobytes("Size")
