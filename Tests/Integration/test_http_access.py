"""Who may use the HTTP side, and what it answers beside transcripts: tokens, origins, methods, paths, health."""
import asyncio
import re
import socket

import openai
import pytest

import lorikeet
from hub import MODEL
from http_serving import (
    UPLOAD, Answer, HTTPServer, RawHTTP, assert_refused, form, head, heard, request, wait_for)
from lorikeet import AUDIO
from test_health import status

RECORDING = AUDIO / "en-03.wav"
TEXT = "Close the office door."
OPEN = ["/", "/health", "/ready"]
CLOSED = ["/v1/models", "/v1/models/builtin", "/v1/status", "/metrics", "/openapi.json", "/v1/realtime",
    "/unknown"]
ORIGIN = "https://chat.example"


def get(server, path: str, **headers: str) -> Answer:
    return request(server, "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def post(server, headers: dict[str, str]) -> Answer:
    body, kind = form(("model", "whisper-1"), ("file", ("a.wav", RECORDING.read_bytes())))
    return request(server, "POST", UPLOAD, body, kind | headers)


# Health and status


@pytest.mark.parametrize("path", ["/health", "/ready", "/health?x=1"])
def test_the_server_is_well(path, http):
    heard(http, RECORDING.read_bytes())
    assert get(http, path).status == 200


@pytest.fixture
def downloading(binary, tmp_path):
    """A server whose model comes from a hub that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hub = {"HF_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}", "HF_HUB_DOWNLOAD_TIMEOUT": "600"}
        proxies = {name: "" for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")} | {"no_proxy": "*"}
        options = ["--model", MODEL, "--data-dir", tmp_path, "--deadline-seconds", "1", "--drain-seconds", "1"]
        with HTTPServer(binary, *options, variables=hub | proxies) as server:
            yield server


def test_a_server_whose_model_is_still_downloaded_is_well_but_not_ready(downloading):
    assert get(downloading, "/health").status == 200
    assert get(downloading, "/ready").status == 503
    assert get(downloading, "/v1/models").status == 200


def test_an_upload_is_answered_in_time_even_if_the_model_is_not_there(downloading):
    assert_refused(post(downloading, {}), 503)
    with downloading.client() as client, pytest.raises(openai.InternalServerError):
        client.audio.transcriptions.create(model="whisper-1", file=RECORDING)


def test_the_status_is_that_of_wyoming(http):
    heard(http, RECORDING.read_bytes())
    data = get(http, "/v1/status").json()
    (theirs,) = status(http.port)["devices"]
    (ours,) = data["models"]
    assert ours["model"] == "builtin" and ours["devices"][0]["name"] == theirs["name"]
    assert data["queue"] == 0
    text = repr(data)
    assert not {"Close", "office"} & set(text.replace(".", " ").split())


def test_the_page_is_html_and_needs_no_other_server(http):
    answer = get(http, "/")
    assert answer.status == 200 and answer.headers.get_content_type() == "text/html"
    assert "lorikeet" in answer.text.lower()
    for place in ("src=\"http", "href=\"http", "src=\"//", "url(http", "@import"):
        assert place not in answer.text


def test_the_page_cannot_be_framed_or_sniffed_and_runs_only_its_own_code(http):
    headers = get(http, "/").headers
    assert "default-src" in headers.get("Content-Security-Policy", "")
    assert headers.get("X-Content-Type-Options") == "nosniff"


def test_the_page_can_be_turned_off(start_http):
    with start_http("--http-page", "no") as server:
        assert_refused(get(server, "/"), 404)
        assert get(server, "/health").status == 200


# Methods and paths


@pytest.mark.parametrize(["method", "path"], [
    ("GET", UPLOAD), ("PUT", UPLOAD), ("DELETE", UPLOAD), ("GET", "/v1/audio/translations"),
    ("POST", "/v1/models"),
    ("DELETE", "/v1/models/builtin"), ("POST", "/health"), ("POST", "/metrics"), ("PUT", "/"),
    ("PATCH", "/v1/status"),
    ("POST", "/openapi.json"), ("TRACE", "/health")])
def test_another_method_is_refused_with_those_that_are_allowed(method, path, http):
    answer = request(http, method, path, body=b"" if method in ("POST", "PUT", "PATCH") else None)
    assert_refused(answer, 405)
    assert {name.strip() for name in answer.headers["Allow"].split(",")} & {"GET", "POST"}
    assert method not in answer.headers["Allow"]


@pytest.mark.parametrize("path",
    ["/", "/health", "/ready", "/metrics", "/v1/models", "/v1/status", "/openapi.json"])
def test_head_is_get_without_its_body(path, http):
    full, short = get(http, path), request(http, "HEAD", path)
    assert (short.status, short.body) == (full.status, b"")
    assert short.headers.get_content_type() == full.headers.get_content_type()


@pytest.mark.parametrize("path", [
    "/v1", "/v1/", "/v1/audio", "/v1/audio/speech", "/v1/chat/completions", "/favicon.png", "/healthy", "/HEALTH",
    "/v1/models/x/y", "/index.html", "/.env"])
def test_an_unknown_path_is_not_found(path, http):
    assert_refused(get(http, path), 404)


def test_answers_name_no_secret_and_no_path_of_the_server(http, data_dir):
    for path in ("/", "/v1/models", "/v1/status", "/metrics", "/openapi.json", "/nothing"):
        assert str(data_dir) not in get(http, path).text


# Tokens


@pytest.fixture(scope="module")
def guarded(start_http, tmp_path_factory):
    tokens = tmp_path_factory.mktemp("tokens") / "tokens"
    tokens.write_text("first-token\n\n  second-token  \n")
    with start_http("--http-token-file", tokens, kept_lines=None) as server:
        yield server
        server.assert_sound()


@pytest.mark.parametrize("path", OPEN)
def test_without_a_token_the_open_paths_are_answered(path, guarded):
    wait_for(lambda: get(guarded, "/ready").status == 200)
    assert get(guarded, path).status == 200


@pytest.mark.parametrize("path", CLOSED)
@pytest.mark.parametrize("authorization", [
    None, "", "Bearer", "Bearer ", "Bearer wrong", "Bearer first-token2", "Bearer first-toke", "first-token",
    "Basic first-token", "Bearer first-token\tsecond-token", "Bearer first-token,second-token"], ids=repr)
def test_another_path_needs_a_token(authorization, path, guarded):
    answer = get(guarded, path, **({} if authorization is None else {"Authorization": authorization}))
    assert_refused(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_token_is_the_official_exception(guarded):
    with guarded.client(api_key="wrong") as client, pytest.raises(openai.AuthenticationError):
        client.audio.transcriptions.create(model="whisper-1", file=RECORDING)


@pytest.mark.parametrize("token", ["first-token", "second-token"])
def test_each_token_of_the_file_is_accepted(token, guarded):
    with guarded.client(api_key=token) as client:
        assert client.audio.transcriptions.create(model="whisper-1", file=RECORDING).text == TEXT
        assert [model.id for model in client.models.list()]


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_is_read_as_the_standard_says(scheme, guarded):
    assert get(guarded, "/v1/models", Authorization=f"{scheme} first-token").status == 200


def test_a_query_is_no_place_for_a_token(guarded):
    for query in ("token=first-token", "api_key=first-token", "access_token=first-token"):
        assert_refused(get(guarded, f"/v1/models?{query}"), 401)


def test_an_upload_without_a_token_is_refused_before_its_body(guarded):
    with RawHTTP(guarded) as connection:
        connection.send(head("POST", UPLOAD, "Content-Type: multipart/form-data; boundary=x",
            "Content-Length: 9000000"))
        assert_refused(connection.answer(), 401)


def test_tokens_are_in_no_log(guarded):
    get(guarded, "/v1/models", Authorization="Bearer first-token")
    get(guarded, "/v1/models", Authorization="Bearer a-wrong-guess")
    assert not any(token in guarded.messages() for token in ("first-token", "second-token", "a-wrong-guess"))


@pytest.mark.parametrize("content", ["", "\n \n", None], ids=["empty", "blank", "missing"])
def test_a_file_without_a_token_is_refused_at_start(content, tmp_path):
    file = tmp_path / "tokens"
    if content is not None:
        file.write_text(content)
    options = ["--uri", "tcp://127.0.0.1:0", "--http", "tcp://127.0.0.1:0", "--http-token-file", file]
    lorikeet.assert_refused(lorikeet.run("serve", *options), file)


# Origins


@pytest.fixture(scope="module")
def crossed(start_http, tmp_path_factory):
    tokens = tmp_path_factory.mktemp("tokens") / "tokens"
    tokens.write_text("first-token\n")
    with start_http("--http-origin", ORIGIN, "--http-token-file", tokens) as server:
        yield server
        server.assert_sound()


def preflight(server, origin: str) -> Answer:
    return request(server, "OPTIONS", UPLOAD, headers={
        "Origin": origin, "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization"})


def test_a_page_of_the_named_origin_asks_before_and_is_allowed(crossed):
    answer = preflight(crossed, ORIGIN)
    assert answer.status in (200, 204) and answer.body == b""
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()
    assert "origin" in answer.headers.get("Vary", "").lower()


def test_a_page_of_the_named_origin_gets_its_transcript(crossed):
    answer = post(crossed, {"Origin": ORIGIN, "Authorization": "Bearer first-token"})
    assert answer.json()["text"] == TEXT
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


def test_an_error_can_be_read_by_the_page_too(crossed):
    answer = post(crossed, {"Origin": ORIGIN, "Authorization": "Bearer wrong"})
    assert_refused(answer, 401)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN


OTHERS = ["https://evil.example", "http://chat.example", "https://chat.example:8443",
    "https://chat.example.evil.example",
          "https://xchat.example", "null", "file://", "", "https://CHAT.example.",
          "https://chat.example, https://evil.example"]


@pytest.mark.parametrize("origin", OTHERS, ids=repr)
def test_a_page_of_another_origin_is_refused(origin, crossed):
    for answer in (
        preflight(crossed, origin), post(crossed, {"Origin": origin, "Authorization": "Bearer first-token"}),
        get(crossed, "/v1/models", Origin=origin, Authorization="Bearer first-token")):
        assert_refused(answer, 403)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_without_an_origin_that_is_allowed_every_other_is_refused(http):
    assert_refused(post(http, {"Origin": "https://evil.example"}), 403)
    assert_refused(post(http, {"Origin": "null"}), 403)


def test_the_servers_own_page_is_no_other_origin(http):
    assert post(http, {"Origin": http.base}).json()["text"] == TEXT


def test_a_star_allows_every_origin(start_http):
    with start_http("--http-origin", "*") as server:
        answer = post(server, {"Origin": "https://anything.example"})
        assert answer.json()["text"] == TEXT
        assert answer.headers["Access-Control-Allow-Origin"] in ("*", "https://anything.example")


def test_several_origins_can_be_named(start_http):
    with start_http("--http-origin", ORIGIN, "--http-origin", "https://other.example") as server:
        for origin in (ORIGIN, "https://other.example"):
            assert post(server, {"Origin": origin}).headers["Access-Control-Allow-Origin"] == origin


# Addresses


def test_http_and_wyoming_share_the_model(http):
    async def both():
        async with http.async_client() as client:
            return (await client.audio.transcriptions.create(model="whisper-1", file=RECORDING)).text

    before = status(http.port)["devices"][0]["inferences"]
    assert asyncio.run(asyncio.wait_for(both(), 60)) == TEXT
    assert status(http.port)["devices"][0]["inferences"] > before


@pytest.mark.parametrize(["options", "mention"], [
    (["--http", "http://127.0.0.1:0"], "http://127.0.0.1:0"), (["--http", "stdio://"], "stdio"),
    (["--http", "tcp://127.0.0.1:99999"], "99999"), (["--http", "tcp://127.0.0.1:0?colour=red"], "colour"),
    (["--http", "tcp://127.0.0.1:0", "--http-max-requests", "0"], "http-max-requests"),
    (["--http", "tcp://127.0.0.1:0", "--http-origin", "chat.example/path"], "chat.example/path"),
    (["--http", "tcp://127.0.0.1:0", "--http-page", "perhaps"], "perhaps")], ids=lambda value: str(value)[-30:])
def test_a_wrong_setting_is_refused_with_its_value(options, mention):
    result = lorikeet.run("serve", "--uri", "tcp://127.0.0.1:0", *options)
    assert result.returncode in (1, 64) and mention in result.stderr, result.stderr


def test_two_requests_on_one_connection_are_answered_in_order(http):
    data = b"".join(head("GET", path) for path in ("/health", "/v1/models", "/nothing"))
    data += head("GET", "/ready", "Connection: close")
    with RawHTTP(http) as connection:
        connection.send(data)
        with connection.socket.makefile("rb") as stream:
            text = stream.read().decode()
    statuses = re.findall(r"HTTP/1\.1 (\d+)", text)
    assert statuses == ["200", "200", "404", "200"]


@pytest.mark.parametrize(["method", "path"],
    [("POST", "/health"), ("POST", "/nothing"), ("PUT", UPLOAD), ("GET", "/ready")])
def test_a_body_that_nobody_wants_does_not_confuse_the_next_request(method, path, http):
    """It can look like a request; it is read, or the connection is closed."""
    body = head("GET", "/metrics") * 20
    with RawHTTP(http) as connection:
        connection.send(head(method, path, f"Content-Length: {len(body)}") + body + head("GET", "/v1/models"))
        first = connection.answer(method)
        assert first.status in (200, 400, 404, 405)
        if first.headers.get("Connection", "").lower() != "close":
            assert connection.answer().json()["object"] == "list"


def test_a_connection_is_closed_when_the_client_says_so(http):
    with RawHTTP(http) as connection:
        connection.send(head("GET", "/health", "Connection: close"))
        assert connection.answer().status == 200
        assert connection.rest() == b""


def test_an_http10_client_is_answered_and_its_connection_closed(http):
    with RawHTTP(http) as connection:
        connection.send(b"GET /health HTTP/1.0\r\n\r\n")
        assert b" 200 " in connection.rest().split(b"\r\n")[0]


def test_every_answer_has_a_date_or_length_that_ends_it(http):
    for path in ("/health", "/v1/models", "/nothing", "/metrics"):
        headers = get(http, path).headers
        assert "Content-Length" in headers or headers.get("Transfer-Encoding") == "chunked"
