"""What a new company starts with: the ways of contact. All of them can be edited."""

from activities.models import ActivityKind

_Group = ActivityKind.Group

KINDS = (
    ("Звонок", _Group.CONVERSATION, ""),
    ("Встреча", _Group.MEETING, ""),
    ("Письмо", _Group.LETTER, ""),
    ("Сообщение в мессенджере", _Group.LETTER, ""),
    ("Выезд к клиенту", _Group.MEETING, ""),
    ("Командировка", _Group.OTHER, "дн."),
    ("Образцы отгружены", _Group.OTHER, "шт."),
)


def make_kinds() -> None:
    ActivityKind.objects.bulk_create(
        [
            ActivityKind(name=name, group=group, unit=unit, position=position)
            for position, (name, group, unit) in enumerate(KINDS, 1)
        ]
    )
