"""What a new company starts with: the funnel of P2, reasons of loss, a few product groups. All of it can be edited."""

from pipeline.models import Funnel, LossReason, ProductGroup, Stage

OPEN, WON, LOST = Stage.Kind.OPEN, Stage.Kind.WON, Stage.Kind.LOST

# name, kind, colour, probability in %, norm in working days, hint for the seller
STAGES = (
    ("Холодный", OPEN, 1, 5, 10, "Познакомьтесь и узнайте, кто принимает решение"),
    ("Интересуется", OPEN, 2, 10, 7, "Выясните задачу и сроки"),
    ("Запросили оценку", OPEN, 3, 20, 3, "Соберите всё, что нужно для расчёта"),
    ("Сделали оценку", OPEN, 4, 35, 3, "Отправьте расчёт и договоритесь о звонке"),
    ("Обсуждаем задачу", OPEN, 5, 50, 5, "Снимите вопросы по составу и срокам"),
    ("Обсуждаем условия", OPEN, 6, 65, 5, "Согласуйте цену, оплату и доставку"),
    ("Заключаем контракт", OPEN, 7, 85, 5, "Доведите договор до подписи"),
    ("Работа!", WON, 9, 100, None, ""),
    ("Упущен", LOST, 10, 0, None, ""),
)
REASONS = (
    "Дорого",
    "Выбрали другого",
    "Нет потребности",
    "Не выходит на связь",
    "Не устроили сроки",
    "Другое",
)
GROUPS = ("Оборудование", "Материалы", "Услуги")


def make_funnel() -> None:
    funnel = Funnel.objects.create(name="Основная", position=1)
    Stage.objects.bulk_create(
        [
            Stage(
                funnel=funnel,
                name=name,
                kind=kind,
                colour=colour,
                position=number,
                probability=probability,
                norm_days=norm,
                hint=hint,
            )
            for number, (name, kind, colour, probability, norm, hint) in enumerate(STAGES, 1)
        ]
    )


def make_lists() -> None:
    LossReason.objects.bulk_create([LossReason(name=name, position=n) for n, name in enumerate(REASONS, 1)])
    ProductGroup.objects.bulk_create(
        [ProductGroup(name=name, position=n) for n, name in enumerate(GROUPS, 1)]
    )
