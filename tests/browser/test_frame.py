"""The frame around every page: languages, themes, the phone, and people who cannot see, point or tell colours apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.hands import dialog, fits, is_ready
from tests.cast import Cast, Seller

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROLES = ["anna", "head", "director", "admin", "logistician"]
FORMS = ["/clients/new/", "/deals/new/", "/log/", "/profile/", "/search/?q=q"]
OF_ADMIN = [
    "/settings/",
    "/settings/people/",
    "/settings/people/new/",
    "/settings/teams/",
    "/settings/departments/",
    "/absences/",
    "/settings/calendar/",
    "/settings/company/",
    "/settings/funnels/",
    "/settings/lists/",
]


def own_pages(seller: Seller) -> list[str]:
    """Pages of the seller's own records."""
    records = (seller.client, seller.deal, seller.call, seller.task)
    client = seller.client.get_absolute_url()
    return [
        *(record.get_absolute_url() for record in records),
        f"{client}edit/",
        f"{client}history/",
        f"/log/?client={seller.client.pk}",
    ]


def rail_of(page: Page) -> list[str]:
    """Addresses of the rail, the start page first."""
    page.goto("/")
    links = page.locator("nav.rail a").all()
    return list(dict.fromkeys(["/", *(link.get_attribute("href") or "" for link in links)]))


def pages_of(page: Page, cast: Cast, role: str) -> list[str]:
    """What the walks look at: the role's rail, and what stands behind it."""
    more = {"anna": [*FORMS, *own_pages(cast.anna)], "head": own_pages(cast.boris)[:2], "admin": OF_ADMIN}
    return [*rail_of(page), *more.get(role, [])]


def test_english_by_the_switch_and_back(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/clients/")
    menu = page.locator("summary.face")
    menu.click()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name="Clients")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto("/")
    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    menu.click()
    page.get_by_role("button", name="Русский").click()
    expect(page.get_by_role("heading", name="Мой день")).to_be_visible()


def test_the_theme_changes_at_once_and_stays(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.locator("summary.face").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Тёмная").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate(ground) != light
    page.goto("/clients/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    elsewhere = open_page(as_user=cast.anna.user)
    elsewhere.goto("/")
    expect(elsewhere.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_shortcuts_are_listed_by_their_own_key(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/")
    is_ready(page)
    page.keyboard.press("Shift+Slash")
    expect(page.get_by_role("dialog", name="Клавиши")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Клавиши")).to_have_count(0)


def test_letters_typed_into_a_field_are_no_shortcuts(cast: Cast, open_page: Callable[..., Page]) -> None:
    page = open_page(as_user=cast.anna.user)
    page.goto("/clients/new/")
    is_ready(page)
    page.get_by_label("Название").press_sequentially("c/c?")
    expect(page.get_by_label("Название")).to_have_value("c/c?")
    expect(dialog(page)).to_have_count(0)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_is_wider_than_a_phone(cast: Cast, open_page: Callable[..., Page], role: str) -> None:
    page = open_page(size=PHONE, as_user=getattr(cast, role).user, has_touch=True, is_mobile=True)
    too_wide = []
    for address in pages_of(page, cast, role):
        answer = page.goto(address)
        assert answer is not None and answer.ok, (address, answer and answer.status)
        if not fits(page):
            too_wide.append(address)
    assert too_wide == []


@pytest.mark.parametrize("role", ["anna", "admin"])
def test_pages_are_accessible_in_both_themes(
    cast: Cast, open_page: Callable[..., Page], violations: Callable[..., list[str]], role: str
) -> None:
    page = open_page(as_user=getattr(cast, role).user)
    found: list[str] = []
    # The administrator's rail leads to lists the manager has too.
    for address in pages_of(page, cast, role) if role == "anna" else ["/", "/team/", "/deals/", *OF_ADMIN]:
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(address)
        expect(page.locator("#log-panel[hx-get]")).to_have_count(0)  # it comes after the page
        found += (f"{address} {line}" for line in violations(page))
        page.emulate_media(color_scheme="dark")
        page.wait_for_function("() => document.getAnimations().length === 0")
        found += (f"{address} in the dark {line}" for line in violations(page, "color-contrast"))
    assert not found, "\n".join(found)


def test_windows_are_accessible(
    cast: Cast, open_page: Callable[..., Page], violations: Callable[..., list[str]]
) -> None:
    page = open_page(as_user=cast.anna.user)
    for address in ("/log/", f"/log/?client={cast.anna.client.pk}", f"/deals/{cast.anna.deal.pk}/move/"):
        page.goto("/board/")
        is_ready(page)
        page.evaluate(
            """(address) => {
                const link = document.querySelector("a[data-dialog]");
                link.href = address;
                link.click();
            }""",
            address,
        )
        expect(dialog(page)).to_be_visible()
        assert violations(page) == [], address
