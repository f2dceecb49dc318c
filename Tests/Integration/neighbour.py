"""A program on another machine, with the `zeroconf` package that Home Assistant uses; runs in a network namespace.

`neighbour.py browse [v4|v6]` writes a line of JSON for each service that appears, changes or goes.
`neighbour.py register NAME PORT` has a service itself, and writes what its name has become.
"""
import json
import socket
import sys
import threading
import time

from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, Zeroconf

TYPE = "_wyoming._tcp.local."
VERSIONS = {"v4": IPVersion.V4Only, "v6": IPVersion.V6Only, "all": IPVersion.All}


def say(**event: object) -> None:
    print(json.dumps(event), flush=True)


def browse(version: str = "all") -> None:
    cached: dict[str, list[str]] = {}

    def changed(zeroconf, service_type, name, state_change):
        event = {"change": state_change.name, "name": name.removesuffix("." + TYPE)}
        if state_change.name == "Added":
            info = zeroconf.get_service_info(service_type, name, timeout=3000)
            addresses = sorted(info.parsed_addresses())
            event |= {"port": info.port, "addresses": addresses, "text": info.text.hex(), "host": info.server}
            cached[name] = addresses
        elif state_change.name == "Removed":
            cached.pop(name, None)
        say(**event)

    zeroconf = Zeroconf(ip_version=VERSIONS[version])
    ServiceBrowser(zeroconf, TYPE, handlers=[changed])
    say(change="Browsing")
    # The package does not report withdrawn addresses.
    while True:
        time.sleep(0.1)
        for name, before in list(cached.items()):
            info = ServiceInfo(TYPE, name)
            info.load_from_cache(zeroconf)
            addresses = sorted(info.parsed_addresses())
            if addresses != before and name in cached:
                cached[name] = addresses
                say(change="Addresses", name=name.removesuffix("." + TYPE), addresses=addresses)


def register(name: str, port: str) -> None:
    zeroconf = Zeroconf(ip_version=IPVersion.V4Only)
    address = socket.inet_aton("10.9.8.77")
    info = ServiceInfo(
        TYPE, f"{name}.{TYPE}", port=int(port), addresses=[address], server=f"{name.replace(' ', '-')}.local.")
    zeroconf.register_service(info, allow_name_change=True)
    say(change="Registered", name=info.name.removesuffix("." + TYPE))
    threading.Event().wait()


if __name__ == "__main__":
    {"browse": browse, "register": register}[sys.argv[1]](*sys.argv[2:])
