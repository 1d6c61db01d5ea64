"""core's tables, each kept beside the code that owns it; Django finds them here."""

from core.exports.models import Export
from core.history.models import Operation, Tracked, VersionBase
from core.imports.models import ImportRow, ImportRun, RememberedMapping
from core.once import OnceKey
from core.outbox.models import Job

__all__ = [
    "Export",
    "ImportRow",
    "ImportRun",
    "Job",
    "OnceKey",
    "Operation",
    "RememberedMapping",
    "Tracked",
    "VersionBase",
]
