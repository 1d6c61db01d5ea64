"""Samples of the addresses that belong to no room."""

from tests.samples import EVERYBODY, Sample

SAMPLES = {
    "home": Sample(roles=EVERYBODY),
    "login": Sample(public=True),
    "logout": Sample(roles=EVERYBODY),
    "language": Sample(public=True, post=lambda *_: {"language": "en"}),
    "theme": Sample(public=True, post=lambda *_: {"theme": "dark"}),
    "healthz": Sample(public=True),
}
