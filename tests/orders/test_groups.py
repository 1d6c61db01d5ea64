"""Product groups: a tree that is moved and thinned out, and nothing that stands in it is lost."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from core.history import rollback
from core.history.changes import changes_of
from core.history.tracked import StaleRecord
from orders.actions.groups import add_group, delete_group, move_group, place_group, update_group
from orders.models import PlanCell, Product
from orders.tree import Tree
from people import journal
from people.models import Role, User
from pipeline.models import Deal, ProductGroup
from tests.factories import by_system, make_user
from tests.orders.factories_catalogue import make_group, make_product
from tests.orders.factories_plans import make_plan
from tests.pipeline.factories import make_deal


@pytest.fixture
def head(db: None) -> User:
    return make_user(role=Role.HEAD)


@pytest.fixture
def groups(db: None) -> dict[str, ProductGroup]:
    """Оболочка (Черева, Искусственная), Специи; a new company's own groups are out of the way."""
    with by_system():
        ProductGroup.objects.soft_delete()
    casings = make_group("Оболочка", position=1)
    return {
        "Оболочка": casings,
        "Черева": make_group("Черева", casings, position=1),
        "Искусственная": make_group("Искусственная", casings, position=2),
        "Специи": make_group("Специи", position=2),
    }


def drawn() -> list[str]:
    tree = Tree.read()
    return [tree.path(group.pk) for group in tree.order]


def test_a_group_is_added_after_those_of_its_parent(head, groups):
    add_group("  Копчёная   соль ", by=head, parent=groups["Специи"], illiquid_days=60)
    assert drawn()[-2:] == ["Специи", "Специи / Копчёная соль"]
    assert ProductGroup.objects.get(name="Копчёная соль").illiquid_days == 60


@pytest.mark.parametrize("name", ["черева", " ЧЕРЕВА "])
def test_two_groups_of_one_parent_have_two_names(head, groups, name):
    with pytest.raises(ValidationError) as error:
        add_group(name, by=head, parent=groups["Оболочка"])
    assert "name" in error.value.message_dict
    add_group(name, by=head, parent=groups["Специи"])


def test_a_group_is_renamed_and_its_own_name_is_free_for_it(head, groups):
    update_group(groups["Черева"], by=head, name="ЧЕРЕВА", illiquid_days=90)
    assert ProductGroup.objects.get(pk=groups["Черева"].pk).name == "ЧЕРЕВА"
    with pytest.raises(ValidationError):
        update_group(groups["Искусственная"], by=head, name="черева")


def test_a_group_goes_below_another_one_by_its_form(head, groups):
    update_group(groups["Специи"], by=head, name="Пряности", parent=groups["Оболочка"])
    assert drawn()[-1] == "Оболочка / Пряности"
    with pytest.raises(ValidationError) as error:
        update_group(ProductGroup.objects.get(name="Оболочка"), by=head, parent=groups["Черева"])
    assert list(error.value.message_dict) == ["parent"]


def test_of_two_who_change_a_group_the_second_is_told(head, groups):
    seen = ProductGroup.objects.get(pk=groups["Специи"].pk)
    update_group(groups["Специи"], by=head, name="Пряности")
    with pytest.raises(StaleRecord):
        update_group(seen, by=head, name="Специи и соль")


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_a_threshold_is_a_number_of_days(head, groups, days):
    with pytest.raises(ValidationError) as error:
        update_group(groups["Специи"], by=head, illiquid_days=days)
    assert "illiquid_days" in error.value.message_dict


def test_a_group_is_placed_with_all_below_it(head, groups):
    place_group(groups["Оболочка"], groups["Специи"], 0, by=head)
    assert drawn() == [
        "Специи",
        "Специи / Оболочка",
        "Специи / Оболочка / Черева",
        "Специи / Оболочка / Искусственная",
    ]


def test_a_group_is_placed_among_its_siblings(head, groups):
    place_group(groups["Специи"], groups["Оболочка"], 1, by=head)
    assert drawn()[1:] == ["Оболочка / Черева", "Оболочка / Специи", "Оболочка / Искусственная"]
    place_group(groups["Специи"], None, 99, by=head)
    assert drawn()[-1] == "Специи"


def test_a_group_stands_never_below_itself(head, groups):
    before = drawn()
    for below in ("Оболочка", "Черева"):
        with pytest.raises(ValidationError):
            place_group(groups["Оболочка"], groups[below], 0, by=head)
    assert drawn() == before


def test_the_arrows_lead_up_down_in_and_out(head, groups):
    move_group(groups["Искусственная"], "up", by=head)
    assert drawn()[1] == "Оболочка / Искусственная"
    move_group(groups["Искусственная"], "up", by=head)  # no further
    move_group(groups["Искусственная"], "down", by=head)
    assert drawn()[2] == "Оболочка / Искусственная"
    move_group(groups["Искусственная"], "in", by=head)
    assert drawn()[2] == "Оболочка / Черева / Искусственная"
    move_group(groups["Черева"], "out", by=head)
    assert drawn() == ["Оболочка", "Черева", "Черева / Искусственная", "Специи"]
    move_group(groups["Черева"], "out", by=head)  # no further
    assert drawn()[1] == "Черева"


def test_a_move_is_one_operation_that_can_be_taken_back(head, groups):
    before = drawn()
    move_group(groups["Специи"], "up", by=head)
    op = head_operation(head)
    assert {change.title for change in changes_of(op)} == {"Специи", "Оболочка"}
    rollback.apply(op, by=head, allowed=journal.changeable_by(head))
    assert drawn() == before


def head_operation(head: User):
    from core.history.operations import Operation

    return Operation.objects.filter(by=head).latest("pk")


def test_an_empty_group_is_deleted(head, groups):
    delete_group(groups["Специи"], None, by=head)
    assert "Специи" not in drawn()


def test_a_group_that_holds_something_is_not_deleted_without_a_target(head, groups):
    make_product(group=groups["Специи"])
    for name in ("Специи", "Оболочка"):
        with pytest.raises(ValidationError) as error:
            delete_group(groups[name], None, by=head)
        assert "target" in error.value.message_dict
    for inside in ("Оболочка", "Черева"):
        with pytest.raises(ValidationError):
            delete_group(groups["Оболочка"], groups[inside], by=head)
    assert len(drawn()) == 4


def test_what_stands_in_a_deleted_group_goes_to_the_target_in_the_same_operation(head, groups):
    product = make_product(group=groups["Оболочка"])
    deal = make_deal(product_group=groups["Оболочка"])
    op = delete_group(groups["Оболочка"], groups["Специи"], by=head)
    assert drawn() == ["Специи", "Специи / Черева", "Специи / Искусственная"]
    assert Product.objects.get(pk=product.pk).group == groups["Специи"]
    assert Deal.objects.get(pk=deal.pk).product_group == groups["Специи"]
    assert {change.model for change in changes_of(op)} == {ProductGroup, Product, Deal}
    admin = make_user(role=Role.ADMIN)
    rollback.apply(op, by=admin, allowed=journal.changeable_by(admin))
    assert drawn()[0] == "Оболочка"
    assert Product.objects.get(pk=product.pk).group == groups["Оболочка"]
    assert Deal.objects.get(pk=deal.pk).product_group == groups["Оболочка"]


def test_groups_of_one_name_do_not_meet_below_the_target(head, groups):
    make_group("черева", groups["Специи"])
    with pytest.raises(ValidationError, match="Черева"):
        delete_group(groups["Оболочка"], groups["Специи"], by=head)
    assert ProductGroup.objects.filter(pk=groups["Оболочка"].pk).exists()


def test_a_group_that_plans_speak_of_stays(head, groups):
    import datetime as dt

    plan = make_plan(2027)
    with by_system():
        PlanCell.objects.create(plan=plan, month=dt.date(2027, 1, 1), group=groups["Специи"], amount=100)
    with pytest.raises(ValidationError, match="2027"):
        delete_group(groups["Специи"], groups["Оболочка"], by=head)
    assert "Специи" in drawn()


def test_who_may_not_keep_the_catalogue_changes_no_group(groups):
    manager = make_user(role=Role.MANAGER)
    before = drawn()
    for verb in (
        lambda: add_group("Новая", by=manager),
        lambda: update_group(groups["Специи"], by=manager, name="Новая"),
        lambda: place_group(groups["Специи"], groups["Оболочка"], 0, by=manager),
        lambda: move_group(groups["Специи"], "up", by=manager),
        lambda: delete_group(groups["Специи"], None, by=manager),
    ):
        with pytest.raises(PermissionDenied):
            verb()
    assert drawn() == before


def test_moving_a_group_asks_as_often_among_many(head, groups, django_assert_max_num_queries):
    for _number in range(20):
        make_group(parent=groups["Специи"])
    with django_assert_max_num_queries(12):
        place_group(groups["Черева"], groups["Специи"], 0, by=head)
