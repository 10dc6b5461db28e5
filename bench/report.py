"""What came of it: `bench/results.json` for programs, a table for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.client import Sample

RESULTS = Path(__file__).with_name("results.json")
LEAST, AIM, MOST_GROWTH, MOST_MEGABYTES = 0.15, 0.5, 1.3, 150.0
MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Result:
    """One case at one size on one engine; `ours` and `floor` in `unit`, latencies of ours in milliseconds."""

    engine: str
    case: str
    n: int
    ours: float
    floor: float
    unit: str
    p50_ms: float | None = None
    p95_ms: float | None = None
    cpu_ratio: float | None = None
    bytes: int = 0

    @property
    def ratio(self) -> float:
        """Ours to the floor."""
        return self.ours / self.floor

    @classmethod
    def of(
        cls,
        engine: str,
        case: str,
        n: int,
        ours: Sequence[Sample],
        floor: Sequence[Sample],
        unit: str,
    ) -> Result:
        """Sum up the rounds of both sides: the median of the rates, percentiles over all answers."""
        merged = _merged(ours)
        return cls(
            engine,
            case,
            n,
            median(sample.rate for sample in ours),
            median(sample.rate for sample in floor),
            unit,
            merged.percentile(50),
            merged.percentile(95),
            _cpu_ratio(ours, floor),
            max(sample.bytes for sample in ours),
        )


def _cpu_ratio(ours: Sequence[Sample], floor: Sequence[Sample]) -> float | None:
    """Return the floor's processor time for one answer to ours: what the ratio is on an idle machine."""
    costs = [
        sum(each.cpu for each in side) / sum(len(each.latencies) for each in side)
        for side in (floor, ours)
    ]
    return costs[0] / costs[1] if all(costs) else None


def _merged(samples: Sequence[Sample]) -> Sample:
    return Sample(latencies=[each for sample in samples for each in sample.latencies])


def write(results: Sequence[Result]) -> None:
    """Write the contract's list; a case on PostgreSQL has the engine behind its name."""
    lines = [
        {
            "case": each.case if each.engine == "sqlite" else f"{each.case} {each.engine}",
            "n": each.n,
            "ours": round(each.ours, 2),
            "floor": round(each.floor, 2),
            "ratio": round(each.ratio, 3),
            "unit": each.unit,
            "p50_ms": _rounded(each.p50_ms),
            "p95_ms": _rounded(each.p95_ms),
        }
        for each in results
    ]
    RESULTS.write_text(json.dumps(lines, indent=1) + "\n", "utf-8")


def show(results: Sequence[Result]) -> None:
    """Print the table: ratio to the floor, and growth from the smallest size on."""
    table = Table(title="ours beside the floor, same server, same database")
    for name in (
        "database",
        "case",
        "orders",
        "ours",
        "floor",
        "ratio",
        "by cpu",
        "growth",
        "p50 ms",
        "p95 ms",
        "bytes",
    ):
        table.add_column(name, justify="left" if name in ("database", "case") else "right")
    smallest = min(each.n for each in results)
    first = {(each.engine, each.case): each for each in results if each.n == smallest}
    for each in sorted(results, key=lambda one: (one.engine, one.case, one.n)):
        growth = first[each.engine, each.case].ours / each.ours
        memory = each.case.endswith(MEMORY)
        table.add_row(
            each.engine,
            f"{each.case} ({each.unit})",
            f"{each.n:,}",
            f"{each.ours:,.1f}",
            f"{each.floor:,.1f}",
            f"[{_tone(each)}]{each.ratio:.2f}",
            f"{each.cpu_ratio:.2f}" if each.cpu_ratio is not None else "",
            ""
            if each.n == smallest or memory
            else f"[{'green' if growth <= MOST_GROWTH else 'red'}]{growth:.2f}",
            f"{each.p50_ms:.2f}" if each.p50_ms is not None else "",
            f"{each.p95_ms:.2f}" if each.p95_ms is not None else "",
            f"{each.bytes:,}" if each.bytes else "",
        )
    Console(width=None if sys.stdout.isatty() else 120).print(table)


def _tone(result: Result) -> str:
    if result.case.endswith(MEMORY):
        most = MOST_MEGABYTES if result.case == MEMORY else result.floor
        return "green" if result.ours <= most else "red"
    return "green" if result.ratio >= AIM else "yellow" if result.ratio >= LEAST else "red"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
