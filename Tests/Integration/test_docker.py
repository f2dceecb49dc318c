"""The images, without Docker: their build steps in a minimal Debian, and the files beside them.

Ubuntu's own base image, `docker build` and real devices are tried by nobody here.
"""
import functools
import hashlib
import http.server
import json
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tarfile
import threading
import time

import pytest
import yaml

import bare_root
import home_assistant
import lorikeet
from conversation import TEXTS, audio, converse

PACKAGING = lorikeet.REPOSITORY / "Packaging"
DOCKERFILE = PACKAGING / "docker/Dockerfile"
ADDON = PACKAGING / "home-assistant/lorikeet"
COMPOSE = yaml.safe_load((PACKAGING / "docker/docker-compose.yml").read_text())
KUBERNETES = {item["kind"]: item for item in yaml.safe_load_all((PACKAGING / "kubernetes/lorikeet.yaml").read_text())}
TEXT = TEXTS["en-01.wav"]

Stage = list[tuple[str, str]]


def stages(dockerfile: pathlib.Path) -> dict[str, Stage]:
    """The instructions of each stage, and of the last one also as ""."""
    text = "\n".join(line for line in dockerfile.read_text().splitlines() if not line.startswith("#"))
    found: dict[str, Stage] = {}
    name = ""
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            name = rest.partition(" AS ")[2]
            found[name] = []
        elif name in found:
            found[name].append((word, rest.strip()))
    return found


def values(stage: Stage, word: str) -> list[str]:
    return [rest for name, rest in stage if name == word]


def variables(stage: Stage) -> dict[str, str]:
    return dict(word.split("=", 1) for rest in values(stage, "ENV") for word in shlex.split(rest))


def arguments(stage: Stage) -> dict[str, str]:
    """The build arguments with their defaults."""
    return dict(rest.partition("=")[::2] for rest in values(stage, "ARG"))


def build(stage: Stage, root: bare_root.Root, copy, **given: str) -> None:
    """Runs the steps of a stage with these build arguments. `copy` brings the files of COPY and ADD, which are not in the root."""
    known = arguments(stage)
    assert given.keys() <= known.keys()
    environment = [f"{name}={value}" for name, value in {**known, **given}.items()]
    for word, rest in stage:
        if word == "RUN":
            result = root.run("env", *environment, "sh", "-ec", rest)
            assert result.returncode == 0, f"{rest}\n{result.stdout[-2000:]}{result.stderr[-2000:]}"
        elif word in {"COPY", "ADD"}:
            copy(root, word, rest.split())


def serve_as_image(stage: Stage, root: bare_root.Root, *, environment: dict[str, str]) -> subprocess.Popen:
    """Runs ENTRYPOINT and CMD as the image's user, without a shell."""
    for shell in ["bin/sh", "bin/bash", "bin/dash"]:
        root.inside(f"/usr/{shell}").unlink(missing_ok=True)
    command = [word for name in ["ENTRYPOINT", "CMD"] for value in values(stage, name)[-1:] for word in json.loads(value)]
    return enter_as_image(stage, root, command, environment)


def enter_as_image(stage: Stage, root, command: list[str], environment: dict[str, str]) -> subprocess.Popen:
    user = values(stage, "USER")[-1]
    defined = variables(stage)
    path = defined["PATH"].split(":")[0]
    # `sh` only mounts; the root has no shell.
    inside = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", f"{path}/{command[0]}", *command[1:]]
    return subprocess.Popen(
        root.command(*inside), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        env={**bare_root.CLEAN, **defined, **environment})


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_the_build_context_has_everything_that_package_swift_names(tmp_path):
    lines = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
    given = [line[1:] for line in lines if line.startswith("!")]
    assert [line for line in lines if line and not line.startswith(("!", "#"))] == ["*"]
    for path in (path for pattern in given for path in lorikeet.REPOSITORY.glob(pattern)):
        target = tmp_path / path.relative_to(lorikeet.REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, target)
    result = subprocess.run(["swift", "package", "describe"], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert result.returncode == 0, result.stderr
    sources = " ".join(rest for stage in stages(DOCKERFILE).values() for rest in values(stage, "COPY"))
    assert "Packaging/docker/fetch-npu-driver" in given and "Packaging/docker/fetch-npu-driver" in sources
    for name in ["Packaging/dist/assemble.py", "Tests/Fixtures/audio/en-01.wav", "docs/install.md", "LICENSE"]:
        assert (tmp_path / name).exists()


@pytest.mark.parametrize("dockerfile", [DOCKERFILE, ADDON / "Dockerfile"], ids=["image", "add-on"])
def test_dockerfiles_are_clean(dockerfile):
    hadolint = lorikeet.REPOSITORY / ".venv/bin/hadolint"
    if not hadolint.exists():
        pytest.skip("there is no hadolint for this machine")
    result = subprocess.run([hadolint, dockerfile], capture_output=True, encoding="utf-8")
    assert (result.returncode, result.stdout) == (0, "")


def test_the_image_is_built_and_runs_unprivileged_without_a_shell(unpacked, tmp_path):
    stage = stages(DOCKERFILE)["cpu"]
    root = bare_root.Root(bare_root.bare(), tmp_path)

    def copy(root, word, words):
        assert (word, words) == ("COPY", ["--from=build", "/release", "/opt/lorikeet"])
        shutil.copytree(unpacked, root.inside("/opt/lorikeet"))

    build(stage, root, copy)
    assert root.inside("/etc/ssl/certs/ca-certificates.crt").exists()
    assert "render" in root.run("id", "--groups", "--name", "10300").stdout
    assert values(stage, "USER") == ["10300"] and values(stage, "VOLUME") == ["/data"]
    assert variables(stage)["LORIKEET_MODEL"] == "parakeet-tdt-0.6b-v3"

    port = free_port()
    environment = {"LORIKEET_URI": f"tcp://127.0.0.1:{port}", "LORIKEET_MODEL": "builtin"}
    server = serve_as_image(stage, root, environment=environment)
    try:
        health = values(stage, "HEALTHCHECK")[0]
        assert "--start-period=30m" in health
        command = json.loads(health.partition("CMD ")[2])
        deadline = time.monotonic() + bare_root.SECONDS
        while True:
            check = enter_as_image(stage, root, [*command, "--uri", f"tcp://127.0.0.1:{port}"], {})
            if check.wait(bare_root.SECONDS) == 0:
                break
            assert server.poll() is None and time.monotonic() < deadline, check.stderr.read()
        text, _ = converse(home_assistant.transcribe(port, audio("en-01.wav")))
        assert text == TEXT
        assert {file.stat().st_uid for file in root.inside("/data").iterdir()} == {10300}
        server.send_signal(signal.SIGTERM)
        assert server.wait(bare_root.SECONDS) == 0
    finally:
        server.kill()


@pytest.mark.parametrize("has_own_driver", [False, True], ids=["pinned driver", "own driver"])
def test_the_add_on_s_image_is_built(unpacked, files, tmp_path, has_own_driver):
    (stage,) = stages(ADDON / "Dockerfile").values()
    root = bare_root.Root(bare_root.bare(), tmp_path)

    def copy(root, word, words):
        if words[0] == "lorikeet-*.tar.gz":
            assert (word, words[1]) == ("ADD", "/opt/")
            shutil.copytree(unpacked, root.inside(f"/opt/{unpacked.name}"))
        elif words[0] == "fetch-npu-driver":
            shutil.copy(PACKAGING / "docker" / words[0], root.inside(words[1]))
        elif words[0].endswith("/"):
            shutil.copytree(ADDON / words[0], root.inside(words[1]))
            if has_own_driver:
                package(root.inside(words[1]), "own-npu-driver")
        else:
            shutil.copy(ADDON / words[0], root.inside(words[1]))

    # With packages of its own it must download nothing.
    build(stage, root, copy, **(dict.fromkeys(arguments(stage), "") if has_own_driver else files()))
    installed = set(root.run("dpkg-query", "--show", "--showformat", "${Package}\n").stdout.split())
    fetched = {"libze1", "intel-level-zero-npu", "intel-driver-compiler-npu"}
    assert installed & {"own-npu-driver", "intel-fw-npu", *fetched} == ({"own-npu-driver"} if has_own_driver else fetched)
    assert not root.inside("/npu-driver").exists()
    root.inside("/data").mkdir()
    root.inside("/data/options.json").write_text('{"model": "builtin", "device": "cpu", "log_level": "info"}')
    (command,) = map(json.loads, values(stage, "CMD"))
    (path,) = [word.split("=", 1)[1] for rest in values(stage, "ENV") for word in shlex.split(rest)]
    port = free_port()
    server = subprocess.Popen(
        root.command(*command), stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**bare_root.CLEAN, "PATH": path, "PORT": str(port), "SUPERVISOR": "http://127.0.0.1:1"})
    try:
        deadline = time.monotonic() + bare_root.SECONDS
        while lorikeet.run("health", "--uri", f"tcp://127.0.0.1:{port}").returncode != 0:
            assert server.poll() is None and time.monotonic() < deadline
            time.sleep(0.2)
        assert converse(home_assistant.transcribe(port, audio("en-01.wav")))[0] == TEXT
    finally:
        server.kill()


def test_the_add_on_s_folder_has_the_release(archive):
    subprocess.run([lorikeet.REPOSITORY / "Scripts/addon"], check=True, capture_output=True)
    folder = lorikeet.REPOSITORY / "dist/home-assistant/lorikeet"
    assert {"config.yaml", "Dockerfile", "run", "fetch-npu-driver", archive.name} <= {file.name for file in folder.iterdir()}


# The driver


def package(folder: pathlib.Path, name: str) -> pathlib.Path:
    """Makes an empty Debian package."""
    tree = folder / name
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(
        f"Package: {name}\nVersion: 1.0\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: a test\n")
    target = folder / f"{name}_1.0_amd64.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, target], check=True, capture_output=True)
    shutil.rmtree(tree)
    return target


@pytest.fixture
def files(tmp_path):
    """A web server with the packages of a fake driver."""
    folder = tmp_path / "files"
    (folder / "debs").mkdir(parents=True)
    for name in ["intel-level-zero-npu", "intel-driver-compiler-npu", "intel-fw-npu"]:
        package(folder / "debs", name)
    package(folder, "libze1").rename(folder / "level-zero.deb")
    for name, packages in {"driver": "*.deb", "without-compiler": "*level-zero*.deb"}.items():
        with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as tar:
            for deb in (folder / "debs").glob(packages):
                tar.add(deb, deb.name)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def given(driver: str = "driver", **changed: str) -> dict[str, str]:
        found = {}
        for key, name in {"LEVEL_ZERO": "level-zero.deb", "NPU_DRIVER": f"{driver}.tar.gz"}.items():
            found[f"{key}_URL"] = f"http://127.0.0.1:{server.server_port}/{name}"
            found[f"{key}_SHA256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        return {**found, **changed}

    yield given
    server.shutdown()
    server.server_close()


def fetch(folder: pathlib.Path, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PACKAGING / "docker/fetch-npu-driver", folder], capture_output=True, encoding="utf-8", timeout=60,
        env={"PATH": bare_root.PATH, **given})


def test_the_driver_s_packages_are_fetched_without_the_firmware(files, tmp_path):
    result = fetch(tmp_path / "debs", files())
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(file.name for file in (tmp_path / "debs").iterdir()) == [
        "intel-driver-compiler-npu_1.0_amd64.deb", "intel-level-zero-npu_1.0_amd64.deb", "level-zero.deb"]


@pytest.mark.parametrize(("changed", "reason"), [
    ({"NPU_DRIVER_SHA256": ""}, "the build argument NPU_DRIVER_SHA256 is empty"),
    ({"LEVEL_ZERO_URL": ""}, "the build argument LEVEL_ZERO_URL is empty"),
    ({"LEVEL_ZERO_SHA256": "0" * 64}, f"expected {'0' * 64}"), ({"driver": "without-compiler"}, "there is no intel-driver-compiler-npu"),
    ({"LEVEL_ZERO_URL": "http://127.0.0.1:1/"}, "curl"),
])
def test_missing_or_wrong_driver_packages_are_refused(files, tmp_path, changed, reason):
    result = fetch(tmp_path / "debs", files(**changed))
    assert result.returncode != 0 and reason in result.stderr
    assert not (tmp_path / "debs").exists()


@pytest.mark.parametrize("stage", [stages(DOCKERFILE)["npu-driver"], stages(ADDON / "Dockerfile")[""]], ids=["image", "add-on"])
def test_the_driver_is_pinned_to_the_versions_that_doctor_recommends(stage):
    pins = arguments(stage)
    assert set(pins) == {f"{name}_{key}" for name in ["LEVEL_ZERO", "NPU_DRIVER"] for key in ["URL", "SHA256"]}
    assert all(re.fullmatch(r"[0-9a-f]{64}", value) for name, value in pins.items() if name.endswith("SHA256"))
    assert pins == arguments(stages(DOCKERFILE)["npu-driver"])
    pairings = (lorikeet.REPOSITORY / "Sources/Diagnosis/DriverPairing.swift").read_text()
    driver = re.findall(r"lastRelease: Version\((\d+), (\d+), (\d+)\)", pairings)[-1]
    assert f"/v{'.'.join(driver)}/" in pins["NPU_DRIVER_URL"]
    assert pins["LEVEL_ZERO_SHA256"] in (lorikeet.REPOSITORY / "Sources/Diagnosis/NPURemedies.swift").read_text()


# Compose and Kubernetes


def test_compose_has_a_service_for_each_target_and_passes_its_device():
    services = COMPOSE["services"]
    assert set(services) == {"cpu", "gpu", "npu"}
    for name, service in services.items():
        folder = (PACKAGING / "docker" / service["build"]["context"]).resolve()
        assert (folder / service["build"]["dockerfile"]).samefile(DOCKERFILE)
        assert service["build"]["target"] == name and name in stages(DOCKERFILE)
        assert service["environment"]["LORIKEET_DEVICE"] == name
        assert service["profiles"] == [name]
        assert service["volumes"] == ["data:/data"] and service["read_only"] is True
    assert services["npu"]["devices"] == ["/dev/accel/accel0:/dev/accel/accel0"]
    assert services["gpu"]["devices"] == ["/dev/dri:/dev/dri"]
    assert "devices" not in services["cpu"]
    # Names without values: one that is not set leaves the Dockerfile's default alone.
    assert services["npu"]["build"]["args"] == list(arguments(stages(DOCKERFILE)["npu-driver"]))


@pytest.mark.parametrize("environment", [
    *(service["environment"] for service in COMPOSE["services"].values()),
    {item["name"]: item["value"] for item in KUBERNETES["StatefulSet"]["spec"]["template"]["spec"]["containers"][0]["env"]},
], ids=["cpu", "gpu", "npu", "kubernetes"])
def test_container_variables_are_settings_of_the_server(environment):
    given = {name: value for name, value in environment.items() if name.startswith("LORIKEET_") and "$" not in value}
    assert given
    result = subprocess.run(
        [lorikeet.BINARY, "serve", "--print-config"], capture_output=True, encoding="utf-8", env={**lorikeet.ENVIRONMENT, **given})
    assert result.returncode == 0, result.stderr


def test_a_pod_is_ready_only_when_its_model_is_loaded(start_server):
    pod = KUBERNETES["StatefulSet"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert KUBERNETES["StatefulSet"]["spec"]["replicas"] > 1
    assert KUBERNETES["Service"]["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert container["ports"][0]["name"] == KUBERNETES["Service"]["spec"]["ports"][0]["targetPort"]
    assert container["readinessProbe"]["exec"]["command"][-1] == "--ready"
    with start_server() as server:
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"]:
            program, *arguments = container[probe]["exec"]["command"]
            assert program == "lorikeet"
            # Kubernetes times out after the program, which gives the reason.
            assert container[probe]["timeoutSeconds"] > 5
            deadline = time.monotonic() + bare_root.SECONDS
            while lorikeet.run(*arguments, "--uri", server.uri).returncode != 0:
                assert time.monotonic() < deadline, probe
                time.sleep(0.2)
