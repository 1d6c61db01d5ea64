"""What a payment of a statement is known by: the same file twice, or another of the same days, changes nothing."""

import hashlib
from collections.abc import Mapping
from typing import Any

from core.text import normal


def bank_key(values: Mapping[str, Any]) -> str:
    """The hash of date, number, sum and both accounts.

    Tables often have no accounts: then the payer's INN or name stands for the payer's. Without a number the purpose
    stands for it, else two receipts of one sum on one day would be taken for one.
    """
    said = (
        values["paid_on"],
        values.get("number") or normal(values.get("purpose", "")),
        values["amount"],
        values.get("payer_account") or values.get("payer_inn") or normal(values.get("payer", "")),
        values.get("payee_account", ""),
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
