"""The surroundings of every test: compiled catalogues, a broker nobody listens to, a cache and files of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.core.management.commands import flush
from django.utils import translation

from core.catalogues import compile_all
from kpi import alarms, clock, guard, sweep
from people import calendar


def pytest_configure() -> None:
    compile_all(Path(django_settings.BASE_DIR))
    # Nudges go nowhere: a test that wants its jobs done calls `run_due_jobs`.
    django_settings.CELERY_BROKER_URL = "memory://"
    django_settings.CELERY_BROKER_TRANSPORT_OPTIONS = {}
    # How long an example takes says how busy the machine is, nothing about the program.
    hypothesis.settings.register_profile("takt", deadline=None)
    hypothesis.settings.load_profile("takt")
    # Parallel runs may share a Redis.
    django_settings.CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"


@pytest.fixture(autouse=True)
def own_surroundings(settings: Any, tmp_path: Path) -> None:
    """Uploads go into the test's folder; passwords are hashed quickly, because none is worth anything; the language is
    the program's own, whatever the reader of the test before spoke."""
    translation.activate(settings.LANGUAGE_CODE)
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_request_goes_on() -> Iterator[None]:
    """A request whose answer nobody has read to its end keeps the calendar it read: none of it for the next test."""
    yield
    calendar.leave_request()


@pytest.fixture(autouse=True, scope="session")
def test_databases_can_be_emptied() -> Iterator[None]:
    """The database refuses to give up closed days; between two tests it has to. `flush` emits post_migrate when it is
    done, which protects them again."""
    emptying = flush.Command.handle

    def handle(self: flush.Command, **options: Any) -> None:
        guard.remove()
        emptying(self, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush.Command, "handle", handle)
        yield


@pytest.fixture(autouse=True)
def no_sweep_is_remembered() -> Iterator[None]:
    """What this process has seen of days that are late, and in which minute it looked, is the test's own."""
    yield
    alarms.memory.forget()
    sweep.forget()
    clock.forget()
