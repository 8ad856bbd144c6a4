"""How a client of three vendors takes what goes wrong. Each test has a tenant of its own."""

import pytest

from client import Client, OutOfCredits


@pytest.fixture
def client(tenant):
    return Client(tenant.urls, tenant.headers)


def test_the_third_call_fails_and_is_made_again(tenant, client):
    tenant.play("nth-call-fails", vendor="hyperverge", call="3", answer="upstream-timeout")

    names = [client.name_of(gstin) for gstin in tenant.gstins[:4]]

    assert all(names)
    assert tenant.statuses("hyperverge") == [200, 200, 504, 200, 200]
    tenant.verify({"vendor": "hyperverge", "gstin": tenant.gstins[2], "exactly": 2})


def test_nothing_is_asked_of_an_account_without_credits(tenant, client):
    tenant.play("credits-run-out")

    known = {}
    with pytest.raises(OutOfCredits):
        for gstin in tenant.gstins:
            known[gstin] = client.is_active(gstin)

    assert len(known) == 3
    tenant.verify({"vendor": "attestr", "none_after": {"outcome": "credits-exhausted"}})


def test_a_lost_reply_is_asked_for_exactly_once_more(tenant, client):
    tenant.play("lost-reply")

    assert client.legal_name(tenant.gstins[0])

    tenant.verify(
        {"name": "retried exactly once", "vendor": "finagg", "exactly": 2},
        {"vendor": "finagg", "in_order": [{"fault": "lost-reply"}, {"fault": "none", "status": 200}]},
    )


def test_a_verdict_says_what_came_instead(tenant, client):
    client.name_of(tenant.gstins[0])

    with pytest.raises(AssertionError, match="exactly 2 wanted, 1 came"):
        tenant.verify({"vendor": "hyperverge", "exactly": 2})
