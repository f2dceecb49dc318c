"""Home Assistant's LiteLLM integration, its own code, as a client of the HTTP side.

`const.py`, `coordinator.py`, `entity.py` and `stt.py` are compiled as they are, but for brackets around two
exceptions and an alias of a type, which Python needs before 3.14 and 3.12. What else they import of Home Assistant
is replaced by classes without behavior.
"""
import __future__

import enum
import re
import sys
import types
import typing
import unittest.mock

import httpx2

import home_assistant_package

FILES = ["const", "coordinator", "entity", "stt"]


class Coordinator:
    """What stands for `DataUpdateCoordinator`."""

    def __class_getitem__(cls, _):
        return cls

    def __init__(self, hass, logger, **_):
        self.hass, self.last_update_success, self._listeners, self.updates = hass, True, [], 0

    def async_set_updated_data(self, data) -> None:
        self.updates += 1

    def async_update_listeners(self) -> None:
        pass

    async def async_request_refresh(self) -> None:
        await self._async_update_data()


class CoordinatorEntity:
    def __class_getitem__(cls, _):
        return cls

    def __init__(self, coordinator):
        self.coordinator = coordinator


class Template:
    def __init__(self, text: str, hass):
        self.text = text

    def async_render(self, parse_result: bool = True) -> str:
        return self.text


def speech_to_text() -> types.ModuleType:
    """What stands for `homeassistant.components.stt`."""
    module = types.ModuleType("homeassistant.components.stt")
    module.SpeechToTextEntity = type("SpeechToTextEntity", (), {})
    module.SpeechResult = lambda text, result: types.SimpleNamespace(text=text, result=result)
    module.SpeechResultState = enum.StrEnum("SpeechResultState", {"SUCCESS": "success", "ERROR": "error"})
    return module


def replacements(package: str) -> dict[str, object]:
    names = ["components", "components.conversation", "config_entries", "const", "core", "exceptions", "helpers"]
    names += [f"helpers.{name}" for name in (
        "device_registry", "entity_platform", "httpx_client", "json", "llm", "template", "update_coordinator")]
    fakes = {f"homeassistant.{name}": unittest.mock.MagicMock() for name in names}
    fakes |= {"homeassistant": unittest.mock.MagicMock(), "probatio": unittest.mock.MagicMock()}
    fakes["homeassistant.components.stt"] = fakes["homeassistant.components"].stt = speech_to_text()
    fakes["homeassistant.core"].callback = lambda function: function
    for name in ("HomeAssistantError", "TemplateError", "ConfigEntryAuthFailed"):
        setattr(fakes["homeassistant.exceptions"], name, type(name, (Exception,), {}))
    for name, value in (("API_KEY", "api_key"), ("URL", "url"), ("MODEL", "model"), ("PROMPT", "prompt")):
        setattr(fakes["homeassistant.const"], f"CONF_{name}", value)
    coordinator = fakes["homeassistant.helpers.update_coordinator"]
    coordinator.DataUpdateCoordinator, coordinator.CoordinatorEntity = Coordinator, CoordinatorEntity
    coordinator.UpdateFailed = type("UpdateFailed", (Exception,), {})
    fakes["homeassistant.helpers.template"].Template = Template
    fakes["homeassistant.helpers.httpx_client"].get_async_client = lambda hass: hass.http
    fakes[package] = types.ModuleType(package)
    fakes[package].__path__ = []
    return fakes


def integration() -> dict[str, types.ModuleType]:
    """The modules of the integration."""
    package = "litellm_of_home_assistant"
    modules = {}
    if not hasattr(typing, "override"):  # before Python 3.12
        typing.override = lambda method: method
    with unittest.mock.patch.dict(sys.modules, replacements(package)):
        for name in FILES:
            source = home_assistant_package.source("litellm", name)
            module = modules[name] = types.ModuleType(f"{package}.{name}")
            module.__package__ = package
            sys.modules[module.__name__] = module
            source = re.sub(r"except (\w+), (\w+):", r"except (\1, \2):", source)
            source = re.sub(r"^type (\w+) = (\w+).*", r"\1 = \2", source, flags=re.MULTILINE)
            flags = __future__.annotations.compiler_flag
            exec(compile(source, f"{package}/{name}.py", "exec", flags=flags), module.__dict__)
    return modules


async def listen(modules: dict, url: str, pcm: bytes, language: str, key: str | None = None, **options: object):
    """What Home Assistant makes of an utterance; the coordinator has asked for the models before."""
    async with httpx2.AsyncClient() as http:
        hass = types.SimpleNamespace(http=http, is_stopping=False)
        entry = types.SimpleNamespace(data={"url": url, "api_key": key}, title="Lorikeet")
        entry.runtime_data = modules["coordinator"].LiteLLMDataUpdateCoordinator(hass, entry)
        await entry.runtime_data._async_update_data()
        subentry = types.SimpleNamespace(data={"model": "whisper-1"} | options, subentry_id="test",
            title="Lorikeet")
        entity = modules["stt"].LiteLLMSTTEntity(entry, subentry)
        entity.hass = hass
        metadata = types.SimpleNamespace(
            language=language, channel=types.SimpleNamespace(value=1), bit_rate=types.SimpleNamespace(value=16),
            sample_rate=types.SimpleNamespace(value=16_000))

        async def stream():
            for offset in range(0, len(pcm), 320):
                yield pcm[offset:offset + 320]

        return await entity.async_process_audio_stream(metadata, stream())
