"""Rates of the case's systems: each is simulated once, on as many chips as the training would need of it alone."""

from __future__ import annotations

from math import ceil

from twoeyes.errors import InfeasibleError
from twoeyes.facts.catalog import Chip, Model, System
from twoeyes.facts.control_metrics import total_processing_performance
from twoeyes.perf import Estimate, Training
from twoeyes.perf.train import simulate_training
from twoeyes.plan.case import Case, Offer, Site
from twoeyes.plan.problem import DAY_S
from twoeyes.plan.result import Speed
from twoeyes.world import World

FIRST_GUESS = 4096
REFERENCE = "h100-sxm-80"


class Rates:
    """Speeds by system for one case in one world."""

    def __init__(self, world: World, case: Case) -> None:
        self._world, self._case = world, case
        self._model = world.model(case.training.training)
        self._speeds: dict[str, Speed] = {}

    @property
    def speeds(self) -> tuple[Speed, ...]:
        """Every speed asked for so far."""
        return tuple(self._speeds.values())

    def tokens_per_s_per_chip(self, system: System, chip: Chip, offer: Offer) -> float:
        """Tokens a second a chip at the slow end of the range, before uptime: a deadline hangs on it.

        Zero where the model fits no fleet that the offer allows.
        """
        if system.id not in self._speeds:
            self._speeds[system.id] = self._speed(system, chip, offer)
        return self._speeds[system.id].low

    def _speed(self, system: System, chip: Chip, offer: Offer) -> Speed:
        training = self._case.training
        work = Training(training.training, tokens=training.tokens, uptime=training.uptime)
        seconds = (
            (training.finish_by - max(training.start_no_earlier, self._world.known)).days * DAY_S * training.uptime
        )
        most = offer.contiguous_max or offer.max_units or FIRST_GUESS
        chips = min(FIRST_GUESS, most)
        try:
            first = _simulated(system, chip, self._model, work, max(chips, system.chips))
            needed = training.tokens / seconds / first.tokens_per_s_per_chip
            whole = min(ceil(needed / system.chips), most // system.chips) * system.chips
            found = _simulated(system, chip, self._model, work, max(whole, system.chips))
        except InfeasibleError as error:
            return Speed(
                system=system.id,
                chips=chips,
                tokens_per_s_per_chip=0.0,
                low=0.0,
                high=0.0,
                mfu=0.0,
                strategy="none",
                basis=str(error),
            )
        low, high = found.tokens_per_s_interval
        return Speed(
            system=system.id,
            chips=found.chips,
            tokens_per_s_per_chip=found.tokens_per_s_per_chip,
            low=low / found.chips,
            high=high / found.chips,
            mfu=found.mfu,
            strategy=str(found.strategy),
            basis=found.basis,
        )

    def power_w(self, system: System, site: Site) -> float:
        """Power of one system at the meter: its own and its share of the network's, times the site's PUE."""
        return system_power(system) * (1 + site.network_power_share) * site.pue

    def h100e(self, chip: Chip) -> float:
        """H100-equivalents by dense 16-bit peak."""
        return sixteen_bit_peak(chip) / sixteen_bit_peak(self._world.chip(REFERENCE))

    def tpp(self, chip: Chip) -> float:
        """Total processing performance; zero where unknown, since no volume exception covers an unknown."""
        performance = total_processing_performance(chip)
        return performance.value if performance else 0.0


def system_power(system: System) -> float:
    """Watts of a system at the plug. Raises InfeasibleError where no figure is known."""
    if system.power_w is None:
        raise InfeasibleError(f"{system.id}: its power is unknown; give one in a data file before planning with it")
    return system.power_w


def sixteen_bit_peak(chip: Chip) -> float:
    """Dense 16-bit peak in FLOP/s; zero where unknown."""
    return chip.peak_flops.get("bf16") or chip.peak_flops.get("fp16") or 0.0


_KEPT: dict[tuple[object, ...], Estimate] = {}


def _simulated(system: System, chip: Chip, model: Model, work: Training, chips: int) -> Estimate:
    """One simulation, remembered by the values that it depends on: a replay asks the same question many times."""
    shape = (system.scaleup_bw, system.scaleout_bw, chip.memory_bytes, chip.memory_bw, *sorted(chip.peak_flops.items()))
    key = (system.id, chip.id, model.id, work, chips, *shape)
    if key not in _KEPT:
        _KEPT[key] = simulate_training(chip, system, model, work, chips)
    return _KEPT[key]


__all__ = ["Rates", "sixteen_bit_peak", "system_power"]
