"""Letters, made in one way: plain text, with the same as a page of mail and files where there is more to show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from email.mime.image import MIMEImage
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.console import EmailBackend


@dataclass(frozen=True)
class File:
    """Something that goes with a letter. `cid`: the name by which its page shows it as a picture."""

    name: str
    content: bytes
    kind: str
    cid: str = ""


def address(path: str) -> str:
    """The whole address of a path of the program, for whoever reads it outside."""
    return f"{settings.TAKT_URL}{path}"


def letter(
    to: Sequence[str],
    subject: str,
    text: str,
    *,
    html: str = "",
    files: Iterable[File] = (),
    name: str = "",
) -> EmailMultiAlternatives:
    """A letter to be sent by its `send()`. `name` says which letter it is: sent twice, it is the same one to programs
    that receive it. No answering machine answers it."""
    headers = {"Auto-Submitted": "auto-generated"}
    if name:
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        headers["Message-ID"] = f"<{name}@{sender.rpartition('@')[2] or 'localhost'}>"
    made = EmailMultiAlternatives(subject, text, None, list(to), headers=headers)
    if html:
        made.attach_alternative(html, "text/html")
    for file in files:
        made.attach(*_attached(file))
    return made


def _attached(file: File) -> tuple[Any, ...]:
    if not file.cid:
        return file.name, file.content, file.kind
    picture = MIMEImage(file.content, file.kind.removeprefix("image/"))
    picture.add_header("Content-ID", f"<{file.cid}>")
    picture.add_header("Content-Disposition", "inline", filename=file.name)
    return (picture,)


class LogBackend(EmailBackend):
    """For a trial without a mail server: letters stand in the log as people read them, files by name and size."""

    def write_message(self, message: Any) -> None:
        whole: Message = message.message()
        self.stream.write("".join(f"{name}: {getattr(message, name)}\n" for name in ("to", "subject")))
        for part in whole.walk():
            content = part.get_payload(decode=True)
            if not isinstance(content, bytes):
                continue
            if part.get_content_type() == "text/plain":
                self.stream.write(f"\n{content.decode(part.get_content_charset() or 'utf-8')}\n\n")
            else:
                what = part.get_filename() or part.get_content_type()
                self.stream.write(f"[{what}: {len(content)} bytes]\n")
        self.stream.write("-" * 79 + "\n")
