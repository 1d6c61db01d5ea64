"""What a new company starts with: channels by which clients come, and kinds of clients. All of it can be edited."""

from leads.models import Segment, Source

SOURCES = (
    "Входящий звонок",
    "Сайт",
    "Выставка",
    "Рекомендация",
    "Холодный обзвон",
    "Повторное обращение",
)
SEGMENTS = ("Крупный клиент", "Средний клиент", "Небольшой клиент", "Дилер")


def make_lists() -> None:
    Source.objects.bulk_create([Source(name=name, position=n) for n, name in enumerate(SOURCES, 1)])
    Segment.objects.bulk_create([Segment(name=name, position=n) for n, name in enumerate(SEGMENTS, 1)])
