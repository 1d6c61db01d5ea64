"""Campaigns, what they cost by month, and the clients who came by them (C10)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client as Browser

from core import periods
from leads import actions, campaigns, list_actions
from leads.models import Campaign, CampaignCost, Client
from people.models import Role, User
from tests.factories import THURSDAY, make_user
from tests.leads.factories import make_campaign, make_client, make_source

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _clock():
    with periods.clock(THURSDAY):
        yield


@pytest.fixture
def admin() -> User:
    return make_user(role=Role.ADMIN)


def test_costs_stand_in_the_months_of_the_campaign(admin: User) -> None:
    campaign = make_campaign(starts=dt.date(2026, 10, 15))
    assert campaigns.months_of(campaign) == [OCTOBER, NOVEMBER]
    campaigns.set_costs(campaign, {OCTOBER: Decimal(1000), NOVEMBER: Decimal("200.50")}, by=admin)
    campaigns.set_costs(campaign, {OCTOBER: Decimal(900), NOVEMBER: None}, by=admin)
    assert campaigns.costs_of(campaign) == {OCTOBER: Decimal(900)}
    assert CampaignCost.versions.filter(record_id__gt=0).count() == 4


def test_costs_are_never_negative_and_the_administrators(admin: User) -> None:
    campaign = make_campaign()
    with pytest.raises(ValidationError):
        campaigns.set_costs(campaign, {OCTOBER: Decimal(-1)}, by=admin)
    with pytest.raises(PermissionDenied):
        campaigns.set_costs(campaign, {OCTOBER: Decimal(1)}, by=make_user(role=Role.DIRECTOR))
    assert not CampaignCost.objects.exists()


def test_a_campaign_does_not_end_before_it_begins(admin: User) -> None:
    with pytest.raises(ValidationError):
        list_actions.add_entry(Campaign, by=admin, name="Выставка", starts=NOVEMBER, ends=OCTOBER)
    assert not Campaign.objects.exists()


def test_a_client_takes_the_source_of_its_campaign_unless_another_is_said() -> None:
    exhibition, site = make_source("Выставка"), make_source("Сайт")
    campaign = make_campaign(source=exhibition)
    assert make_client(campaign=campaign).source == exhibition
    assert make_client(campaign=campaign, source=site).source == site
    bare = make_client()
    actions.update_client(bare, by=bare.manager, campaign=campaign)
    assert Client.objects.get(pk=bare.pk).source == exhibition


def test_costs_are_typed_on_a_page_of_the_campaign(client: Browser, admin: User) -> None:
    campaign = make_campaign(starts=OCTOBER)
    client.force_login(admin)
    page = f"/settings/campaigns/{campaign.pk}/costs/"
    assert "Ноябрь 2026" in client.get(page).content.decode()
    bad = client.post(page, {"month-2026-10": "много", "month-2026-11": "500"})
    assert bad.status_code == 422 and "много" in bad.content.decode()
    assert client.post(page, {"month-2026-10": "1 200,50", "month-2026-11": ""}).status_code == 302
    assert campaigns.costs_of(campaign) == {OCTOBER: Decimal("1200.50")}
    assert client.get(page).content.decode().count("1\u00a0200,50") == 1


def test_the_campaign_is_asked_for_where_there_are_campaigns(client: Browser) -> None:
    owner = make_user()
    client.force_login(owner)
    assert 'name="campaign"' not in client.get("/clients/new/").content.decode()
    assert 'name="campaign"' not in client.get("/clients/").content.decode()
    campaign = make_campaign("Осенняя рассылка")
    assert "Осенняя рассылка" in client.get("/clients/new/").content.decode()
    make_client("ООО «По рассылке»", manager=owner, campaign=campaign)
    make_client("ООО «Сам пришёл»", manager=owner)
    found = client.get(f"/clients/?campaign={campaign.pk}").content.decode()
    assert "По рассылке" in found and "Сам пришёл" not in found
