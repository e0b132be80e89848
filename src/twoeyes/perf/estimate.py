"""What the simulator answers: a rate with its range, where the step goes, and what was assumed on the way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from twoeyes.perf.search import Option
from twoeyes.perf.workload import Strategy

if TYPE_CHECKING:
    import polars as pl

_DAY = 86_400.0
_HEAD = {
    "en": """{e.model} on {e.chips:,} chips of {e.system}
  {e.tokens_per_s:,.0f} tokens/s, {e.tokens_per_s_per_chip:,.1f} per chip
  MFU {e.mfu:.1%} of {e.mfu_basis}
  {e.tokens:.3g} tokens: {days:,.1f} days ({low:,.1f} to {high:,.1f}) at {e.uptime:.1%} uptime
  one step takes {e.step_time_s:.3g} s ({fast:.3g} to {slow:.3g}); {e.basis}
  strategy: {e.strategy}, {e.strategy.chips:,} chips busy; best of {e.strategies_tried:,} tried
  memory per chip {memory:.1f} GB of {usable:.1f} GB usable""",
    "zh": """{e.model}，{e.system}，{e.chips:,} 颗芯片
  {e.tokens_per_s:,.0f} token/秒，每颗 {e.tokens_per_s_per_chip:,.1f}
  MFU {e.mfu:.1%}，基准：{e.mfu_basis}
  {e.tokens:.3g} token 需 {days:,.1f} 天（{low:,.1f} 至 {high:,.1f}），可用率 {e.uptime:.1%}
  每步 {e.step_time_s:.3g} 秒（{fast:.3g} 至 {slow:.3g}）；{e.basis}
  策略：{e.strategy}，占用 {e.strategy.chips:,} 颗；试过 {e.strategies_tried:,} 种
  每颗内存 {memory:.1f} GB，可用 {usable:.1f} GB""",
}
_SECTIONS = {
    "en": ("Where the step goes:", "Why this strategy:", "Assumed:"),
    "zh": ("每步的时间构成：", "为何用此策略：", "假设："),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A training run on a fleet. Times in seconds, memory in bytes per chip, rates in tokens a second.

    `mfu` counts model FLOPs (no recomputation) against `mfu_peak_flops` of every chip of the fleet, idle ones too.
    `interval` bounds `step_time_s`; `basis` says what the bounds rest on. `strategy` is that of the slowest pool, and
    `pools` holds one estimate per pool where there are several. `world` is the digest of the world that was asked.
    """

    model: str
    system: str
    chips: int
    tokens: float
    strategy: Strategy
    step_time_s: float
    interval: tuple[float, float]
    basis: str
    tokens_per_step: float
    tokens_per_s: float
    tokens_per_s_per_chip: float
    mfu: float
    mfu_peak_flops: float
    mfu_basis: str
    uptime: float
    time_to_train_s: float
    memory_bytes: float
    memory: Mapping[str, float]
    usable_memory_bytes: float
    breakdown: Mapping[str, float]
    why: tuple[str, ...]
    pareto: tuple[Option, ...]
    strategies_tried: int
    assumptions: tuple[str, ...]
    pools: tuple[Estimate, ...] = ()
    world: str | None = None

    @property
    def time_to_train_interval_s(self) -> tuple[float, float]:
        """Bounds of `time_to_train_s`, from those of the step."""
        low, high = (bound / self.step_time_s * self.time_to_train_s for bound in self.interval)
        return low, high

    @property
    def tokens_per_s_interval(self) -> tuple[float, float]:
        """Bounds of `tokens_per_s`, from those of the step."""
        return self.tokens_per_step / self.interval[1], self.tokens_per_step / self.interval[0]

    def explain(self, lang: Literal["en", "zh"] = "en") -> str:
        """The answer in words, with its breakdown, its reasons and its assumptions; headings in `lang`."""
        low, high = (bound / _DAY for bound in self.time_to_train_interval_s)
        head = _HEAD[lang].format(
            e=self, days=self.time_to_train_s / _DAY, low=low, high=high, fast=self.interval[0], slow=self.interval[1],
            memory=self.memory_bytes / 1e9, usable=self.usable_memory_bytes / 1e9,
        )  # fmt: skip
        parts = tuple(f"{name}: {s:.3g} s, {s / self.step_time_s:.1%}" for name, s in self.breakdown.items() if s > 0)
        sections = zip(_SECTIONS[lang], (parts, self.why, self.assumptions))
        return "\n".join([head, *(line for title, lines in sections for line in _section(title, lines))])

    def frame(self) -> pl.DataFrame:
        """One row per part: `kind` (time or memory), `part`, `value` (s, or bytes per chip), `share` of its total."""
        import polars as pl

        rows = [("time", part, value, value / self.step_time_s) for part, value in self.breakdown.items()]
        rows += [("memory", part, value, value / self.memory_bytes) for part, value in self.memory.items()]
        return pl.DataFrame(rows, schema=["kind", "part", "value", "share"], orient="row")

    def to_json(self) -> str:
        """Everything, as one JSON object with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


def _section(title: str, lines: tuple[str, ...]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []
