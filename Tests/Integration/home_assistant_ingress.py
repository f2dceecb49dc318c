"""Home Assistant's ingress, its own code, in front of an add-on's page.

`hassio/ingress.py` runs as it is. What it imports of Home Assistant is replaced, and so is the Supervisor, the second
proxy on the way: it takes its prefix off the path.
"""
import asyncio
import sys
import threading
import types
import unittest.mock

import aiohttp
import aiohttp.web

import home_assistant_package

PATH = "/api/hassio_ingress/secret"


def view() -> types.ModuleType:
    """The module with the view."""
    package = "hassio_of_home_assistant"
    names = ["", ".components", ".components.http", ".core", ".helpers", ".helpers.aiohttp_client",
        ".helpers.typing", ".util", ".util.async_"]
    fakes = {f"homeassistant{name}": unittest.mock.MagicMock() for name in names}
    fakes["homeassistant.components.http"].HomeAssistantView = object
    fakes["homeassistant.core"].callback = lambda function: function
    fakes["homeassistant.helpers.typing"].UNDEFINED = object()
    fakes["homeassistant.util.async_"].create_eager_task = asyncio.ensure_future
    fakes[package] = types.ModuleType(package)
    fakes[package].__path__ = []
    fakes[f"{package}.const"] = types.SimpleNamespace(
        DATA_HASSIO_HOST="hassio_host", X_HASS_SOURCE="X-Hass-Source", X_INGRESS_PATH="X-Ingress-Path")
    fakes[f"{package}.http"] = types.SimpleNamespace(
        should_compress=lambda kind: kind.startswith("text/") and kind != "text/event-stream")
    module = types.ModuleType(f"{package}.ingress")
    module.__package__ = package
    with unittest.mock.patch.dict(sys.modules, fakes):
        code = compile(home_assistant_package.source("hassio", "ingress"), "hassio/ingress.py", "exec")
        exec(code, module.__dict__)
    return module


class Ingress:
    """Home Assistant on a free port, with the add-on's page below `PATH`."""

    def __init__(self, addon_port: int):
        self._addon_port = addon_port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Ingress":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result()
        return self

    def __exit__(self, *_) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}{PATH}"

    async def _start(self) -> None:
        self._supervisor = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        host = f"127.0.0.1:{self._supervisor.sockets[0].getsockname()[1]}"
        # A connection for each request, so that the Supervisor's stand-in sees every path.
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        ingress = view().HassIOIngress(host, self._session)
        application = aiohttp.web.Application()

        async def handle(request: aiohttp.web.Request) -> aiohttp.web.StreamResponse:
            return await ingress._handle(request, **request.match_info)

        application.router.add_route("*", ingress.url, handle)
        self._runner = aiohttp.web.AppRunner(application, shutdown_timeout=1)
        await self._runner.setup()
        site = aiohttp.web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        await self._runner.cleanup()
        await self._session.close()
        self._supervisor.close()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forwards one connection to the add-on, without the prefix of the Supervisor's path."""
        try:
            line = await reader.readline()
            addon_reader, addon_writer = await asyncio.open_connection("127.0.0.1", self._addon_port)
            addon_writer.write(line.replace(b" /ingress/secret/", b" /", 1))
            await asyncio.wait(
                [asyncio.ensure_future(copy(reader, addon_writer)), asyncio.ensure_future(copy(addon_reader, writer))])
        except OSError:
            writer.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
