"""What schemathesis has to know of gspsim: what GSTINs look like, and whose a 500 is."""

import os

import requests
import schemathesis
from hypothesis import strategies as st

URL = os.environ["GSPSIM_URL"]

# Personas and forced outcomes; random texts are no GSTINs, but for one in a million.
GSTINS = [row["gstin"] for row in requests.get(f"{URL}/__sim/magic", timeout=10).json()]
GSTINS += os.environ.get("GSPSIM_GSTINS", "").split()

schemathesis.openapi.format("gstin", st.sampled_from(GSTINS))
schemathesis.openapi.format("pan", st.sampled_from(sorted({gstin[2:12] for gstin in GSTINS})))


@schemathesis.check
def no_trouble_of_ours(ctx, response, case):
    """A vendor's 5xx is a code that was asked for; one of ours is a fault."""
    content_type = response.headers.get("content-type", [""])[0]
    if response.status_code >= 500 and content_type.startswith("application/problem+json"):
        raise AssertionError(f"gspsim could not play its part: {response.text[:500]}")
