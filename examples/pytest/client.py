"""The code under test: what a back office might have. It knows nothing of a simulator."""

import base64
import json

import requests


class OutOfCredits(Exception):
    """The account is empty: asking again never helps."""


class Client:
    """Asks three vendors about GSTINs; a call that fails on the way, or with 5xx, is made once more."""

    def __init__(self, urls, headers):
        self.urls, self.headers = urls, headers
        self.session = requests.Session()

    def _ask(self, vendor, method, path, **options):
        for is_last in (False, True):
            try:
                reply = self.session.request(
                    method, self.urls[vendor] + path, headers=self.headers[vendor], timeout=10, **options
                )
            except requests.ConnectionError:
                if is_last:
                    raise
                continue
            if reply.status_code < 500 or is_last:
                return reply

    def name_of(self, gstin):
        """By HyperVerge."""
        reply = self._ask("hyperverge", "POST", "/v1/searchGSTINV2", json={"gstin": gstin})
        reply.raise_for_status()
        return reply.json()["result"]["data"]["legalName"]

    def is_active(self, gstin):
        """By Attestr."""
        reply = self._ask(
            "attestr", "POST", "/api/v2/public/corpx/gstin", json={"gstin": gstin, "fetchFilings": False}
        )
        if reply.status_code == 402 or "credit" in reply.text.lower():
            raise OutOfCredits(reply.text)
        reply.raise_for_status()
        return reply.json()["active"]

    def legal_name(self, gstin):
        """By FinAGG, whose data comes as Base64."""
        reply = self._ask(
            "finagg",
            "GET",
            "/basic/gstn/fin-v1/commonapi/v1.3/search",
            params={"action": "TP", "gstin": gstin},
        )
        reply.raise_for_status()
        return json.loads(base64.b64decode(reply.json()["data"]))["lgnm"]
