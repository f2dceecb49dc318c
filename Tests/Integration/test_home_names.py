"""The names of a home, read from Home Assistant: see home.py for the one that is asked here."""
import json
import socket
import time

import pytest

import home as faults
import lorikeet
from conversation import assert_well, converse
from home import READ, TOKEN, Home, self_signed
from household import Entity, Household, Place
from lorikeet import assert_refused
from test_configuration import serve
from test_health import status
from test_limits import resident

SECONDS = 20  # for what the server does by itself
SOURCE = "home-assistant"
VARIABLE = "LORIKEET_HOME_ASSISTANT_TOKEN"
LIST_FOR_ALL = "config/entity_registry/list_for_display"
ENTRIES = "config/entity_registry/get_entries"
# What is asked for by an administrator's token.
USED = ("homeassistant/expose_entity/list", "get_states", ENTRIES, "config/area_registry/list",
        "config/floor_registry/list")
NAMES = {
    "Kitchen West", "counter lights", "Lámpara del salón", "luz grande", "Natalie Sparkly", "hexágonos", "Nanoleaf",
    "Ecobee", "Persiana del trastero", "Plantuary", "Altavoz de la abuela Carmen", "la música de Carmen",
    "Kitchen", "Cocina", "Salón", "Bedroom", "Natalie's room", "dormitorio", "Trastero",
    "Ground Floor", "planta baja", "Attic",
}


@pytest.fixture
def home():
    with Home() as home:
        yield home
    assert home.complaints == []


@pytest.fixture
def token_file(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def start(start_server, home, token_file):
    """Starts a server that asks the home; for a `with` block."""
    def start(*options: str, url: str | None = None, variables: dict[str, str] | None = None):
        token = [] if variables else ["--home-assistant-token-file", str(token_file)]
        return start_server(
            "--home-assistant", url or home.url, *token, *options, variables=variables, kept_lines=None)
    return start


@pytest.fixture
def names_command(home, token_file):
    """`lorikeet names` of the home."""
    def run(*options: object, url: str | None = None):
        return lorikeet.run(
            "names", "--home-assistant", url or home.url, "--home-assistant-token-file", token_file, *options)
    return run


def wait_until(condition, *shown):
    """Polls until something is true; returns it."""
    deadline = time.monotonic() + SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, [show() for show in shown]
        time.sleep(0.05)
    return value


def source(server, name: str = SOURCE) -> dict:
    """What the server's status says about a source of names."""
    (entry,) = [entry for entry in status(server.port)["names"]["sources"] if entry["source"] == name]
    return entry


def wait_for_names(server, home, is_admin: bool = True) -> None:
    """Waits until the server has all names of the home, and no error."""
    def is_current():
        entry = source(server)
        return entry["error"] is None and entry["count"] == len(home.household.names(is_admin))
    wait_until(is_current, lambda: source(server), server.messages)


def wait_until_subscribed(server, home) -> None:
    wait_for_names(server, home)
    wait_until(home.is_subscribed, server.messages)


def answer(server) -> None:
    """Checks that the server transcribes."""
    converse(assert_well(server.port))
    assert server.process.poll() is None


def failures(server) -> list[str]:
    return [line for line in server.messages().splitlines() if "no names from Home Assistant" in line]


def listed(result) -> list[dict]:
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_names_of_the_small_home_are_those_expected():
    names = Household().names()
    assert set(names) == NAMES and len(names) == len(NAMES)


# The server's names


def test_health_counts_the_names_of_the_home(home, start):
    with start() as server:
        wait_for_names(server, home)
        result = lorikeet.run("health", "--uri", server.uri, "--json")
        assert (result.returncode, result.stderr) == (0, "")
        names = json.loads(result.stdout)["status"]["names"]
        assert set(names) == {"count", "boosted_tokens", "boosted_utterances", "sources"}
        (entry,) = names["sources"]
        assert set(entry) == {"source", "count", "age_seconds", "error"}
        assert names["count"] == entry["count"] == len(NAMES)
        assert (entry["source"], entry["error"]) == (SOURCE, None)
        assert 0 <= entry["age_seconds"] < SECONDS
        answer(server)
    assert home.tokens == [home.token] and home.connections == 1
    (line,) = [line for line in server.messages().splitlines() if " home's names " in line]
    assert f"count={len(NAMES)}" in line
    assert failures(server) == []


def test_a_token_from_the_environment_is_accepted(home, start):
    with start(variables={VARIABLE: home.token}) as server:
        wait_for_names(server, home)


def test_an_exposed_entity_that_is_not_in_the_registry_goes_by_its_friendly_name(home, names_command):
    home.household.entities.append(Entity("scene.movie", "Movie Night", None))
    assert {line["name"] for line in listed(names_command("--format", "json"))} == NAMES | {"Movie Night"}


def test_names_of_a_file_and_of_the_home_are_counted_separately(home, start, tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("Zebulon\nWisteria Lodge : 2\n")
    with start("--names", str(file)) as server:
        wait_for_names(server, home)
        assert source(server, "file")["count"] == 2
        assert status(server.port)["names"]["count"] == len(NAMES) + 2


# The command


def test_the_names_command_lists_each_name_with_its_source(home, names_command):
    lines = listed(names_command("--format", "json"))
    assert {line["name"] for line in lines} == NAMES
    assert len(lines) == len(NAMES)
    for line in lines:
        assert set(line) == {"name", "source", "weight"}
        assert line["source"] == SOURCE and line["weight"] > 0
    result = names_command()
    assert (result.returncode, result.stderr) == (0, "")
    for name in NAMES:
        assert any(name in line and SOURCE in line for line in result.stdout.splitlines()), name
    assert home.connections == 2


def test_the_names_command_lists_the_names_of_a_file_too(names_command, tmp_path):
    file = tmp_path / "names.txt"
    file.write_text("Zebulon\nWisteria Lodge : 2\n")
    lines = listed(names_command("--names", file, "--format", "json"))
    assert {(line["name"], line["weight"]) for line in lines if line["source"] == "file"} == {
        ("Zebulon", 1), ("Wisteria Lodge", 2)}
    assert {line["name"] for line in lines if line["source"] == SOURCE} == NAMES


@pytest.mark.parametrize("address", [
    "http://127.0.0.1:{}", "http://127.0.0.1:{}/", "http://localhost:{}", "ws://127.0.0.1:{}",
    "ws://127.0.0.1:{}/api/websocket", "http://127.0.0.1:{}/api/websocket"])
def test_each_form_of_the_address_reaches_the_home(address, home, names_command):
    assert len(listed(names_command("--format", "json", url=address.format(home.port)))) == len(NAMES)
    assert home.paths == [faults.PATH]


@pytest.mark.parametrize(("path", "asked"), [
    ("/core/websocket", "/core/websocket"), ("/prefix", "/prefix/api/websocket")])
def test_the_path_is_completed_unless_it_is_that_of_a_websocket(path, asked, home, names_command):
    assert_refused(names_command(url=f"ws://127.0.0.1:{home.port}{path}"), "404")
    assert home.paths == [asked]


def test_the_names_command_says_why_a_home_cannot_be_read(home, names_command, token_file):
    home.accepts_token = False
    refused = names_command()
    assert_refused(refused, token_file)
    home.recover()
    home.faults = {"get_states": faults.cut_off}
    assert_refused(names_command())
    with socket.create_server(("127.0.0.1", 0)) as other:
        url = f"http://127.0.0.1:{other.getsockname()[1]}"
    down = names_command(url=url)
    assert_refused(down, url.rsplit(":", 1)[1])
    for result in (refused, down):
        assert home.token not in result.stderr + result.stdout


# Changes


def rename(home):
    home.rename("light.kitchen_west", "Galley", [None, "counter lights", "worktop"])


def move_in(home):
    home.household.entities.append(Entity("person.abuela", "Abuela Carmen"))


def build_area(home):
    home.household.areas.append(Place("lodge", "Wisteria Lodge", ["la cabaña"]))


def build_floor(home):
    home.household.floors.append(Place("cellar", "Cellar", ["bodega"]))


@pytest.mark.parametrize(("change", "event"), [
    (rename, "entity_registry_updated"), (move_in, "entity_registry_updated"), (build_area, "area_registry_updated"),
    (build_floor, "floor_registry_updated")])
def test_a_change_is_read_on_the_same_connection(change, event, home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        wait_until(lambda: home.is_subscribed(event), server.messages)
        change(home)
        assert len(home.household.names()) > len(NAMES)
        home.fire(event)
        wait_for_names(server, home)
    assert home.connections == 1


def test_a_renamed_entity_goes_by_its_new_name(home, names_command):
    rename(home)
    assert {line["name"] for line in listed(names_command("--format", "json"))} == (
        NAMES - {"Kitchen West"} | {"Galley", "worktop"})


def test_a_renamed_entity_is_read_again_though_the_number_of_names_stays(home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        before = home.commands["get_states"]
        home.rename("light.nanoleaf", "Hexagons")
        home.fire("entity_registry_updated")
        wait_until(lambda: home.commands["get_states"] > before, server.messages)
        wait_for_names(server, home)
    assert home.connections == 1


def test_a_burst_of_events_causes_few_reads(home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        before = home.commands.copy()
        rename(home)
        home.fire("entity_registry_updated", 250)
        home.fire("area_registry_updated", 250)
        answer(server)
        wait_for_names(server, home)
        # No more reads come later.
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            for command in READ:
                assert home.commands[command] <= before[command] + 5, command
            time.sleep(0.1)
    assert home.connections == 1


# A token without rights


def test_without_admin_rights_the_names_are_those_of_the_list_for_all_and_one_line_says_so(home, start):
    home.is_admin = False
    with start() as server:
        wait_for_names(server, home, is_admin=False)
        wait_until(home.is_subscribed, server.messages)
        home.rename("climate.ecobee", "Thermostat")
        home.household.entities.append(Entity("fan.attic", "Whirligig"))
        home.fire("entity_registry_updated")
        wait_for_names(server, home, is_admin=False)
        answer(server)
        home.drop()
        wait_until(lambda: home.connections == 2 and home.is_subscribed(), server.messages)
        wait_for_names(server, home, is_admin=False)
        lines = [line for line in server.messages().splitlines() if "admin" in line.lower()]
        assert len(lines) == 1, server.messages()


def test_without_admin_rights_hidden_disabled_and_diagnostic_entities_are_left_out(home, names_command):
    home.is_admin = False
    names = {line["name"] for line in listed(names_command("--format", "json"))}
    assert names == set(home.household.names(is_admin=False))
    assert {"Heart Light", "Garage Heater"} <= names
    assert not names & {"Secret Switch", "Luz vieja", "Ecobee Signal", "Ecobee Offset", "Sun", "luz grande"}


@pytest.mark.parametrize("origin", ["file", "variable"])
def test_a_refused_token_is_reported_once_with_its_source_and_the_server_goes_on(origin, home, start, token_file):
    home.accepts_token = False
    with start(variables={VARIABLE: home.token} if origin == "variable" else None) as server:
        wait_until(lambda: failures(server), server.messages)
        answer(server)
        wait_until(lambda: home.connections >= 2, server.messages)
        answer(server)
        (line,) = failures(server)
        assert (str(token_file) if origin == "file" else VARIABLE) in line
        assert " why=" in line
        assert source(server)["error"]
        assert home.token not in server.messages() + json.dumps(status(server.port))
        home.recover()
        wait_for_names(server, home)


def test_a_refused_token_is_tried_again_after_growing_pauses(home, start):
    home.accepts_token = False
    with start() as server:
        wait_until(lambda: home.connections >= 3, server.messages)
    first, second, third = home.times[:3]
    assert second - first > 0.7
    assert third - second > 1.4 * (second - first)
    assert len(failures(server)) == 1


def test_each_distinct_reason_is_reported(home, start):
    home.accepts_token = False
    with start() as server:
        wait_until(lambda: failures(server), server.messages)
        home.faults = {"auth_required": faults.raw("{")}
        home.accepts_token = True
        wait_until(lambda: len(failures(server)) == 2, server.messages)
        first, second = failures(server)
        assert first.split(" why=")[1] != second.split(" why=")[1]


# A home that is unwell


def assert_survived(server, home) -> None:
    """Checks that the server answers despite a fault, and reads the home's names once it is well."""
    wait_until(lambda: home.misbehaved, server.messages)
    answer(server)
    home.recover()
    rename(home)
    home.drop()
    wait_for_names(server, home)
    answer(server)


UNWELL = {
    "silent": {"auth_required": faults.never},
    "silent after the token": {"auth": faults.never},
    "silent after a command": {"get_states": faults.never},
    "silent after a subscription": {"subscribe_events": faults.never},
    "cut off at the greeting": {"auth_required": faults.cut_off},
    "cut off after the token": {"auth": faults.cut_off},
    "cut off in the states": {"get_states": faults.cut_off},
    "cut off in the entries": {ENTRIES: faults.cut_off},
    "malformed greeting": {"auth_required": faults.raw('{"type": "auth_required", "ha')},
    "malformed answer to the token": {"auth": faults.raw("]")},
    "malformed states": {"get_states": faults.raw('{"id": 1, "type": "result", "result": [{"entity_id": "li')},
    "empty message": {"*": faults.raw("")},
    "half a surrogate pair": {"get_states": faults.result(
        [{"entity_id": "light.salon", "attributes": {"friendly_name": "\ud83c"}}])},
    "deep nesting": {"get_states": faults.raw("[" * 200_000)},
    "not UTF-8": {"get_states": faults.not_utf_8()},
    "binary answer": {"get_states": faults.raw(b"\x00\xff\x01")},
    "another greeting": {"auth_required": faults.raw('{"type": "welcome"}')},
    "not an object": {"*": faults.raw("null")},
    "another id": {"get_states": faults.raw('{"id": 4000000000000, "type": "result", "success": true, "result": []}')},
    "no id": {"get_states": faults.raw('{"type": "result", "success": true, "result": []}')},
    "an error": {"get_states": faults.error("unknown_error")},
    "all errors": {command: faults.error("unknown_command") for command in READ},
    "no subscription": {"subscribe_events": faults.error("unauthorized")},
}


# The command reads the others, which is quicker.
ASKED_BY_THE_SERVER = [
    "silent", "silent after the token", "silent after a command", "silent after a subscription", "cut off at the greeting",
    "cut off in the states", "malformed states", "deep nesting", "binary answer",
    "another id", "all errors", "no subscription"]


def assert_ended_well_or_with_an_error(result, known: set[str]) -> None:
    if result.returncode == 0:
        assert {line["name"] for line in listed(result)} <= known
    else:
        # Without admin rights a warning may come first.
        assert result.returncode == 1 and result.stderr.splitlines()[-1].startswith("lorikeet: "), result.stderr


@pytest.mark.parametrize("unwell", [name for name in UNWELL if name not in ASKED_BY_THE_SERVER])
def test_the_names_command_ends_well_or_with_an_error_while_the_home_is_unwell(unwell, home, names_command):
    home.faults = dict(UNWELL[unwell])
    assert_ended_well_or_with_an_error(names_command("--format", "json"), NAMES)


@pytest.mark.parametrize("unwell", [UNWELL[name] for name in ASKED_BY_THE_SERVER], ids=ASKED_BY_THE_SERVER)
def test_the_server_answers_while_the_home_is_unwell_and_reads_it_when_it_is_well(unwell, home, start):
    home.faults = dict(unwell)
    with start() as server:
        assert_survived(server, home)


@pytest.mark.parametrize("unwell", ["cut off at the greeting", "malformed states", "not UTF-8", "an error"])
def test_a_home_that_cannot_be_read_is_reported(unwell, home, start):
    home.faults = UNWELL[unwell]
    with start() as server:
        wait_until(lambda: failures(server), server.messages)
        assert source(server)["error"]
        home.recover()
        wait_for_names(server, home)


@pytest.mark.parametrize("fault", [faults.never, faults.cut_off, faults.raw("{}")])
def test_a_fault_on_a_connection_that_was_well_is_survived(fault, home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        home.faults = {"get_states": fault}
        home.fire("entity_registry_updated")
        assert_survived(server, home)


@pytest.mark.parametrize("data", ['{"type": "event"', "[]", '{"id": "x", "type": 7, "event": null}', b"\xff"], ids=repr)
def test_odd_events_are_survived(data, home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        home.faults = {"event": faults.raw(data)}
        home.fire("entity_registry_updated", 20)
        assert_survived(server, home)


def test_a_home_that_accepts_the_token_late_is_waited_for(home, start):
    home.faults = {"auth": faults.after(1.5)}
    with start() as server:
        answer(server)
        wait_for_names(server, home)
    assert home.connections == 1


@pytest.mark.parametrize("way", [faults.fragmented, faults.pinging, faults.escaped, faults.with_binary_frame])
def test_messages_in_every_valid_form_are_understood(way, home, start, names_command):
    home.faults = {"*": way}
    assert {line["name"] for line in listed(names_command("--format", "json"))} == NAMES
    with start() as server:
        wait_until_subscribed(server, home)
        rename(home)
        home.fire("entity_registry_updated")
        wait_for_names(server, home)
    assert home.connections == 2


@pytest.mark.parametrize("politely", [True, False], ids=["with a goodbye", "without a goodbye"])
def test_a_lost_connection_is_made_again(politely, home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        rename(home)
        home.drop(politely)
        answer(server)
        wait_for_names(server, home)
        wait_until(home.is_subscribed, server.messages)
    assert home.connections == 2


def test_a_home_that_is_down_at_start_is_found_when_it_comes_up(start, token_file):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with start(url=f"http://127.0.0.1:{port}") as server:
        answer(server)
        wait_until(lambda: failures(server), server.messages)
        assert (source(server)["count"], source(server)["age_seconds"]) == (0, None)
        with Home(port=port) as home:
            wait_for_names(server, home)
            answer(server)
        answer(server)
    assert home.complaints == []


# Wrong shapes


SHAPES = {
    "null": None, "number": 7, "text": "light.salon", "true": True, "list": [], "map": {},
    "list of numbers": [1, 2.5, 1e300], "list of null": [None], "list of lists": [[], [[]]],
    "map of null": {"exposed_entities": None, "entities": None},
    "map of numbers": {"exposed_entities": 7, "entities": 7, "light.salon": 7},
    "list in the place of a map": {"exposed_entities": ["light.salon"], "light.salon": ["x"], "entities": [["ei"]]},
    "map in the place of a list": {"entities": {"ei": "light.salon"}, "light.salon": {"aliases": {"0": "x"}}},
    "parts of the wrong shape": [
        {"entity_id": 7, "attributes": {"friendly_name": 7}}, {"entity_id": "light.salon", "attributes": 7},
        {"area_id": 1, "floor_id": 2, "name": 3, "aliases": [4, None, [], {}]}, {"name": None, "aliases": 5}, {}],
    "parts of the wrong shape in a map": {
        "exposed_entities": {"light.salon": 7, "light.heart": {"conversation": "yes"}},
        "entities": [{"ei": 7}, {"ei": "light.salon", "hb": "no", "ec": "x", "en": 7}, {}],
        "light.salon": {"entity_id": 7, "aliases": [7, {}, [], True]}, "light.heart": {"aliases": 7}},
}
WRONG_RESULTS = {name: faults.result(shape) for name, shape in SHAPES.items()} | {
    "numbers for names": faults.numbers_for_names}


# The server, too, reads these; the command reads all of them, which is quicker.
@pytest.mark.parametrize(("command", "shape"), list(zip(
    [*USED, LIST_FOR_ALL],
    ["null", "list", "map", "parts of the wrong shape", "parts of the wrong shape in a map", "numbers for names"])))
def test_a_result_of_the_wrong_shape_is_survived(command, shape, home, start):
    home.is_admin = command != LIST_FOR_ALL
    home.faults = {command: WRONG_RESULTS[shape]}
    with start() as server:
        assert_survived(server, home)


@pytest.mark.parametrize("fault", WRONG_RESULTS.values(), ids=WRONG_RESULTS)
def test_the_names_command_ends_well_or_with_an_error_whatever_the_shape(fault, home, names_command):
    known = {name for is_admin in (True, False) for name in home.household.names(is_admin)}
    for command in READ:
        home.is_admin = command != LIST_FOR_ALL
        home.faults = {command: fault}
        assert_ended_well_or_with_an_error(names_command("--format", "json"), known)


# The token


def test_the_token_is_nowhere_in_logs_settings_or_errors(home, start, token_file):
    with start("--log-level", "trace", "--log-transcripts") as server:
        wait_until_subscribed(server, home)
        answer(server)
        home.faults = {"auth": faults.raw("{")}
        home.drop()
        wait_until(lambda: home.misbehaved, server.messages)
        home.accepts_token = False
        home.faults = {}
        wait_until(lambda: any(str(token_file) in line for line in failures(server)), server.messages)
        shown = json.dumps(status(server.port)) + lorikeet.run("health", "--uri", server.uri).stdout
    assert home.token in home.tokens
    for part in (home.token, home.token.rsplit(".", 1)[1]):
        assert part not in server.messages() + shown


@pytest.mark.parametrize("origin", ["file", "variable"])
def test_the_token_is_not_in_the_printed_settings(origin, home, token_file):
    options = ["--home-assistant-token-file", token_file] if origin == "file" else []
    variables = {VARIABLE: home.token} if origin == "variable" else {}
    result = serve("--home-assistant", home.url, *options, "--print-config", **variables)
    assert result.returncode == 0, result.stderr
    assert home.url in result.stdout
    assert home.token not in result.stdout + result.stderr


@pytest.mark.parametrize("content", ["", "\n", None], ids=["empty", "blank", "missing"])
def test_a_file_without_a_token_is_refused_with_its_path(content, names_command, token_file, home):
    token_file.unlink() if content is None else token_file.write_text(content)
    assert_refused(names_command(), token_file)
    assert home.connections == 0


# Large and hostile homes


def test_a_huge_home_is_read_again_in_bounded_memory(home, start):
    with start() as server:
        wait_until_subscribed(server, home)
        answer(server)
        before = resident(server.process)
        most = 0

        def is_read(begin: float) -> bool:
            """Has the home been read, or refused, since then?"""
            nonlocal most
            most = max(most, resident(server.process))
            entry = source(server)
            return entry["error"] is not None or entry["age_seconds"] < time.monotonic() - begin

        home.household.entities += [
            Entity(f"light.{'very_long_name_' * 3}{number}",
                   f"Zwq Lamp {number} at the far end of the upper corridor behind the staircase of Wisteria Lodge",
                   [None, f"lmp{number}"])
            for number in range(20_000)]
        for _ in range(3):
            begin, reads = time.monotonic(), home.commands["get_states"]
            home.fire("entity_registry_updated")
            wait_until(lambda: home.commands["get_states"] > reads, server.messages)  # noqa: B023, called here
            answer(server)
            wait_until(lambda: is_read(begin), server.messages)  # noqa: B023, called here
        answer(server)
        entry = source(server)
        assert entry["count"] > len(NAMES) or entry["error"]
        assert max(most, resident(server.process)) < before + 150e6


HOSTILE = [
    "", " ", "\t\n", "...", "¿?!", "-", "\x00", "bell\a and \x1b[31mred\x1b[0m", "line\nbreak", "carriage\rreturn",
    "\u202eright to left\u202c", "\u2066isolate", "מטבח", "غرفة المعيشة", "厨房の照明", "🛋️", "🇪🇸",
    "👩\u200d👩\u200d👧 lamp", "e\u0301" * 50, "\ufeffmark", "zero\u200bwidth", "\ufffd", "\u0301",
    "z\u0335\u0321\u0301" * 100, "x" * 10_000, "Lamp " * 2_000, "null", "0", "1e309", "\\u0041", '"quoted" \\',
    "Name : 5", "Name | Other", "# Name", "%s %n", "{}", "<b>", "\U0010ffff",
]


def hostile(household: Household) -> None:
    household.entities += [
        Entity(f"light.hostile_{index}", name, [None, name[::-1], f"{name} x"]) for index, name in enumerate(HOSTILE)]
    household.areas += [Place(f"area_{index}", name, [name]) for index, name in enumerate(HOSTILE)]
    household.floors += [Place(f"floor_{index}", name, [name]) for index, name in enumerate(HOSTILE)]


@pytest.mark.parametrize("way", [faults.well, faults.escaped, faults.fragmented])
def test_hostile_names_change_no_transcript(way, home, start):
    hostile(home.household)
    home.faults = {"*": way}
    with start("--log-level", "trace") as server:
        wait_until(lambda: source(server)["count"] >= len(NAMES), server.messages)
        answer(server)
        assert source(server)["error"] is None
    assert all(character.isprintable() or character == "\n" for character in server.messages())


def test_the_names_command_prints_hostile_names_without_control_characters(home, names_command):
    hostile(home.household)
    result = names_command()
    assert result.returncode == 0, result.stderr
    assert not any(ord(character) < 32 and character not in "\t\n" for character in result.stdout)
    lines = listed(names_command("--format", "json"))
    assert {line["name"] for line in lines} >= NAMES
    assert "厨房の照明" in {line["name"] for line in lines}


# TLS


@pytest.mark.parametrize("scheme", ["https", "wss"])
def test_an_unknown_certificate_is_refused_and_the_token_is_not_sent(scheme, start, token_file, tmp_path):
    with Home(certificate=self_signed(tmp_path)) as home:
        url = f"{scheme}://127.0.0.1:{home.port}"
        with start(url=url) as server:
            answer(server)
            (line,) = wait_until(lambda: failures(server), server.messages)
            assert "certificate" in line.lower()
            assert source(server)["error"]
            assert (source(server)["count"], home.tokens) == (0, [])
        result = lorikeet.run("names", "--home-assistant", url, "--home-assistant-token-file", token_file)
        assert_refused(result, "certificate")
    assert home.tokens == []


def test_plain_text_to_a_home_with_tls_is_refused(start, tmp_path):
    with Home(certificate=self_signed(tmp_path)) as home, start(url=f"http://127.0.0.1:{home.port}") as server:
        wait_until(lambda: failures(server), server.messages)
        answer(server)
    assert home.tokens == []
