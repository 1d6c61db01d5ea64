"""The people of the demo company: three teams, twelve managers, a sign-in for each role."""

from dataclasses import dataclass, field

from django.contrib.auth.hashers import make_password

from people.actions import create_department, create_team, create_user
from people.login import DEMO_PASSWORD
from people.models import Role, Team, User

TEAMS = ("Опт", "Сети", "Регионы")
MANAGERS = (
    ("Мария Белова", "belova"), ("Игорь Сомов", "somov"), ("Алина Власова", "vlasova"), ("Денис Орлов", "orlov"),
    ("Пётр Громов", "gromov"), ("Ольга Ким", "kim"), ("Лев Титов", "titov"), ("Анна Рыбина", "rybina"),
    ("Кирилл Зимин", "zimin"), ("Вера Лапина", "lapina"), ("Роман Ершов", "ershov"), ("Дарья Котова", "kotova"),
)  # fmt: skip
HEADS = (("Елена Чернова", "chernova"), ("Олег Дроздов", "drozdov"), ("Нина Саврасова", "savrasova"))
OTHERS = (
    ("Виктор Метелин", "director", Role.DIRECTOR),
    ("Светлана Ушакова", "admin", Role.ADMIN),
    ("Глеб Тихонов", "logist", Role.COLLEAGUE),
)


@dataclass
class Cast:
    """Everybody of the demo company."""

    admin: User
    director: User
    teams: list[Team] = field(default_factory=list)
    heads: list[User] = field(default_factory=list)
    managers: list[User] = field(default_factory=list)


def _sign_in(name: str) -> str:
    return f"{name}@takt.example"


def make_people() -> Cast:
    """Hires everybody as of the clock's day."""
    cast = _hire()
    # One slow hash for all of them: they share the password anyhow. It is no part of history (`User.untracked_fields`).
    User._base_manager.filter(is_demo=True).update(password=make_password(DEMO_PASSWORD))
    return cast


def _hire() -> Cast:
    department = create_department(name="Логистика", by=None)
    made = {}
    for name, login, role in OTHERS:
        made[role] = create_user(
            email=_sign_in(login), name=name, role=role, department=department if role == Role.COLLEAGUE else None,
            is_demo=True, by=None,
        )  # fmt: skip
    cast = Cast(admin=made[Role.ADMIN], director=made[Role.DIRECTOR])
    for team_name, (name, login) in zip(TEAMS, HEADS, strict=True):
        team = create_team(name=team_name, by=cast.admin)
        cast.teams.append(team)
        cast.heads.append(_seller(name, login, Role.HEAD, team, cast.admin))
    for number, (name, login) in enumerate(MANAGERS):
        cast.managers.append(_seller(name, login, Role.MANAGER, cast.teams[number // 4], cast.admin))
    return cast


def _seller(name: str, login: str, role: str, team: Team, by: User) -> User:
    return create_user(email=_sign_in(login), name=name, role=role, team=team, is_demo=True, by=by)


def make_many(teams: int, managers: int) -> list[User]:
    """The same people, and more teams and managers beside them until there are so many; returns the managers."""
    cast = make_people()
    while len(cast.teams) < teams:
        cast.teams.append(create_team(name=f"Отдел {len(cast.teams) + 1}", by=cast.admin))
    extra = [
        create_user(
            email=_sign_in(f"manager{number}"), name=f"Менеджер {number}", role=Role.MANAGER,
            team=cast.teams[number % teams], is_demo=True, by=cast.admin,
        )
        for number in range(len(cast.managers) + 1, managers + 1)
    ]  # fmt: skip
    return cast.managers + extra
