"""Strategies as a struct of arrays: one entry per strategy, so that formulas run over thousands at a time.

`search.enumerate_strategies` makes them, `step.evaluate` times them, `memory.memory` weighs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from twoeyes.perf.workload import RECOMPUTES, Strategy

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategies:
    """Arrays of one length n. `recompute` indexes RECOMPUTES, `sequence_parallel` is 0 or 1."""

    tp: Ints
    cp: Ints
    pp: Ints
    vpp: Ints
    ep: Ints
    dp: Ints
    micro_batch: Ints
    zero: Ints
    recompute: Ints
    sequence_parallel: Ints

    def __len__(self) -> int:
        return len(self.tp)

    @property
    def chips(self) -> Ints:
        """Chips kept busy, shape (n,)."""
        return self.tp * self.cp * self.pp * self.dp

    def take(self, rows: Ints | Bools | slice) -> Strategies:
        """The strategies at `rows`."""
        return Strategies(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def row(self, index: int) -> Strategy:
        """One strategy as a plain object."""
        given = {f.name: int(getattr(self, f.name)[index]) for f in fields(self)}
        recompute, parallel = RECOMPUTES[given.pop("recompute")], bool(given.pop("sequence_parallel"))
        return Strategy(**given, recompute=recompute, sequence_parallel=parallel)

    @staticmethod
    def join(parts: Sequence[Strategies]) -> Strategies:
        """The strategies of all parts, in order."""
        return Strategies(
            **{f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Strategies)}
        )

    @staticmethod
    def of(strategies: Sequence[Strategy]) -> Strategies:
        """The arrays that hold these strategies."""
        columns = {}
        for f in fields(Strategies):
            cells = [getattr(strategy, f.name) for strategy in strategies]
            columns[f.name] = np.array(
                [RECOMPUTES.index(c) if f.name == "recompute" else int(c) for c in cells], np.int64
            )
        return Strategies(**columns)


def micro_batches(strategies: Strategies, batch: int) -> Ints:
    """Micro-batches that each pipeline runs in a step of `batch` sequences; the last may be partly empty."""
    return -(-batch // (strategies.dp * strategies.micro_batch))


def distinct(columns: Sequence[Ints]) -> tuple[Ints, Ints]:
    """Positions of the first of each distinct row of `columns`, and for every row which of those it equals."""
    key = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        key = key * len(values) + code.reshape(-1)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), inverse.reshape(-1).astype(np.int64)
