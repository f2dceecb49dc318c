"""`lorikeet serve --zeroconf`: other machines find the server with `zeroconf`, as Home Assistant does."""
import socket
import subprocess
import sys

import dns.message
import dns.rdatatype
import pytest

import lorikeet
from network import SECONDS, Network, Program, why_not

REASON = why_not()
needs_machines = pytest.mark.skipif(REASON is not None, reason=str(REASON))


def advertised(line: str) -> bool:
    return " advertised " in line


@needs_machines
def test_a_server_is_announced_and_withdrawn():
    with Network() as (mine, other), other.python("browse") as neighbour:
        neighbour.event(change="Browsing")
        with mine.lorikeet("--zeroconf", "Living room", "--uri", "tcp://[::]:10300") as server:
            found = neighbour.event(change="Added")
            assert found["name"] == "Living room" and found["port"] == 10300
            assert found["addresses"] == ["10.9.8.1", mine.link_local("eth0")]
            # An empty string and nothing else.
            assert found["text"] == "00"
            assert server.stop() == 0
            neighbour.event(change="Removed", name="Living room")


@needs_machines
def test_a_server_that_takes_no_more_clients_is_not_found():
    speak = """
import socket, time
server = socket.create_connection(("10.9.8.1", 10300))
server.sendall(b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\\n')
print("speaking", flush=True)
time.sleep(600)
"""
    with Network() as (mine, other), other.python("browse", "v4") as neighbour:
        with mine.lorikeet("--zeroconf", "Living room", "--stall-seconds", 600, "--drain-seconds", 600) as server:
            neighbour.event(change="Added")
            with Program(other.command(sys.executable, "-c", speak), stdout=subprocess.PIPE) as speaker:
                speaker.line(lambda line: "speaking" in line)
                server.process.terminate()
                neighbour.event(change="Removed", name="Living room")
                assert server.process.poll() is None
            assert server.process.wait(SECONDS) == 0


@needs_machines
def test_a_machine_that_comes_later_finds_the_server_by_asking():
    with Network() as (mine, other), mine.lorikeet("--zeroconf") as server:
        server.line(advertised)
        for version in ("v4", "v6"):
            with other.python("browse", version) as neighbour:
                found = neighbour.event(change="Added")
                assert found["name"] == f"Lorikeet on {socket.gethostname().split('.')[0]}"
                # It listens on 0.0.0.0.
                assert found["addresses"] == ["10.9.8.1"]


@needs_machines
def test_a_new_address_is_announced_and_an_old_one_taken_back():
    with Network() as (mine, other), other.python("browse") as neighbour:
        with mine.lorikeet("--zeroconf", "Living room") as server:
            server.line(advertised)
            mine.ip("address", "add", "10.9.8.50/24", "dev", "eth0")
            neighbour.event(change="Addresses", addresses=["10.9.8.1", "10.9.8.50"])
            mine.ip("address", "delete", "10.9.8.50/24", "dev", "eth0")
            # Long before its time to live of 120 s.
            neighbour.event(change="Addresses", addresses=["10.9.8.1"])


@needs_machines
def test_a_server_is_announced_on_a_network_that_comes_later():
    with Network() as (mine, other), other.python("browse") as neighbour:
        mine.ip("link", "set", "eth0", "down")
        with mine.lorikeet("--zeroconf", "Living room") as server:
            server.line(lambda line: " listening " in line)
            mine.ip("link", "set", "eth0", "up")
            assert neighbour.event(change="Added")["addresses"] == ["10.9.8.1"]


@needs_machines
def test_a_server_takes_another_name_if_a_machine_has_it():
    with Network() as (mine, other), other.python("register", "Living room", 9) as neighbour:
        neighbour.event(change="Registered")
        with mine.lorikeet("--zeroconf", "Living room") as server:
            assert 'now="Living room (2)._wyoming._tcp.local."' in server.line(lambda line: "another host" in line)
            assert 'name="Living room (2)"' in server.line(advertised)
            with other.python("browse", "v4") as browser:
                ports = {event["name"]: event["port"] for event in (browser.event(change="Added") for _ in range(2))}
            assert ports == {"Living room": 9, "Living room (2)": 10300}


@needs_machines
def test_servers_that_start_together_get_different_names():
    with Network(3) as (one, two, other), one.lorikeet("--zeroconf", "Living room") as first:
        with two.lorikeet("--zeroconf", "Living room") as second:
            # Host names come from the machine, so both want the same one here.
            lines = [server.line(advertised) for server in (first, second)]
            assert sorted("(2)" in line for line in lines) == [False, True]
            with other.python("browse", "v4") as browser:
                found = {event["name"]: event["addresses"] for event in (browser.event(change="Added") for _ in range(2))}
            assert set(found) == {"Living room", "Living room (2)"}
            assert sorted(map(tuple, found.values())) == [("10.9.8.1",), ("10.9.8.2",)]


@needs_machines
def test_servers_of_one_machine_share_the_port_of_multicast_dns():
    with Network() as (mine, other), other.python("browse") as neighbour:
        neighbour.event(change="Browsing")
        with mine.lorikeet("--zeroconf", "A", "--uri", "tcp://0.0.0.0:10300") as first:
            with mine.lorikeet("--zeroconf", "B", "--uri", "tcp://0.0.0.0:10301"):
                ports = {event["name"]: event["port"] for event in (neighbour.event(change="Added") for _ in range(2))}
                assert ports == {"A": 10300, "B": 10301}
                assert first.stop() == 0
                neighbour.event(change="Removed", name="A")
                with mine.python("browse", "v4") as late:
                    assert late.event(change="Added")["name"] == "B"


@needs_machines
def test_two_interfaces_on_one_network_are_no_conflict():
    network = Network()
    with network as (mine, other), other.python("browse", "v4") as neighbour:
        network.plug(mine, "eth1")
        mine.ip("address", "add", "10.9.8.200/24", "dev", "eth1")
        with mine.lorikeet("--zeroconf", "Living room") as server:
            assert "(2)" not in server.line(advertised) + server.line(advertised)
            assert neighbour.event(change="Added")["name"] == "Living room"


@needs_machines
def test_a_server_is_announced_on_the_named_interfaces_only():
    network = Network()
    with network as (mine, other):
        network.plug(mine, "eth1")
        mine.ip("address", "add", "10.9.8.200/24", "dev", "eth1")
        options = ["--zeroconf", "--zeroconf-interface", "eth1", "--zeroconf-interface", "eth9"]
        with mine.lorikeet(*options) as server:
            assert "interface=eth9" in server.line(lambda line: "is missing or has no address" in line)
            server.line(advertised)
            with other.python("browse", "v4") as neighbour:
                assert neighbour.event(change="Added")["addresses"] == ["10.9.8.200"]


@needs_machines
def test_several_addresses_are_several_services():
    uris = ["--uri", "tcp://0.0.0.0:10300", "--uri", "tcp://10.9.8.1:10301", "--uri", "tcp://127.0.0.1:10302"]
    with Network() as (mine, other), mine.lorikeet("--zeroconf", "Living room", *uris) as server:
        assert "uri=tcp://127.0.0.1:10302" in server.line(lambda line: "not advertised" in line)
        with other.python("browse", "v4") as neighbour:
            found = [neighbour.event(change="Added") for _ in range(2)]
        assert {(event["name"], event["port"]) for event in found} == {
            ("Living room", 10300), ("Living room 10301", 10301)}
        assert {tuple(event["addresses"]) for event in found} == {("10.9.8.1",)}
        assert len({event["host"] for event in found}) == 2


@needs_machines
def test_a_server_is_found_on_a_network_with_ipv6_only():
    with Network(ipv4=False) as (mine, other), other.python("browse", "v6") as neighbour:
        with mine.lorikeet("--zeroconf", "Living room", "--uri", "tcp://[::]:10300"):
            assert neighbour.event(change="Added")["addresses"] == [mine.link_local("eth0")]


@needs_machines
def test_a_resolver_without_multicast_dns_gets_an_answer():
    ask = """
import socket, sys
asker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asker.settimeout(20)
asker.sendto(bytes.fromhex(sys.argv[1]), ("224.0.0.251", 5353))
print(asker.recv(9000).hex())
"""
    query = dns.message.make_query("_wyoming._tcp.local.", "PTR")
    with Network() as (mine, other), mine.lorikeet("--zeroconf", "Living room") as server:
        server.line(advertised)
        other.ip("route", "add", "default", "dev", "eth0")
        answer = dns.message.from_wire(bytes.fromhex(other(sys.executable, "-c", ask, query.to_wire().hex())))
    assert answer.id == query.id and answer.question == query.question
    assert [str(record) for record in answer.answer[0]] == ["Living\\032room._wyoming._tcp.local."]
    assert {record.rdtype for record in answer.additional} >= {
        dns.rdatatype.SRV, dns.rdatatype.TXT, dns.rdatatype.A, dns.rdatatype.NSEC}
    assert all(record.ttl <= 10 for record in answer.answer + answer.additional)


@needs_machines
def test_a_server_without_working_multicast_dns_still_serves():
    hold = """
import socket, time
holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
holder.bind(("0.0.0.0", 5353))
print("held", flush=True)
time.sleep(600)
"""
    with Network(ipv4=True) as (mine, other):
        mine("sysctl", "-qw", "net.ipv6.conf.eth0.disable_ipv6=1")
        holder = subprocess.Popen(mine.command(sys.executable, "-c", hold), stdout=subprocess.PIPE, encoding="utf-8")
        try:
            assert holder.stdout.readline() == "held\n"
            with mine.lorikeet("--zeroconf", "Living room") as server:
                assert "Address already in use" in server.line(lambda line: "cannot use multicast DNS" in line)
                assert "is well" in mine(lorikeet.BINARY, "health", "--timeout", SECONDS)
                holder.kill()
                holder.wait()
                server.line(advertised)
                assert len([line for line in server.seen if "cannot use" in line]) == 1
        finally:
            holder.kill()
            holder.wait()


@pytest.mark.parametrize("uri", ["tcp://127.0.0.1:0", "tcp://[::1]:0", "unix:///tmp/lorikeet.sock", "stdio://"])
def test_an_address_that_no_other_machine_can_reach_is_refused(uri):
    result = lorikeet.run("serve", "--zeroconf", "--uri", uri)
    assert result.returncode == 64
    assert "no other machine can reach" in result.stderr and "--uri tcp://0.0.0.0:10300" in result.stderr


@pytest.mark.parametrize("name", ["", "x" * 64, "a\nb"])
def test_an_invalid_service_name_is_refused(name):
    result = lorikeet.run("serve", "--zeroconf", name)
    assert result.returncode == 64 and "zeroconf cannot be" in result.stderr
