"""`make bench`: every case at every size, ours beside the floor; a table and `bench/results.json`.

`QUICK=1` takes fewer and shorter rounds and stops at 10 000 orders. `--postgresql` measures on PostgreSQL as well,
`--large` adds 1 000 000 orders there.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench import deliver, people, report
from bench.cases import CASES, Case
from bench.client import Sample, load
from bench.report import Result
from bench.site import Site, new_database
from running import valkey
from running.supervisor import WEB_PROCESSES
from tests.fixtures.servers import postgres, temporary_folder, tied

ROUNDS, SECONDS = 5, 1.2
QUICK_ROUNDS, QUICK_SECONDS = 2, 0.6
WARM_UP = 0.3
MEMORY_AFTER = 2_000
"""Requests to each process before its memory is read."""


def main() -> int:
    """Measure and report; return the exit status."""
    options = _options()
    console = Console(stderr=True)
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
    )
    results: list[Result] = []
    with progress, ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("gongdan-bench-"))
        redis_url = _valkey(stack, folder)
        for engine in ("sqlite", "postgresql") if options.postgresql else ("sqlite",):
            with ExitStack() as inner:
                sites = _sites(options, engine, folder, redis_url, inner, progress)
                results += _measure(sites, engine, options, progress)
    if not options.only:
        report.write(results)
    report.show(results)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", help="these cases alone, separated by commas")
    parser.add_argument("--quick", action="store_true", default=bool(os.environ.get("QUICK")))
    return parser.parse_args()


def _sites(
    options: argparse.Namespace,
    engine: str,
    folder: Path,
    redis_url: str,
    stack: ExitStack,
    progress: Progress,
) -> list[Site]:
    """Fill one database for each size and start both servers on each."""
    server = stack.enter_context(postgres()) if engine == "postgresql" else ""
    sizes = [1_000, 10_000 if options.quick else 100_000]
    if options.large and engine == "postgresql":
        sizes.append(1_000_000)
    sites = []
    for size in sizes:
        instance = folder / f"{engine}-{size}"
        instance.mkdir()
        url = (
            new_database(server, f"bench_{size}") if server else f"sqlite:///{instance}/gongdan.db"
        )
        site = stack.enter_context(Site(instance, size, url, redis_url))
        words = f"{engine}: loading {size} orders"
        site.fill(partial(progress.track, description=words))
        site.start()
        sites.append(site)
    return sites


def _valkey(stack: ExitStack, folder: Path) -> str:
    server = valkey.find_server()
    if server is None:
        return ""
    path = folder / "valkey.sock"
    stack.enter_context(tied(valkey.command(server, path, folder / "valkey.log"), signum="TERM"))
    valkey.wait_for(path)
    return f"unix://{path}"


def _measure(
    sites: list[Site], engine: str, options: argparse.Namespace, progress: Progress
) -> list[Result]:
    quick, only = options.quick, options.only.split(",") if options.only else []
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
    results = []
    task = progress.add_task(engine, total=(len(CASES) + 2) * rounds)
    for case in (each for each in CASES if not only or each.name in only):
        progress.update(task, description=f"{engine}: {case.name}")
        samples: dict[tuple[int, str], list[Sample]] = {}
        for _round in range(rounds):
            for site in sites:
                for side in ("ours", "floor"):
                    sample = _round_of(case, site, side, seconds)
                    samples.setdefault((site.number, side), []).append(sample)
            progress.advance(task)
        for site in sites:
            ours, floor = samples[site.number, "ours"], samples[site.number, "floor"]
            results.append(Result.of(engine, case.name, site.number, ours, floor, "requests/s"))
    for site in sites if not only or "deliver" in only else []:
        progress.update(task, description=f"{engine}: deliver")
        results.append(
            deliver.measure(site, engine, rounds=2 if quick else 3, number=100 if quick else 300)
        )
    for site in sites if not only or set(only) & {"erase", "export"} else []:
        progress.update(task, description=f"{engine}: erase, export")
        results += people.measure(site, engine, rounds=2 if quick else 3)
    if only:
        return results
    progress.update(task, advance=rounds, description=f"{engine}: memory")
    results += [_memory(site, engine) for site in sites]
    progress.update(task, advance=rounds, description=engine)
    return results


def _round_of(case: Case, site: Site, side: str, seconds: float) -> Sample:
    """Measure one side for one round, warmed up; a case that writes has as many requests as were prepared."""
    server = site.ours if side == "ours" or case.beside else site.floor
    requests = case.ours if side == "ours" else case.floor
    status = case.status if side == "ours" else case.floor_status
    if not case.writes:
        load(server.port, requests(site), status=status, seconds=WARM_UP)
    prepared, before = requests(site), server.cpu()
    sample = load(server.port, prepared, status=status, seconds=seconds if not case.writes else 60)
    sample.cpu = server.cpu() - before
    return sample


def _memory(site: Site, engine: str) -> Result:
    """Read what a web process holds after some thousand requests of all kinds."""
    for case in CASES:
        if not case.writes:
            number = MEMORY_AFTER * WEB_PROCESSES // 6 + 1
            load(site.ours.port, islice(case.ours(site), number), status=case.status, seconds=120)
    return Result(
        engine, "memory", site.number, site.ours.memory(), site.floor.memory(), "MB a process"
    )


if __name__ == "__main__":
    sys.exit(main())
