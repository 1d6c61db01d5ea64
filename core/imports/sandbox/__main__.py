import errno
import json
import resource
import sys
from pathlib import Path

from core.imports.limits import Limits
from core.imports.sandbox.refusal import Refused
from core.imports.sandbox.spool import SpoolWriter

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_HEAD = 1 << 10


def confine(limits: Limits) -> None:
    """Takes the limits of this process before the file is opened; one that the system does not know is left out."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.seconds),
        (resource.RLIMIT_FSIZE, limits.unpacked * 4),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def read(path: str, name: str, spool: SpoolWriter, limits: Limits) -> None:
    """Writes the file's sheets to the spool. What it is, its first bytes say, not its name. Raises `Refused`."""
    with open(path, "rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise Refused("empty")
    if head.startswith(_OLE):
        # A workbook with a password is the old container with the new one, encrypted, inside.
        inside = Path(path).read_bytes() if Path(path).stat().st_size <= limits.unpacked else head
        raise Refused("password" if "EncryptedPackage".encode("utf-16-le") in inside else "xls")
    if head.startswith(_ZIP):
        from core.imports.sandbox.workbook import read_workbook

        read_workbook(path, spool, limits)
        return
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise Refused("markup")
    if head.startswith((b"%PDF", b"{\\rtf")):
        raise Refused("not_table")
    if Path(path).stat().st_size > limits.unpacked:
        raise Refused("unpacked")
    from core.imports.sandbox.delimited import read_delimited

    read_delimited(path, name, spool, limits)


def main(path: str, name: str, limits: str) -> int:
    bounds = Limits(**json.loads(limits))
    confine(bounds)
    spool = SpoolWriter(sys.stdout.buffer)
    try:
        read(path, name, spool, bounds)
    except (Refused, MemoryError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EFBIG:
            raise
        code, params = (error.code, error.params) if isinstance(error, Refused) else ("heavy", {})
        print(json.dumps({"code": code, "params": params}), file=sys.stderr)  # noqa: T201
        return 3
    spool.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
