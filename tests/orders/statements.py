"""Statements as banks write them: whole files of invented documents."""

from collections.abc import Sequence

OURS, THEIRS = "40702810400000000001", "40702810700000000002"


def document(
    *,
    number: str = "1",
    day: str = "05.11.2026",
    amount: str = "1000.00",
    payer: str = "ООО «Вектор»",
    payer_inn: str = "",
    payer_account: str = THEIRS,
    payee_account: str = OURS,
    purpose: str = "Оплата за товар",
) -> str:
    said = {
        "СекцияДокумент": "Платежное поручение",
        "Номер": number,
        "Дата": day,
        "Сумма": amount,
        "ПлательщикСчет": payer_account,
        "ДатаПоступило": day,
        "Плательщик": f"ИНН {payer_inn} {payer}" if payer_inn else payer,
        "ПлательщикИНН": payer_inn,
        "Плательщик1": payer,
        "ПолучательСчет": payee_account,
        "Получатель1": "ООО «Поставщик»",
        "НазначениеПлатежа": purpose,
    }
    return "\r\n".join([*(f"{key}={value}" for key, value in said.items()), "КонецДокумента"])


def statement(*documents: str, accounts: Sequence[str] = (OURS,), encoding: str = "Windows") -> str:
    head = ["1CClientBankExchange", "ВерсияФормата=1.03", f"Кодировка={encoding}", "Отправитель=Банк"]
    head += [f"РасчСчет={account}" for account in accounts]
    for account in accounts:
        head += [
            "СекцияРасчСчет",
            "ДатаНачала=01.11.2026",
            f"РасчСчет={account}",
            "НачальныйОстаток=0.00",
            "КонецРасчСчет",
        ]
    return "\r\n".join([*head, *documents, "КонецФайла", ""])
