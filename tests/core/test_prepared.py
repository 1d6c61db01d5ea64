"""Questions put into SQL once say the same as the QuerySet they were made of; what is written so has its history."""

import pytest
from django.db.models import OuterRef, Subquery

from core import periods
from core.prepared import Prepared
from people.models import Appointment, Team, User
from tests.factories import THURSDAY, by_system, make_team, make_user

pytestmark = pytest.mark.django_db

APPOINTED = Appointment.objects.filter(user=OuterRef("pk"), role="manager").values("team")


def test_only_plain_words_stand_in_the_sql() -> None:
    of_kim = Appointment.objects.filter(user=OuterRef("pk"), user__name="О'Ким").values("team")
    with pytest.raises(ValueError, match="no plain word"):
        Prepared(lambda: User.all_objects.values_list("pk", Subquery(of_kim[:1]))).of([1])


def test_it_answers_of_the_rows_that_are_asked_for() -> None:
    anna, boris = make_user("Анна Рыбина"), make_user("Борис Титов")
    prepared = Prepared(lambda: User.all_objects.values_list("pk", "name", Subquery(APPOINTED[:1])))

    assert sorted(prepared.of([anna.pk, boris.pk, 10**9])) == [
        (anna.pk, "Анна Рыбина", anna.team.pk),
        (boris.pk, "Борис Титов", boris.team.pk),
    ]
    assert prepared.of([]) == []


def test_it_looks_at_the_rows_anew_each_time(django_assert_num_queries) -> None:
    team = make_team("Опт")
    prepared = Prepared(lambda: Team.all_objects.values_list("pk", "name"))
    prepared.of([team.pk])
    with by_system():
        team.name = "Сети"
        team.save()

    with django_assert_num_queries(1):
        assert prepared.of([team.pk]) == [(team.pk, "Сети")]


def test_rows_written_as_stored_get_a_version_each_and_others_none() -> None:
    with periods.clock(THURSDAY) as clock:
        first, second, third = make_user(), make_user(), make_user()
        clock.advance(minutes=1)
        with by_system() as op:
            User.objects.update_stored([first.pk, third.pk], phone="79123456789")

        phones = dict(User.versions.filter(valid_to=None).values_list("record_id", "phone"))
        assert phones == {first.pk: "79123456789", second.pk: "", third.pk: "79123456789"}
        written = User.versions.filter(operation=op)
        assert set(written.values_list("record_id", "version")) == {(first.pk, 2), (third.pk, 2)}
        third.refresh_from_db()
        assert (third.version, third.changed_at) == (2, op.at)
