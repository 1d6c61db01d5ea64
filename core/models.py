"""core's tables, each kept beside the code that owns it; Django finds them here."""

from core.history.models import Operation, Tracked, VersionBase

__all__ = ["Operation", "Tracked", "VersionBase"]
