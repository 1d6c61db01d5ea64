"""The tables of history, gathered for core/models.py."""

from core.history.operations import Operation
from core.history.tracked import Tracked, VersionBase

__all__ = ["Operation", "Tracked", "VersionBase"]
