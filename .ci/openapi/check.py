#!/usr/bin/env python3
"""Holds the OpenAPI documents of a running simulator against an independent validator, and the simulator against its
documents: schemathesis makes requests from them and looks for answers that they do not tell of.

Same seed, same requests: what passes once passes always.

    check.py URL [VENDOR | admin ...]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from openapi_spec_validator import validate

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent

# Every value of an enum and every edge of a value is tried once; of what is made up, so many in all, and of each
# operation so many at the least.
EXAMPLES = 240
LEAST = 8
CHECKS = [
    "no_trouble_of_ours",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
]

# It has no end.
LEFT_OUT = ["/__sim/journal/stream"]


def fuzz(url, name, path, headers, operations):
    """Runs schemathesis on one document; its exit code."""
    command = [
        str(pathlib.Path(sys.executable).with_name("schemathesis")),
        "run",
        url + path,
        "--phases=examples,coverage,fuzzing",
        f"--checks={','.join(CHECKS)}",
        f"--max-examples={max(LEAST, EXAMPLES // operations)}",
        "--generation-deterministic",
        "--request-timeout=20",
        "--warnings=off",
        "--no-color",
    ]
    for header in headers:
        command += ["--header", header]
    for left_out in LEFT_OUT:
        command += ["--exclude-path", left_out]
    gstins = [json.loads(path.read_text())["gstin"] for path in sorted((ROOT / "fixtures/taxpayers").glob("*.json"))]
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
        "GSPSIM_URL": url,
        "GSPSIM_GSTINS": " ".join(gstins),
    }
    began = time.monotonic()
    # One thread each: two in one process trip over Python 3.11's parser. It keeps what it finds in the current folder.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True, timeout=600)
    took = time.monotonic() - began
    if done.returncode != 0:
        print(done.stdout, flush=True)
    cases = [line.strip() for line in done.stdout.splitlines() if "generated" in line]
    print(f"{name}: {'; '.join(cases) or 'nothing was tried'} in {took:.0f} s", flush=True)
    return done.returncode


def main():
    url, *wanted = sys.argv[1:]
    credentials = requests.get(f"{url}/__sim/credentials", timeout=10).json()
    documents = []
    for vendor in credentials:
        sent = vendor["accounts"][0]["send"]
        headers = [f"{one['name']}: {one['value']}" for one in sent if one["place"] == "header" and one["value"]]
        documents.append((vendor["vendor"], f"/__sim/openapi/{vendor['vendor']}.json", headers))
    if unknown := set(wanted) - {name for name, *_ in documents} - {"admin"}:
        sys.exit(f"error: there is no document of {', '.join(sorted(unknown))}")

    def held(document):
        name, path, headers = document
        if wanted and name not in wanted:
            return True
        told = requests.get(url + path, timeout=60).json()
        # Raises with the place that is wrong.
        validate(told)
        return fuzz(url, name, path, headers, sum(len(methods) for methods in told["paths"].values())) == 0

    with ThreadPoolExecutor(max_workers=2) as pool:
        kept = list(pool.map(held, documents))
    # The admin API comes last and alone: it moves the clock, changes limits, begins stories.
    kept.append(held(("admin", "/__sim/openapi.json", [])))
    if not all(kept):
        sys.exit(f"error: {kept.count(False)} documents do not say what is answered")


main()
