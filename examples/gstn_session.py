"""A GSTN session in ten lines: log in with an OTP, fetch a sealed return, log out.

    pip install requests cryptography
    gspsim serve &
    python examples/gstn_session.py [http://127.0.0.1:4777]

`Gstn` is what every client of GSTN has to do, and nothing of the simulator: only the certificate, the
OTP and the base address come from it. Put a real gateway's in their place and it works there.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import uuid

import requests
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def encrypt(key: bytes, plain: bytes) -> str:
    padder, aes = PKCS7(128).padder(), Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encode(aes.update(padder.update(plain) + padder.finalize()) + aes.finalize())


def decrypt(key: bytes, sealed: str) -> bytes:
    unpadder, aes = PKCS7(128).unpadder(), Cipher(algorithms.AES(key), modes.ECB()).decryptor()
    return unpadder.update(aes.update(base64.b64decode(sealed)) + aes.finalize()) + unpadder.finalize()


class Gstn:
    """A session of one taxpayer with GSTN, through a gateway."""

    def __init__(self, base: str, certificate: bytes, user: str, gstin: str, headers: dict):
        self.base, self.user, self.gstin = base, user, gstin
        self.public_key = x509.load_pem_x509_certificate(certificate).public_key()
        self.app_key, self.key = os.urandom(32), b""
        self.headers = {"state-cd": gstin[:2], "ip-usr": "203.0.113.7", "gstin": gstin, **headers}

    def send(self, method: str, path: str, headers: dict | None = None, **more) -> dict:
        headers = {**self.headers, "txn": uuid.uuid4().hex, **(headers or {})}
        answer = requests.request(method, self.base + path, headers=headers, timeout=30, **more)
        reply = answer.json()
        if reply["status_cd"] == "0":
            raise RuntimeError(f"HTTP {answer.status_code}: {reply.get('error')}")
        return reply

    def authenticate(self, action: str, **body) -> dict:
        body = {"action": action, "username": self.user, **body}
        return self.send("POST", "/taxpayerapi/v1.0/authenticate", json=body)

    def request_otp(self):
        self.authenticate("OTPREQUEST", app_key=self.sealed_app_key())

    def log_in(self, otp: str):
        self.opened(self.authenticate(
            "AUTHTOKEN", app_key=self.sealed_app_key(), otp=encrypt(self.app_key, otp.encode())))

    def refresh(self):
        new = os.urandom(32)
        reply = self.authenticate(
            "REFRESHTOKEN", auth_token=self.headers["auth-token"], app_key=encrypt(self.key, new))
        self.app_key = new
        self.opened(reply)

    def log_out(self):
        self.authenticate(
            "LOGOUT", auth_token=self.headers["auth-token"], app_key=self.sealed_app_key())

    def get(self, path: str, period: str, **query) -> dict:
        query = {"gstin": self.gstin, "ret_period": period, **query}
        reply = self.send("GET", "/taxpayerapi/" + path, {"ret_period": period}, params=query)
        response_key = decrypt(self.key, reply["rek"])
        inner = decrypt(response_key, reply["data"])
        mac = hmac.new(response_key, inner, hashlib.sha256).digest()
        assert hmac.compare_digest(mac, base64.b64decode(reply["hmac"])), "the HMAC does not fit"
        return json.loads(base64.b64decode(inner))

    def sealed_app_key(self) -> str:
        return encode(self.public_key.encrypt(self.app_key, PKCS1v15()))

    def opened(self, reply: dict):
        self.key = decrypt(self.app_key, reply["sek"])
        self.headers |= {"auth-token": reply["auth_token"], "username": self.user}


def main(simulator: str):
    certificate = requests.get(simulator + "/__sim/gstn/certificate", timeout=30).content
    gstn = Gstn(simulator + "/finagg/basic/gstn/fin-v1", certificate, user="sahyadri_foods",
                gstin="27AAACS0000A1ZG", headers={"x-api-key": "sim-finagg-key"})
    gstn.request_otp()
    otp = requests.get(simulator + "/__sim/otp", timeout=30).json()["otps"][0]["otp"]
    gstn.log_in(otp)
    sold = gstn.get("v2.2/returns/gstr1", "102026", action="B2B")
    gstn.refresh()
    bought = gstn.get("v1.0/returns/gstr2a", "102026", action="B2B")
    summary = gstn.get("v0.3/returns/gstr3b", "102026", action="RETSUM")
    gstn.log_out()

    for word, parties in (("sold to", sold["b2b"]), ("bought from", bought["b2b"])):
        value = sum(invoice["val"] for party in parties for invoice in party["inv"])
        count = sum(len(party["inv"]) for party in parties)
        print(f"{word} {len(parties)} registered persons: {count} invoices, Rs {value:,.2f}")
    net = summary["itc_elg"]["itc_net"]
    print(f"input tax credit in GSTR-3B: Rs {sum(net.values()):,.2f}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4777")
