"""What prepares and checks the program from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tools import check, common, setup, vendor
from tools.check import Result
from tools.common import Trouble

ROOT = Path(settings.BASE_DIR)


def test_the_pages_ask_for_no_file_that_is_not_there() -> None:
    for style in vendor.VENDOR.glob("*.css"):
        for address in re.findall(r"url\(\"?([^)\"]+)\"?\)", style.read_text(encoding="utf-8")):
            if not address.startswith(("data:", "#")):
                assert (style.parent / address.partition("?")[0]).is_file(), (
                    f"{style.name} asks for {address}"
                )
        assert "sourceMappingURL" not in style.read_text(encoding="utf-8")


def test_the_font_covers_russian() -> None:
    assert {f"inter-{subset}.woff2" for subset in ("cyrillic", "cyrillic-ext", "latin", "latin-ext")} <= {
        file.name for file in (vendor.VENDOR / "fonts").iterdir()
    }
    assert (vendor.VENDOR / "inter.css").read_text(encoding="utf-8").count("@font-face") == 4


def test_the_locks_name_no_index() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    for lock in ROOT.glob("*.lock"):
        assert not re.search(r"https?://|--index|--find-links", lock.read_text()), lock.name


def test_the_checks_run_the_versions_that_are_shipped() -> None:
    def versions(lock: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), flags=re.MULTILINE))

    shipped, checked = versions("requirements.lock"), versions("requirements-dev.lock")
    assert shipped.items() <= checked.items()


def test_too_old_a_python_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(Trouble, match=r"needs Python 3\.11 or newer and this is 3\.9"):
        setup.ensure_environment()


def test_a_missing_venv_module_is_said_with_what_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(setup, "PYTHON", tmp_path / "none")
    monkeypatch.setattr(setup.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(setup, "can_install", lambda: False)
    with pytest.raises(Trouble, match=r"`sudo apt install python3\S*-venv`"):
        setup.ensure_environment()


def test_an_index_out_of_reach_is_said_with_what_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "unreachable.lock").write_text("some-package==1 --hash=sha256:" + 64 * "0" + "\n")
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(setup, "_installed_by_uv", lambda lock: False)
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setattr(common, "ROOT", tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Trouble, match=r"PIP_INDEX_URL.* `make setup` again"):
        setup.ensure_packages(str(tmp_path / "unreachable.lock"))
    assert not (tmp_path / "stamp").exists()


@pytest.mark.parametrize(
    ("results", "ci", "code", "last_line"),
    [
        ([Result("sqlite", passed=3)], False, 0, "3 passed, 0 failed"),
        ([Result("sqlite", passed=2, failed=1)], False, 1, "2 passed, 1 failed"),
        ([Result("sqlite", passed=3), Result("browser", missing="no Chromium")], False, 0, "NOT COMPLETE"),
        ([Result("sqlite", passed=3), Result("browser", missing="no Chromium")], True, 1, "NOT COMPLETE"),
    ],
)
def test_the_summary_ends_with_what_counts(
    results: list[Result],
    ci: bool,
    code: int,
    last_line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(check, "in_ci", lambda: ci)
    assert check._sum_up(results, 1.0) == code
    assert capsys.readouterr().out.splitlines()[-1] == last_line


def test_packages_are_installed_without_starting_their_services(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    commands: list[list[str]] = []
    policy = tmp_path / "policy-rc.d"

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        if "install" in command:
            assert "exit 101" in policy.read_text()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(common, "POLICY", policy)
    monkeypatch.setattr(common.subprocess, "run", run)
    assert common.apt_install("postgresql", "redis-server")
    assert [command[1] for command in commands] == ["update", "install"]
    assert commands[-1][-2:] == ["postgresql", "redis-server"]
    assert not policy.exists()


@pytest.mark.parametrize(
    ("ci", "user", "allowed"), [("true", 0, True), ("true", 1000, False), ("", 0, False)]
)
def test_packages_are_installed_by_root_in_ci_only(
    ci: str, user: int, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(common.os, "geteuid", lambda: user)
    monkeypatch.setattr(common.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert common.can_install() is allowed


def test_make_help_names_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {"setup", "run", "test", "lint"} <= set(targets)
    assert all(f"make {target}" in said for target in targets)
