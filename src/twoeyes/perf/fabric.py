"""The network as nested levels with a delay and a bandwidth each, and what collectives cost on it.

A collective over several levels runs level by level from the inside: each level sees what the ones inside left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from twoeyes.errors import InputError
from twoeyes.facts.catalog import Chip, System
from twoeyes.perf.efficiency import constant, value
from twoeyes.perf.strategies import Floats, Ints

Shape = Literal["switch", "mesh", "torus"]

# Words of a published topology and the shape they stand for; the first that occurs counts.
_SHAPES: tuple[tuple[str, Shape, int], ...] = (
    ("2d torus", "torus", 2),
    ("3d torus", "torus", 3),
    ("torus", "torus", 3),
    ("2d mesh", "torus", 2),
    ("3d mesh", "torus", 3),
    ("per pair", "mesh", 1),
    ("mesh", "mesh", 1),
    ("hccs", "mesh", 1),
    ("switch", "switch", 1),
    ("clos", "switch", 1),
    ("all-to-all", "switch", 1),
)
_LARGEST_FULL_MESH = 16  # a chip has no more ports than this for direct peers


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level: how many chips it holds in all, delivered bytes/s per chip and direction, seconds per hop."""

    name: str
    size: float
    bw: float
    latency: float
    shape: Shape = "switch"
    dims: int = 1
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fabric:
    """Levels from the inside out; the last has no bound on its size."""

    levels: tuple[Level, ...]

    @property
    def domain(self) -> int:
        """Chips of the innermost level."""
        return int(self.levels[0].size)

    def assumptions(self, chips: int) -> tuple[str, ...]:
        """What is assumed about the levels that a job on `chips` chips uses."""
        inner = (0.0, *(level.size for level in self.levels))
        return tuple(text for level, size in zip(self.levels, inner) if chips > max(size, 1) for text in level.assumed)


def fabric_of(chip: Chip, system: System) -> Fabric:
    """The two levels of a system: its scale-up domain and the network between domains.

    An unknown bandwidth or topology is replaced by the assumption of `efficiency.csv`, which the level then names.
    Raises InputError where the size of the scale-up domain is unknown.
    """
    size = system.scaleup_domain or chip.scaleup_domain or (1 if system.chips == 1 else None)
    if size is None:
        raise InputError(
            f"{system.id}: scaleup_domain is unknown, and without it no job can be laid out; "
            "give it in a file of your own (chips that share the scale-up fabric)"
        )
    shape, dims, doubt = _shape(system, int(size))
    inner_bw, inner_doubt = _bandwidth("scaleup", system, system.scaleup_bw or chip.scaleup_bw)
    outer_bw, outer_doubt = _bandwidth("scaleout", system, system.scaleout_bw or chip.scaleout_bw)
    inner = Level(
        name="scale-up",
        size=float(size),
        bw=inner_bw * value("scaleup.share", chip),
        latency=value("scaleup.latency", chip),
        shape=shape,
        dims=dims,
        assumed=inner_doubt + doubt,
    )
    outer = Level(
        name="scale-out",
        size=float("inf"),
        bw=outer_bw * value("scaleout.share", chip),
        latency=value("scaleout.latency", chip),
        assumed=outer_doubt,
    )
    return Fabric(levels=(inner, outer))


def all_gather(fabric: Fabric, group: Ints, stride: Ints, volume: Floats) -> Floats:
    """Seconds to give each of `group` ranks, `stride` apart, all of `volume` bytes. A reduce-scatter costs the same.

    Level by level, ring or one-shot: with c ranks inside the levels below and f parts at this one, a rank receives
    (f-1)/f of volume/c (Thakur et al. 2005). Latency is that of the better of a ring and a tree.
    """
    total: Floats = np.zeros(np.broadcast_shapes(np.shape(group), np.shape(volume)))
    inside = np.ones_like(group)
    for level in fabric.levels:
        members = _members(level, group, stride)
        parts = -(-members // inside)
        share = volume * ((parts - 1) / parts) / inside
        total = total + share / ring_bw(level, parts) + _hops(parts) * level.latency
        inside = members
    return total


def all_reduce(fabric: Fabric, group: Ints, stride: Ints, volume: Floats) -> Floats:
    """Seconds to sum `volume` bytes over `group` ranks: a reduce-scatter inward-out and an all-gather back."""
    return 2.0 * all_gather(fabric, group, stride, volume)


def all_to_all(fabric: Fabric, group: Ints, stride: Ints, volume: Floats) -> Floats:
    """Seconds in which each of `group` ranks sends `volume` bytes spread evenly over the group.

    Traffic to peers of each level runs at the same time, so the slowest level bounds it.
    """
    slowest: Floats = np.zeros(np.broadcast_shapes(np.shape(group), np.shape(volume)))
    delay: Floats = np.zeros(np.shape(group))
    inside = np.ones_like(group)
    for level in fabric.levels:
        members = _members(level, group, stride)
        share = volume * (members - inside) / group
        slowest = np.maximum(slowest, share / scatter_bw(level, members))
        delay = delay + _hops(-(-members // inside)) * level.latency
        inside = members
    return slowest + delay


def send(fabric: Fabric, group: Ints, stride: Ints, volume: Floats) -> Floats:
    """Seconds to pass `volume` bytes to the next rank of a line of `group`, over the slowest level that it crosses."""
    total: Floats = np.zeros(np.broadcast_shapes(np.shape(group), np.shape(volume)))
    inside = np.ones_like(group)
    for level in fabric.levels:
        members = _members(level, group, stride)
        crossed = members > inside
        total = np.where(crossed, np.maximum(total, volume / pair_bw(level) + level.latency), total)
        inside = members
    return total


def ring_bw(level: Level, ranks: Ints) -> Floats:
    """Bytes/s that each of `ranks` ranks moves in a ring collective.

    A switch gives all of a chip's bandwidth; a full mesh the links to the peers taking part; a torus the axes in use.
    """
    if level.shape == "mesh":
        peers = max(level.size - 1, 1.0)
        return np.asarray(level.bw * np.clip((ranks - 1) / peers, 1 / peers, 1.0))
    if level.shape == "torus":
        side = level.size ** (1 / level.dims)
        axes = sum((ranks > side**axis * 1.0001).astype(np.float64) for axis in range(1, level.dims))
        return np.asarray(level.bw * (1.0 + axes) / level.dims)
    return np.full(np.shape(ranks), level.bw)


def scatter_bw(level: Level, ranks: Ints) -> Floats:
    """Bytes/s that each of `ranks` ranks moves in an all-to-all.

    On a torus of side k a message crosses k/4 links an axis on average, and each link carries that many times over.
    """
    if level.shape == "torus":
        side = np.maximum(ranks, 1) ** (1 / level.dims)
        return np.asarray(level.bw / np.maximum(1.0, level.dims * side / 4))
    return ring_bw(level, ranks)


def pair_bw(level: Level) -> float:
    """Bytes/s between two neighbours: one link of a mesh or torus, everything through a switch."""
    links = {"switch": 1.0, "mesh": max(level.size - 1, 1.0), "torus": 2.0 * level.dims}
    return level.bw / links[level.shape]


def _members(level: Level, group: Ints, stride: Ints) -> Ints:
    within = np.minimum(np.maximum(np.floor(level.size / stride), 1.0), group)
    return within.astype(np.int64)


def _hops(parts: Ints) -> Floats:
    tree = 2.0 * np.ceil(np.log2(np.maximum(parts, 1)))
    hops: Floats = np.minimum(parts - 1.0, tree)
    return hops


def _bandwidth(kind: str, system: System, known: float | None) -> tuple[float, tuple[str, ...]]:
    if known:
        return known, ()
    row = constant(f"assumed.{kind}_bw")
    text = f"{kind} bandwidth of {system.id} is unknown; {row.value / 1e9:g} GB/s per chip and direction assumed"
    return row.value, (text,)


def _shape(system: System, size: int) -> tuple[Shape, int, tuple[str, ...]]:
    words = (system.topology or "").lower()
    for word, shape, dims in _SHAPES:
        if word in words and not (shape == "mesh" and size > _LARGEST_FULL_MESH):
            return shape, dims, ()
    told = system.topology or "unknown"
    return "switch", 1, (f"topology of {system.id} ({told}) is taken for a switch",) if size > 1 else ()
