"""/openapi.json, and requests that Schemathesis derives from it."""
import json
import re
import subprocess
import sys

import pytest

from http_serving import heard, request
from lorikeet import AUDIO

PATHS = {
    "/v1/audio/transcriptions": {"post"}, "/v1/audio/translations": {"post"}, "/v1/models": {"get"},
    "/v1/models/{id}": {"get"}, "/v1/status": {"get"}, "/health": {"get"},
    "/ready": {"get"},
    "/metrics": {"get"},
}
FIELDS = {
    "file", "model", "language", "languages[]", "keywords[]", "prompt", "response_format",
    "timestamp_granularities[]",
    "include[]", "stream", "temperature", "chunking_strategy"}


@pytest.fixture(scope="module")
def schema(http) -> dict:
    return request(http, "GET", "/openapi.json").json()


def test_every_endpoint_of_the_table_is_described(schema):
    assert schema["openapi"].startswith("3.")
    found = {re.sub(r"\{\w+\}", "{id}", path): set(item) & {"get", "post"} for path,
        item in schema["paths"].items()}
    assert {path: found.get(path) for path in PATHS} == PATHS


def test_every_field_of_the_form_is_described(schema):
    content = schema["paths"]["/v1/audio/transcriptions"]["post"]["requestBody"]["content"]["multipart/form-data"]
    form = content["schema"]
    if "$ref" in form:
        form = schema["components"]["schemas"][form["$ref"].rsplit("/", 1)[1]]
    assert FIELDS <= set(form["properties"])
    assert form["required"] == ["file"] or set(form["required"]) <= {"file", "model"}


def test_it_names_no_host_that_others_would_ask(schema, http):
    text = json.dumps(schema)
    assert "openai.com/v1" not in text
    for server in schema.get("servers", []):
        assert server["url"].startswith("/") or server["url"].startswith(http.base)


@pytest.mark.parametrize("checks", [
    "not_a_server_error", "status_code_conformance,content_type_conformance,response_schema_conformance"])
def test_derived_requests_find_no_error_of_the_server(checks, http, tmp_path):
    """All kinds of right and wrong values for each parameter, a few hundred requests."""
    command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()", "run"]
    command += [f"{http.base}/openapi.json", "--checks", checks, "--max-examples", "20", "--seed", "1",
        "--workers", "1"]
    command += ["--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--no-color",
        "--warnings", "off"]
    command += ["--request-timeout", "20", "--suppress-health-check", "all", "--exclude-path", "/v1/realtime"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=400)
    assert result.returncode == 0, result.stdout[-8_000:] + result.stderr[-2_000:]
    http.assert_sound()
    assert heard(http, (AUDIO / "en-03.wav").read_bytes()) == "Close the office door."
