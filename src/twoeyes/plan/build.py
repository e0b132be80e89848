"""From a case and a world to a plan: join the market, state the problem, solve it, check it, and write down why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import combinations

from twoeyes.errors import InfeasibleError, NothingLawfulError
from twoeyes.facts.catalog import Chip, System
from twoeyes.plan.case import Case
from twoeyes.plan.checker import breaches
from twoeyes.plan.diagnose import why_infeasible
from twoeyes.plan.lawful import exception_volume
from twoeyes.plan.model import Solution, delivered, least_cost
from twoeyes.plan.offers import Market, last_useful_day, market
from twoeyes.plan.problem import DAY_S, CostLine, Lot, Mode, PowerStep, Problem
from twoeyes.plan.resilience import veto_cases, why_veto
from twoeyes.plan.result import Binding, Both, FrontierPoint, Lost, Plan, Purchase, VetoRow
from twoeyes.plan.rows import rows
from twoeyes.world import World

NEARLY = 0.995
MOST_CHIPS_IN_A_JOB = 3
FRONTIER_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 1.0)
_DAY = timedelta(days=1)


def plan(world: World, case: Case, *, frontier: bool = False, found: Market | None = None) -> Plan:
    """The least-cost plan under the buyer's stance, as the world knows it.

    Raises NothingLawfulError where the stance leaves no offer, InfeasibleError where no purchase meets the case (with
    the actor that cannot be survived, or the fewest limits to relax). `found` is the market, where it is known already.
    """
    found = found or market(world, case)
    if not found.lots:
        raise NothingLawfulError(_nothing(found.lost))
    problem = state(world, case, found)
    solution = least_cost(problem)
    if solution is None:
        raise why_infeasible(problem)
    broken = breaches(problem, solution.units, solution.mode)
    if broken:
        raise InfeasibleError("the solver's purchase fails the independent check:\n" + "\n".join(map(str, broken)))
    points = tuple(frontier_points(problem)) if frontier else ()
    return _written(world, case, found, problem, solution, points)


def state(world: World, case: Case, found: Market) -> Problem:
    """The problem that a case poses on a market."""
    training = case.training
    return Problem(
        lots=found.lots,
        modes=tuple(_modes(case, found.lots)),
        tokens=training.tokens,
        start=max(training.start_no_earlier, world.known + _DAY),
        finish=training.finish_by + _DAY,
        uptime=training.uptime,
        power=tuple(_power_steps(case)),
        available_chips={offer.id: offer.max_units or 0 for offer in case.offers if not offer.rent},
        it_capex=case.budget.it_capex,
        opex_per_year=case.budget.opex_per_year,
        porting_usd={vendor: porting.cost_usd for vendor, porting in case.porting.items()},
        keep=tuple((keep.owned_h100e, keep.from_) for keep in case.keeps),
        exception_tpp_per_year=exception_volume(world),
        vetoes=veto_cases(world, case, found.lots, found.admissions),
        attrition_per_year=case.n1.attrition_per_year,
    )


def frontier_points(problem: Problem, shares: Iterable[float] = FRONTIER_SHARES) -> Iterable[FrontierPoint]:
    """The least cost for each share that must survive every required veto; None where it cannot be had."""
    for share in shares:
        solution = least_cost(problem, required=share)
        yield FrontierPoint(share=share, usd=None if solution is None else solution.usd)


def _modes(case: Case, lots: tuple[Lot, ...]) -> Iterable[Mode]:
    """At each place, every set of up to three chips, at the efficiency that the case gives such a mixture."""
    same, cross = case.training.mixed_same_vendor or 0.0, case.training.mixed_cross_vendor or 0.0
    for place in sorted({lot.place for lot in lots}):
        vendor = {lot.chip: lot.vendor for lot in lots if lot.place == place}
        for size in range(1, MOST_CHIPS_IN_A_JOB + 1):
            for chips in combinations(sorted(vendor), size):
                vendors = len({vendor[chip] for chip in chips})
                efficiency = cross ** (vendors - 1) * same ** (size - vendors)
                if efficiency > 0:
                    yield Mode(place=place, chips=frozenset(chips), efficiency=efficiency)


def _power_steps(case: Case) -> Iterable[PowerStep]:
    last = last_useful_day(case) + _DAY
    for site in case.sites:
        days = [step.from_ for step in site.energised]
        for start, end in zip(days, [*days[1:], last]):
            if start < end:
                yield PowerStep(place=site.id, start=start, end=end, watts=site.watts_at(start))


def _written(
    world: World, case: Case, found: Market, problem: Problem, solution: Solution, points: tuple[FrontierPoint, ...]
) -> Plan:
    lots = {lot.id: lot for lot in found.lots}
    purchases = tuple(
        Purchase(lot=lots[name], units=units, admission=found.admissions[name])
        for name, units in sorted(solution.units.items(), key=lambda item: (lots[item[0]].order, item[0]))
    )
    vendors = sorted({purchase.lot.vendor for purchase in purchases})
    porting = tuple(
        CostLine(label=f"porting to {vendor}", usd=problem.porting_usd[vendor], source="the case")
        for vendor in vendors
        if problem.porting_usd.get(vendor)
    )
    used = {speed.system for speed in found.speeds if speed.system in {purchase.lot.system for purchase in purchases}}
    ratios = [
        (speed.tokens_per_s_per_chip / speed.low, speed.high / speed.low)
        for speed in found.speeds
        if speed.system in used
    ]
    middle, fast = min(middle for middle, _ in ratios), max(high for _, high in ratios)
    return Plan(
        case=case.id,
        title=case.title,
        known=world.known,
        horizon=world.horizon,
        digest=world.digest,
        stance=_stance(case),
        mode=solution.mode,
        start=problem.start,
        finish=_finish(problem, solution, middle),
        finish_low=_finish(problem, solution, fast),
        finish_high=_finish(problem, solution, 1.0),
        purchases=purchases,
        porting=porting,
        usd=solution.usd,
        gap=solution.gap,
        binding=_binding(problem, solution),
        vetoes=tuple(_veto_rows(world, case, problem, solution)),
        lost=(*found.lost, *_outbid(found, problem, solution)),
        speeds=found.speeds,
        assumptions=tuple(_assumptions(world, case, found)),
        sources=_sources(world, found, purchases),
        frontier=points,
    )


def _stance(case: Case) -> dict[str, str]:
    stance = case.stance
    return dict(stance.jurisdictions) | {
        "presumptions": stance.presumptions,
        "unknown": stance.unknown,
        "licences": stance.licences,
    }


def _finish(problem: Problem, solution: Solution, speed: float) -> date:
    """The first day after the training, at `speed` times the rates that the plan is sized on."""
    done, day = 0.0, problem.start
    mode = next(mode for mode in problem.modes if mode.id == solution.mode)
    running = [(lot, solution.units[lot.id]) for lot in problem.lots if lot.id in solution.units and mode.uses(lot)]
    while done < problem.tokens and day < problem.finish:
        rate = sum(n * lot.tokens_per_s for lot, n in running if lot.training_seconds(day, day + _DAY) > 0)
        done += rate * mode.efficiency * problem.uptime * DAY_S * speed
        day += _DAY
    return day


def _binding(problem: Problem, solution: Solution) -> tuple[Binding, ...]:
    found = []
    for row in rows(problem):
        used = row.used(solution.units)
        size = max((abs(use) for use in row.uses.values()), default=0.0)
        if row.limit > 0 and (used >= NEARLY * row.limit or row.limit - used < size):
            found.append(
                Binding(
                    limit=row.id,
                    used=used * row.family.per_unit,
                    most=row.limit * row.family.per_unit,
                    unit=row.family.unit or "million TPP",
                )
            )
    return tuple(found)


def _veto_rows(world: World, case: Case, problem: Problem, solution: Solution) -> Iterable[VetoRow]:
    bought = {lot.chip for lot in problem.lots if lot.id in solution.units}
    for veto in problem.vetoes:
        share = delivered(problem, solution, veto) / problem.tokens
        yield VetoRow(
            actor=veto.actor,
            kind=veto.kind,
            start=veto.start,
            share=min(1.0, share),
            required=veto.required,
            why=why_veto(world, case, veto, bought),
        )


def _outbid(found: Market, problem: Problem, solution: Solution) -> Iterable[Lost]:
    """Offers that were admitted but not bought: too late to train, too small for the place, or dearer a token."""
    mode = next(mode for mode in problem.modes if mode.id == solution.mode)
    bought = {lot.offer for lot in found.lots if lot.id in solution.units}
    used = [lot for lot in found.lots if lot.id in solution.units and mode.uses(lot)]
    paid = max((_dollars_per_million(problem, lot) for lot in used), default=0.0)
    for offer in dict.fromkeys(lot.offer for lot in found.lots):
        if offer in bought:
            continue
        lots = [lot for lot in found.lots if lot.offer == offer and problem.tokens_of(lot) > 0]
        if not lots:
            late = "in use, or ported, only after the training must end"
            yield Lost(offer=offer, reason="too late", detail=late)
            continue
        most = max(lot.most * problem.tokens_of(lot) for lot in lots) / problem.tokens
        best = min(_dollars_per_million(problem, lot) for lot in lots)
        elsewhere = all(lot.place != mode.place for lot in lots)
        if elsewhere and most < 1:
            detail = f"the job runs at one place, and there this offer could do at most {most:.0%} of it"
            yield Lost(offer=offer, reason="too small", detail=detail)
        else:
            detail = (
                f"USD {best:.2f} a million tokens trained in time at best, against up to {paid:.2f} for what is bought"
            )
            yield Lost(offer=offer, reason="costs more" if best > paid else "does not mix", detail=detail)


def _dollars_per_million(problem: Problem, lot: Lot) -> float:
    return lot.usd / (problem.tokens_of(lot) / 1e6) if problem.tokens_of(lot) > 0 else float("inf")


def _assumptions(world: World, case: Case, found: Market) -> Iterable[Both]:
    buyer = case.buyer
    if buyer.listed_owner == "none_known":
        yield Both("the buyer and its owners are not listed, as far as known", "就所知，买方及其所有者未被列名")
    if buyer.hosted_customers == "unknown":
        yield Both(
            "customers hosted later are unknown; one with a headquarters in D:5 or Macau changes the verdicts",
            "日后托管的客户未知；若其总部在D:5国家组或澳门，结论将改变",
        )
    if case.stance.licences == "apply":
        weeks = f"{case.stance.licence_weeks:g}"
        yield Both(
            f"lots that need a licence are planned {weeks} weeks behind the application; nothing ships before a "
            "licence is granted, and this answer grants none",
            f"须许可的批次按申请后{weeks}周排期；许可授予前不发货，本答复不构成许可",
        )
    unknown = ", ".join(sorted({lot.vendor for lot in found.lots} - set(case.porting)))
    if unknown:
        yield Both(
            f"porting cost and time unknown for {unknown}: taken as none, which flatters mixed fleets",
            f"{unknown} 的移植成本与时间未知：按零计，这会美化混合集群",
        )
    yield Both(
        "sized on the slow end of the range of speed, so that the work is done in time there too",
        "按速度范围的慢端配置，使慢端亦能按期完成",
    )
    yield Both(
        "physics as of today: rates rest on efficiencies gathered after the day of the plan",
        "物理参数为现时所知：速率所用效率系在规划日之后收集",
    )
    yield Both(
        "running cost counts to the end of the training; rent earned and resale afterwards are left out",
        "运行成本计至训练结束；其后的出租收入与转售未计",
    )
    if world.beyond_horizon:
        yield Both(
            f"known {world.known} lies past the log's horizon {world.horizon}: announcements after it are missing",
            f"信息截至日 {world.known} 晚于日志终点 {world.horizon}：其后的公告缺失",
        )


def _sources(world: World, found: Market, purchases: tuple[Purchase, ...]) -> tuple[str, ...]:
    """The announcements behind every reading, then the pages behind each chip and system bought."""
    cited = {cite for purchase in purchases for reading in purchase.admission.readings for cite in reading.cites}
    cited |= {cite for lost in found.lost for reading in lost.readings for cite in reading.cites}
    lines = []
    for event in world.events:
        if event.id in cited or cited & set(event.refs):
            urls = " ".join(reference.url for reference in event.sources)
            lines.append(
                f"{event.announced} {event.issuer}: {event.title.en} ({event.citation}) {urls}".replace(" ()", "")
            )
    things: dict[str, Chip | System] = {}
    for purchase in purchases:
        things |= {
            purchase.lot.system: world.system(purchase.lot.system),
            purchase.lot.chip: world.chip(purchase.lot.chip),
        }
    for name, thing in sorted(things.items()):
        pages = dict.fromkeys(source.url for fact in thing.facts.values() for source in fact.sources)
        memory = sum(fact.confidence == "memory" for fact in thing.facts.values())
        note = f" ({memory} of {len(thing.facts)} cells from memory)" if memory else ""
        lines.append(f"{name}: {thing.name}{note} {' '.join(pages)}")
    return tuple(lines)


def _nothing(lost: tuple[Lost, ...]) -> str:
    lines = [f"  {item.offer}: {item.reason}: {item.detail}" for item in lost]
    return "\n".join(["the stance and the market leave no offer that may be planned:", *lines])


def with_reading(case: Case, jurisdiction: str, reading: str) -> Case:
    """The same case under another reading of one jurisdiction."""
    stance = case.stance
    changed = stance.model_copy(update={"jurisdictions": {**stance.jurisdictions, jurisdiction: reading}})
    return case.model_copy(update={"stance": changed})


__all__ = ["frontier_points", "plan", "state", "with_reading"]
