"""Runs the `run:` steps of a GitHub Actions workflow as plain shell, in their order.

    python .ci/steps.py examples/ci/gst.yml

Steps with `uses:` are skipped. What steps write to GITHUB_ENV and GITHUB_PATH holds for those after them, and
`if: always()`, `success()` and `failure()` mean what they mean there. Port 4777 becomes a free one, reports go to a
folder that is taken away again. Each step has five minutes, and so has the whole twice. Ends with 1 where one fails.
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import yaml

STEP_S, ALL_S = 300, 600


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def added(path):
    """The lines of `NAME=value` that steps have written."""
    lines = [line for line in path.read_text().splitlines() if line]
    return dict(line.split("=", 1) for line in lines)


class Job:
    def __init__(self, workflow, job, home):
        self.workflow, self.job, self.home = workflow, job, home
        self.failed = False
        self.groups = []
        self.until = time.monotonic() + ALL_S
        self.files = {name: home / name.lower() for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for path in self.files.values():
            path.touch()

    def environment(self, step):
        environment = dict(os.environ)
        environment.update({name: str(path) for name, path in self.files.items()})
        environment.update(CI="true", GITHUB_ACTIONS="true", RUNNER_TEMP=str(self.home))
        for level in (self.workflow, self.job):
            environment.update({name: str(value) for name, value in level.get("env", {}).items()})
        environment.update(added(self.files["GITHUB_ENV"]))
        environment.update({name: str(value) for name, value in step.get("env", {}).items()})
        folders = self.files["GITHUB_PATH"].read_text().split()
        environment["PATH"] = os.pathsep.join([*reversed(folders), environment["PATH"]])
        return environment

    def wanted(self, step):
        condition = step.get("if", "success()")
        known = {"always()": True, "success()": not self.failed, "failure()": self.failed}
        if condition not in known:
            sys.exit(f"error: `if: {condition}` is not known here")
        return known[condition]

    def run(self, step):
        name = step.get("name") or step.get("uses") or step["run"].splitlines()[0]
        if "uses" in step or not self.wanted(step):
            print(f"-- {name}: skipped", flush=True)
            return
        if "${{" in step["run"]:
            sys.exit(f"error: `{name}` has an expression, and only shell is known here")
        print(f"-- {name}", flush=True)
        script = self.home / "step.sh"
        script.write_text(step["run"])
        process = subprocess.Popen(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            env=self.environment(step),
            cwd=step.get("working-directory", "."),
            start_new_session=True,
        )
        self.groups.append(process.pid)
        left = max(1, min(STEP_S, self.until - time.monotonic()))
        try:
            code = process.wait(timeout=left)
        except subprocess.TimeoutExpired:
            print(f"error: `{name}` took longer than {left:.0f} s", file=sys.stderr)
            code = 124
        if code != 0:
            print(f"-- {name} failed: {code}", file=sys.stderr, flush=True)
            self.failed = True

    def end(self):
        """Ends what steps have left running."""
        for group in self.groups:
            try:
                os.killpg(group, signal.SIGTERM)
            except ProcessLookupError:
                pass


def main(path):
    text = pathlib.Path(path).read_text().replace("4777", str(free_port()))
    workflow = yaml.safe_load(text)
    reports = pathlib.Path("reports")
    if reports.exists():
        sys.exit("error: there is a folder `reports` already\nhint: take it away, the steps write to it")
    ran = 0
    with tempfile.TemporaryDirectory() as home:
        for job in workflow["jobs"].values():
            job = Job(workflow, job, pathlib.Path(home))
            try:
                for step in job.job["steps"]:
                    ran += "run" in step
                    job.run(step)
                for report in ("client.xml", "contract.xml"):
                    if not (reports / report).is_file():
                        print(f"error: nothing was written to reports/{report}", file=sys.stderr)
                        job.failed = True
            finally:
                job.end()
                shutil.rmtree(reports, ignore_errors=True)
            if job.failed:
                sys.exit(1)
    print(f"-- {ran} steps are as they should be")


if __name__ == "__main__":
    main(*sys.argv[1:])
