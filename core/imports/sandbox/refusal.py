"""Why a file is refused. The sandbox knows codes; `core.imports.reader` has the sentences."""

from typing import Any


class Refused(Exception):
    """The file is not read. `code` names the sentence, `params` what stands in it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params
