"""What the demonstration says as it goes, in words that a risk officer follows."""

from rich.console import Console
from rich.table import Table

from oracle.demo.outcome import Outcome


class Telling:
    """One line a step, a table at the end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = 0

    def chapter(self, title: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold cyan]{self._step}. {title}[/]")

    def say(self, text: str) -> None:
        self._console.print(f"   {text}", highlight=False)

    def result(self, outcome: Outcome) -> None:
        table = Table(title="What each holder answered", title_justify="left", header_style="bold")
        for name in ("Holder", "Asked", "Hits", "Paid", "p50 ms", "p95 ms", "Score", "Before", "After"):
            table.add_column(name, justify="left" if name == "Holder" else "right")
        for line in outcome.holders:
            table.add_row(
                line.name,
                f"{line.asked:,}",
                f"{line.hits:,}",
                f"{line.paid:,}",
                f"{line.latency_p50_ms:,}",
                f"{line.latency_p95_ms:,}",
                f"{line.score_bps_before / 100:.1f} → {line.score_bps_after / 100:.1f} %",
                f"{line.credits_before:,}",
                f"{line.credits_after:,}",
            )
        table.add_section()
        table.add_row(
            f"{outcome.asker} (asks)",
            *[""] * 6,
            f"{outcome.asker_credits_before:,}",
            f"{outcome.asker_credits_after:,}",
        )
        self._console.print()
        self._console.print(table)
