"""The schedule of a compiled network: what the compiler's cost model expects each engine of the NPU to do, and when.

The compiler writes it as a Chrome trace (chrome://tracing, ui.perfetto.dev). Its engines are DMA (memory), DPU (matrix
products and convolutions, one in each tile) and SHAVE (everything else).
"""
import collections
import dataclasses
import json
import pathlib

ENGINES = ["DMA", "DPU", "Shave"]


@dataclasses.dataclass
class Layers:
    """The tasks of the layers of one type."""
    count: int = 0
    milliseconds: float = 0


class Schedule:
    def __init__(self, trace: dict):
        self.statistics = trace["taskStatistics"]
        events = [event for event in trace["traceEvents"] if event["ph"] == "X"]
        # The type of a layer is known from its own event; tasks are named after the layer.
        types = {event["name"]: event["args"]["Layer type"] for event in events if event["cat"] == "Layer"}
        self.layers = {engine: collections.defaultdict(Layers) for engine in ENGINES}
        counted = set()
        for event in events:
            if event["cat"] not in ENGINES:
                continue
            layer, _, rest = event["name"].partition("?")
            kind = rest.partition("/")[0].removeprefix("t_") or types.get(layer, "other")
            layers = self.layers[event["cat"]][kind]
            layers.milliseconds += event["dur"] / 1000
            if (event["cat"], layer) not in counted:
                counted.add((event["cat"], layer))
                layers.count += 1

    @classmethod
    def read(cls, path: pathlib.Path) -> "Schedule":
        return cls(json.loads(path.read_text()))

    def __str__(self) -> str:
        def milliseconds(name: str) -> str:
            return f"{self.statistics[name] / 1000:8.2f} ms"
        lines = [
            f"estimate              {milliseconds('total duration')}",
            f"DMA busy              {milliseconds('DMA duration')}, of these without DPU or SHAVE at work"
            f" {milliseconds('DMA duration without overlaps').strip()}",
            f"DPU busy              {milliseconds('DPU duration')}",
            f"SHAVE busy            {milliseconds('SW duration')}, of these without DPU at work"
            f" {milliseconds('SW duration without DPU overlap').strip()}",
            f"all engines idle      {milliseconds('total idle')}",
            "",
            "engine  layer type                layers   sum over all units of the engine",
        ]
        for engine, kinds in self.layers.items():
            for kind, layers in sorted(kinds.items(), key=lambda item: -item[1].milliseconds)[:12]:
                if layers.milliseconds >= 0.005:
                    lines.append(f"{engine.upper():7} {kind:25} {layers.count:6} {layers.milliseconds:10.2f} ms")
        return "\n".join(lines)
