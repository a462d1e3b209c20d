"""What `verify` says at its end: one table, then the tests' own closing line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """How a check ended."""

    name: str
    status: int
    seconds: float
    log: Path

    @property
    def passed(self) -> bool:
        return self.status == 0


def summary(results: Sequence[Result], seconds: float) -> str:
    """A table of all checks and the verdict."""
    width = max(len(result.name) for result in results)
    lines = [f"{'check':<{width}}  result  seconds", f"{'-' * width}  ------  -------"]
    for result in results:
        line = f"{result.name:<{width}}  {'ok' if result.passed else 'FAILED':<6}  {result.seconds:7.1f}"
        lines.append(line if result.passed else f"{line}   {result.log}")
    failed = [result.name for result in results if not result.passed]
    verdict = f"{len(failed)} of {len(results)} checks FAILED: {', '.join(failed)}" if failed else "All checks passed"
    return "\n".join([*lines, "", f"{verdict} ({seconds:.0f} s)"])


def closing_line(log: Path) -> str:
    """The last line that pytest wrote, such as `812 passed in 203.10s`."""
    lines = (
        [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()] if log.exists() else []
    )
    counted = [line for line in lines if " in " in line and any(word in line for word in ("passed", "failed", "error"))]
    return counted[-1] if counted else "pytest did not reach its end"
