"""The release tarball from `make dist`, in a minimal Debian."""
import hashlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

import bare_root
import home_assistant
import lorikeet
from conversation import TEXTS, audio, converse

TEXT = TEXTS["en-01.wav"]
MAXIMUM_BYTES = 120_000_000
INSTALLED = "/opt/lorikeet/current/bin/lorikeet"
UNIT = "share/lorikeet/lorikeet.service"


@pytest.fixture
def root(unpacked, tmp_path) -> bare_root.Root:
    root = bare_root.Root(bare_root.bare(), tmp_path)
    shutil.copytree(unpacked, root.inside("/srv/release"))
    return root


def seal(release: pathlib.Path) -> None:
    """Updates the sums for files that a test changed."""
    names = [line.split("  ", 1)[1] for line in (release / "SHA256SUMS").read_text().splitlines()]
    (release / "SHA256SUMS").write_text("".join(
        f"{hashlib.sha256((release / name).read_bytes()).hexdigest()}  {name}\n" for name in names))


def change(file: pathlib.Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def install(root, *options: str, folder: str = "/srv/release") -> subprocess.CompletedProcess[str]:
    return root.run(f"{folder}/install.sh", *options)


def assert_installs(root, *options: str, folder: str = "/srv/release") -> str:
    result = install(root, *options, folder=folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def current(root, prefix: str = "/opt/lorikeet") -> str:
    return os.readlink(root.inside(f"{prefix}/current"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until_well(port: int) -> None:
    deadline = time.monotonic() + bare_root.SECONDS
    while lorikeet.run("health", "--uri", f"tcp://127.0.0.1:{port}").returncode != 0:
        assert time.monotonic() < deadline
        time.sleep(0.2)


# Contents


def test_the_archive_is_small_enough_and_has_its_sum_beside_it(archive):
    assert archive.stat().st_size <= MAXIMUM_BYTES
    digest, name = (archive.parent / f"{archive.name}.sha256").read_text().split()
    assert (digest, name) == (hashlib.sha256(archive.read_bytes()).hexdigest(), archive.name)


def test_the_libraries_are_those_that_are_needed_and_no_others(unpacked):
    names = {file.name.split(".so")[0] for file in (unpacked / "lib/lorikeet").iterdir()}
    assert {"libopenvino", "libopenvino_onnx_frontend", "libopenvino_ir_frontend", "libsndfile", "libsoxr"} <= names
    assert not {"libopenvino_auto_plugin", "libopenvino_hetero_plugin", "libstdc++", "libc"} & names
    assert not [name for name in names if "swift" in name.lower() or "foundation" in name.lower()]


def test_each_library_has_a_licence(unpacked):
    index = (unpacked / "licenses/INDEX.txt").read_text()
    patterns = re.findall(r"lib[\w+*-]+(?:\.so[.\d]*)?|cache\.json", index)
    for file in (unpacked / "lib/lorikeet").iterdir():
        assert any(pathlib.PurePath(file.name).match(pattern) for pattern in patterns), file.name
    for folder in re.findall(r"^(\S+)/$", index, re.MULTILINE):
        assert [file for file in (unpacked / "licenses" / folder).iterdir() if file.stat().st_size > 0], folder


def test_no_path_of_the_building_machine_is_searched_for_libraries(unpacked):
    shown = subprocess.run(
        ["readelf", "--dynamic", unpacked / "bin/lorikeet"], capture_output=True, encoding="utf-8", check=True).stdout
    assert re.findall(r"PATH\).*\[(.*)\]", shown) == ["$ORIGIN/../lib/lorikeet"]


# Unpacked


def test_an_unpacked_release_transcribes_anywhere_without_a_network(root):
    root.inside("/srv/a folder").mkdir()
    root.inside("/srv/release").rename(root.inside("/srv/a folder/ü"))
    folder = "/srv/a folder/ü"
    result = root.run(f"{folder}/bin/lorikeet", "transcribe", f"{folder}/share/lorikeet/example.wav", network=False)
    assert (result.stdout, result.returncode) == (f"{TEXT}\n", 0), result.stderr
    # Prepared networks are read by another library than exported ones.
    result = root.run(
        f"{folder}/bin/lorikeet", "transcribe", "--precision", "int8", f"{folder}/share/lorikeet/example.wav",
        network=False)
    assert (result.stdout, result.returncode) == (f"{TEXT}\n", 0), result.stderr


@pytest.mark.parametrize("name", ["flac", "ogg", "mp3"])
def test_an_unpacked_release_reads_compressed_recordings(root, name, tmp_path):
    import soundfile

    samples, rate = soundfile.read(lorikeet.AUDIO / "en-01.wav")
    soundfile.write(root.inside(f"/srv/recording.{name}"), samples, rate)
    result = root.run("/srv/release/bin/lorikeet", "transcribe", f"/srv/recording.{name}", network=False)
    assert (result.stdout, result.returncode) == (f"{TEXT}\n", 0), result.stderr


# Installed


def test_an_installed_release_passes_doctor_transcribes_and_serves(root):
    said = assert_installs(root, "--model", "builtin")
    assert "downloads its model" not in said
    assert TEXT in said and "systemd is not running" in said and "apt install ca-certificates" in said
    result = root.run("lorikeet", "doctor")
    assert result.returncode == 0 and "All is well." in result.stdout, result.stdout
    result = root.run("lorikeet", "transcribe", "/opt/lorikeet/current/share/lorikeet/example.wav", network=False)
    assert (result.stdout, result.returncode) == (f"{TEXT}\n", 0), result.stderr

    port = free_port()
    command = root.command("lorikeet", "serve", "--config", "/etc/lorikeet/lorikeet.yaml", "--uri", f"tcp://127.0.0.1:{port}")
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=bare_root.CLEAN)
    try:
        wait_until_well(port)
        text, _ = converse(home_assistant.transcribe(port, audio("en-01.wav")))
        assert text == TEXT
        server.send_signal(signal.SIGTERM)
        assert server.wait(bare_root.SECONDS) == 0
    finally:
        server.kill()


def test_installing_again_changes_nothing_and_keeps_the_configuration(root):
    assert "downloads its model" in assert_installs(root)
    settings = root.inside("/etc/lorikeet/lorikeet.yaml")
    assert "\nmodel: parakeet-tdt-0.6b-v3\n" in settings.read_text()
    settings.write_text("device: cpu\n")
    before = current(root)
    said = assert_installs(root, "--model", "parakeet-tdt-0.6b-v2")
    assert "is there already" in said and "write 'model: parakeet-tdt-0.6b-v2' there" in said
    assert (current(root), settings.read_text()) == (before, "device: cpu\n")
    assert len(list(root.inside("/opt/lorikeet/versions").iterdir())) == 1


def test_a_new_version_takes_the_place_of_the_old_one_which_is_kept(root):
    assert_installs(root)
    names = [current(root)]
    for number in [1, 2]:
        (root.inside("/srv/release") / "README.md").write_text(f"{number}")
        seal(root.inside("/srv/release"))
        assert_installs(root)
        names.append(current(root))
    assert len(set(names)) == 3
    kept = {f"versions/{folder.name}" for folder in root.inside("/opt/lorikeet/versions").iterdir()}
    assert kept == set(names[1:])


def test_a_damaged_installation_is_repaired(root):
    assert_installs(root)
    os.remove(root.inside(f"/opt/lorikeet/{current(root)}/lib/lorikeet/libsoxr.so.0"))
    assert root.run("lorikeet", "--version").returncode != 0
    assert_installs(root)
    assert root.run("lorikeet", "--version").returncode == 0


def damage(release):
    with (release / "lib/lorikeet/libopenvino.so.2641").open("r+b") as file:
        file.seek(1000)
        file.write(b"damage")


def break_program(release):
    (release / "share/lorikeet/example.wav").write_bytes(b"no recording")
    seal(release)


@pytest.mark.parametrize(("spoil", "reason"), [
    (damage, "this copy is damaged"),
    (break_program, "the program does not work here"),
    (lambda release: change(release / "BUILD", "glibc=2.36", "glibc=99.9"), "glibc 99.9 is needed, and this system has 2.36"),
    (lambda release: change(release / "BUILD", "machine=", "machine=not-"), "this release is for not-"),
    (lambda release: os.remove(release / "SHA256SUMS"), "is not an unpacked release"),
], ids=["damaged", "broken", "old glibc", "other machine", "no sums"])
def test_a_failed_installation_leaves_the_old_version_in_use(root, spoil, reason):
    assert_installs(root)
    before = current(root)
    (root.inside("/srv/release") / "README.md").write_text("new")
    seal(root.inside("/srv/release"))
    spoil(root.inside("/srv/release"))
    result = install(root)
    assert result.returncode == 1 and reason in result.stderr, result.stderr
    assert current(root) == before
    assert [f"versions/{folder.name}" for folder in root.inside("/opt/lorikeet/versions").iterdir()] == [before]
    assert root.run("lorikeet", "--version").returncode == 0


def test_an_interrupted_installation_leaves_the_old_version_in_use(root):
    assert_installs(root)
    before = current(root)
    (root.inside("/srv/release") / "README.md").write_text("new")
    seal(root.inside("/srv/release"))
    # The copying command does half of its work, and the installer gets a signal.
    half = root.inside("/usr/local/bin/cp")
    half.write_text('#!/bin/sh\n/bin/cp SHA256SUMS BUILD "$3"\nkill -TERM $PPID\nsleep 1\n')
    half.chmod(0o755)
    result = install(root)
    assert result.returncode == 143 and "nothing was changed" in result.stderr, result.stderr
    assert current(root) == before
    assert [f"versions/{folder.name}" for folder in root.inside("/opt/lorikeet/versions").iterdir()] == [before]
    # The next installer removes leftovers of one that could not.
    root.inside("/opt/lorikeet/versions/.new-1").mkdir()
    half.unlink()
    assert_installs(root)
    assert current(root) != before and not root.inside("/opt/lorikeet/versions/.new-1").exists()


def test_a_full_disk_is_reported_before_anything_is_copied(root):
    result = root.run("sh", "-c", "mkdir /small && mount -t tmpfs -o size=10m tmpfs /small && /srv/release/install.sh --prefix /small/lorikeet")
    assert result.returncode == 1 and "/small has 10 MB free, and " in result.stderr, result.stderr


@pytest.mark.parametrize(("options", "reason"), [
    (["--nonsense"], "unknown option '--nonsense'"), (["--prefix"], "--prefix needs a value"),
    (["--prefix", "/opt/a|b"], "--prefix is '/opt/a|b', expected"), (["--prefix", "/"], "--prefix is '', expected"),
    (["--model", "a b"], "--model is 'a b', expected"), (["--no-service", "--model", "builtin"], "--model is for the service"),
    (["--uninstall"], "there is no Lorikeet in /opt/lorikeet"),
])
def test_wrong_installer_options_change_nothing(root, options, reason):
    result = install(root, *options)
    assert result.returncode == 1 and reason in result.stderr, result.stderr
    assert not root.inside("/opt/lorikeet").exists()


def test_a_user_installs_without_root_and_without_the_service(root):
    user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    root.inside("/srv/mine").mkdir()
    os.chown(root.inside("/srv/mine"), 65534, 65534)
    result = root.run(*user, "/srv/release/install.sh")
    assert result.returncode == 1 and "you may not write to /opt" in result.stderr
    result = root.run(*user, "/srv/release/install.sh", "--prefix", "/srv/mine")
    assert result.returncode == 1 and "only root may install a service" in result.stderr
    result = root.run(*user, "/srv/release/install.sh", "--prefix", "/srv/mine", "--no-service")
    assert result.returncode == 0, result.stderr
    assert root.run("/srv/mine/current/bin/lorikeet", "--version").returncode == 0
    for path in ["/usr/local/bin/lorikeet", "/etc/lorikeet", "/etc/systemd/system/lorikeet.service"]:
        assert not root.inside(path).exists()
    # A moved folder still works.
    root.inside("/srv/mine").rename(root.inside("/srv/moved"))
    assert root.run("/srv/moved/current/bin/lorikeet", "--version").returncode == 0


def test_uninstalling_leaves_configuration_and_models_only(root):
    assert_installs(root)
    root.inside("/var/lib/lorikeet").mkdir()
    result = root.run("/opt/lorikeet/current/install.sh", "--uninstall")
    assert result.returncode == 0 and "rm -r /etc/lorikeet" in result.stdout, result.stderr
    for path in ["/opt/lorikeet", "/usr/local/bin/lorikeet", "/etc/systemd/system/lorikeet.service"]:
        assert not os.path.lexists(root.inside(path)), path
    assert root.inside("/etc/lorikeet/lorikeet.yaml").exists() and root.inside("/var/lib/lorikeet").exists()


# With systemd


@pytest.fixture
def booted(unpacked, tmp_path):
    root = bare_root.Root(bare_root.with_systemd(), tmp_path)
    for folder in ["/srv/release", "/srv/broken"]:
        shutil.copytree(unpacked, root.inside(folder))
    with bare_root.Booted(root) as machine:
        yield machine


def test_the_service_runs_under_systemd_and_a_broken_update_goes_back(booted):
    port = free_port()
    settings = booted.root.inside("/etc/lorikeet/lorikeet.yaml")
    settings.parent.mkdir()
    settings.write_text(f"uri: [tcp://127.0.0.1:{port}]\nmodel: builtin\n")

    said = assert_installs(booted)
    assert "The service is running." in said
    wait_until_well(port)
    text, _ = converse(home_assistant.transcribe(port, audio("en-01.wav")))
    assert text == TEXT
    shown = booted.run("systemctl", "show", "lorikeet", "-p", "MainPID", "-p", "UnitFileState").stdout
    assert "UnitFileState=enabled" in shown
    process = re.search(r"MainPID=(\d+)", shown)[1]
    status = booted.run("cat", f"/proc/{process}/status").stdout
    assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status and "Uid:\t0" not in status
    assert list(booted.root.inside("/var/lib/private/lorikeet").iterdir())

    before = current(booted.root)
    broken = booted.root.inside("/srv/broken")
    change(broken / UNIT, " serve --config", " serve --nonsense --config")
    seal(broken)
    result = install(booted, folder="/srv/broken")
    assert result.returncode == 1 and "the service does not stay up" in result.stderr, result.stderr
    assert current(booted.root) == before
    wait_until_well(port)

    assert booted.run("systemctl", "stop", "lorikeet").returncode == 0
    assert "Result=success" in booted.run("systemctl", "show", "lorikeet", "-p", "Result").stdout
    assert booted.run("/opt/lorikeet/current/install.sh", "--uninstall").returncode == 0
    assert booted.run("systemctl", "cat", "lorikeet").returncode != 0
