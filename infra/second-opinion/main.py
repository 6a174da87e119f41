"""Build, deploy to the emulator, walk through, report. Exit status 0 only if every step passed."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import scenario
from emulator import Emulator, Failed

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "second-opinion"
BUILD = WORK / "build"
TOOLS = Path(sys.executable).parent


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--skip-build", action="store_true", help="use the last run's binaries")
    options = arguments.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        if not options.skip_build:
            timed("build", build)
        with Emulator(ROOT, WORK) as emulator:
            timed("deploy", lambda: emulator.deploy(BUILD / "template.yaml"))
            emulator.add_routes(ROOT / "template.yaml")
            emulator.stay_inside()
            emulator.adapt_policies()
            print("\nwhat was deployed")
            deployed = report(emulator.checks())
            emulator.name_administrator(scenario.PASSWORD)
            print("\nwalking through it")
            walked = report(scenario.steps(emulator))
    except Failed as failure:
        print(f"\nFAILED: {failure}\nlogs: {WORK}")
        return 1
    failed = deployed + walked
    print(f"\n{'FAILED' if failed else 'PASSED'}: {failed} of the steps above failed; logs: {WORK}")
    return 1 if failed else 0


def timed(name: str, work) -> None:
    print(f"{name} ...", flush=True)
    begin = time.monotonic()
    work()
    print(f"{name}: {time.monotonic() - begin:.0f} s", flush=True)


def report(steps) -> int:
    """Prints each step as it ends and counts the failed ones."""
    failed = 0
    for name, problem in steps:
        failed += problem is not None
        print(f"  {'ok  ' if problem is None else 'FAIL'} {name}", flush=True)
        if problem is not None:
            print(f"       {problem}")
    return failed


def build() -> None:
    """`sam build` of the unmodified template, with binaries that this machine can run."""
    environment = dict(os.environ, SAM_CLI_TELEMETRY="0")
    environment["PATH"] = f"{host_cargo()}:{TOOLS}:{os.environ['PATH']}"
    log = WORK / "sam-build.log"
    with log.open("w") as out:
        done = subprocess.run(
            [TOOLS / "sam", "build", "--build-dir", BUILD, "--template-file", ROOT / "template.yaml"],
            cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, check=False,
        )
    if done.returncode != 0:
        raise Failed(f"sam build ended with {done.returncode}:\n{tail(log)}")
    for binary in sorted(BUILD.glob("*/bootstrap")):
        print(f"  {binary.stat().st_size / 1e6:5.1f} MB  {binary.parent.name}")


def host_cargo() -> Path:
    """A folder with a `cargo` that forgets `--arm64`.

    The template says arm64 and the emulator runs the binaries as plain processes, so on another
    processor only this one flag has to differ from what `sam build` runs for AWS.
    """
    folder = WORK / "bin"
    folder.mkdir(exist_ok=True)
    shim = folder / "cargo"
    shim.unlink(missing_ok=True)
    if platform.machine() not in ("aarch64", "arm64"):
        shim.write_text(
            "#!/bin/sh\n"
            'for word do shift; [ "$word" = --arm64 ] || set -- "$@" "$word"; done\n'
            f'exec "{shutil.which("cargo")}" "$@"\n'
        )
        shim.chmod(0o755)
    return folder


def tail(log: Path, lines: int = 30) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


if __name__ == "__main__":
    sys.exit(main())
