"""A simulator for the whole run and a tenant for each test: copy this file into your own tests.

    pip install pytest requests
    pytest examples/pytest

`GSPSIM` says where the program is, if not on the PATH; `GSPSIM_URL` that one is running already. With `GSPSIM_KEEP_TENANTS` the
tenants stay until nobody has called them for an hour, so that `gsp-contract coverage --all-tenants` can tell what they have met.
"""

import json
import os
import subprocess

import pytest
import requests


@pytest.fixture(scope="session")
def simulator():
    """The address of a running simulator; it is started, and ended with the run."""
    if url := os.environ.get("GSPSIM_URL"):
        yield url
        return
    command = [os.environ.get("GSPSIM", "gspsim"), "serve", "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.terminate()


class Tenant:
    """One user of the simulator: own credentials, stories, clock, journal. No other test sees them."""

    def __init__(self, simulator):
        reply = requests.post(f"{simulator}/__sim/tenants", json={}, timeout=10)
        reply.raise_for_status()
        self.facts = reply.json()
        self.place = f"{simulator}/__sim/tenants/{self.facts['name']}"
        self.admin = self.facts["admin_url"].rstrip("/")
        self.gstins = self.facts["gstins"]
        self.urls = {vendor: urls["plain"] for vendor, urls in self.facts["base_urls"].items()}
        # A call is this tenant's by its credentials: nothing is added to what the client sends.
        self.headers = {
            vendor["vendor"]: {
                sent["name"]: sent["value"]
                for sent in vendor["accounts"][0]["send"]
                if sent["place"] == "header" and sent["value"]
            }
            for vendor in self.facts["credentials"]
        }

    def _ask(self, method, path, **options):
        reply = requests.request(method, self.admin + path, timeout=10, **options)
        assert reply.ok, reply.text
        return reply

    def play(self, story, **values):
        """Begins a story, with values for its parameters; it ends with the tenant."""
        self._ask("PUT", f"/scenarios/{story}", json={"set": values})

    def verify(self, *expected):
        """Fails, in sentences, where what is expected was not received."""
        found = self._ask("POST", "/verify", json=list(expected)).json()
        told = [verdict for verdict in found["verdicts"] if not verdict["ok"]]
        assert found["ok"], "\n".join(
            [verdict["told"] + "".join(f"\n  {one['told']} {one['differs']}" for one in verdict.get("closest", []))
             for verdict in told]
        )

    def statuses(self, vendor):
        """What a vendor answered, in order."""
        page = self._ask("GET", "/journal", params={"vendor": vendor}).json()
        return [one["reply"]["status"] for one in page["exchanges"]]

    def end(self):
        if os.environ.get("GSPSIM_KEEP_TENANTS"):
            return
        requests.delete(self.place, timeout=10)


@pytest.fixture
def tenant(simulator):
    """A tenant of this test's own."""
    tenant = Tenant(simulator)
    yield tenant
    tenant.end()
