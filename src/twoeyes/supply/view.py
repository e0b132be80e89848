"""One chip's supply on a day, in full: through whose hands it passes and which governments can stop it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from twoeyes.supply.graph import Edge, Range
from twoeyes.supply.tables import chain_of, load_tables
from twoeyes.supply.veto import HORIZON_DAYS, STOPS, Held, Horizon, Reach, actors, held, survival
from twoeyes.supply.words import CONFIDENCE, GROUPS, HORIZONS, REACHES, TEXT, word

if TYPE_CHECKING:
    import polars as pl

ROLES = ("vendor", "fab", "memory", "packaging", "assembly")
WEAK = frozenset({"memory", "assumed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """What a government's veto from the view's day leaves of new supply within a horizon, and through which nodes."""

    actor: str
    horizon: Horizon
    survives: Range
    through: tuple[Held, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyView:
    """The supply of one chip on a day. `edges` are those of the day; `powers` one per government and horizon.

    `gaps` are groups without a known source that day, `unrecorded` roles that the tables do not hold for this chip.
    """

    chip: str
    chain: str
    on: date
    known: date | None
    edges: tuple[Edge, ...]
    powers: tuple[Power, ...]
    gaps: tuple[str, ...]
    unrecorded: tuple[str, ...]
    note: str

    def role(self, group: str) -> tuple[Edge, ...]:
        """Who stands in one group, largest share first."""
        mine = [edge for edge in self.edges if edge.group == group]
        return tuple(sorted(mine, key=lambda edge: (-edge.share.mid, edge.node.id)))

    @property
    def designs(self) -> tuple[Edge, ...]:
        return self.role("vendor")

    @property
    def fabs(self) -> tuple[Edge, ...]:
        return self.role("fab")

    @property
    def memory(self) -> tuple[Edge, ...]:
        return self.role("memory")

    @property
    def packages(self) -> tuple[Edge, ...]:
        return self.role("packaging")

    @property
    def assembles(self) -> tuple[Edge, ...]:
        return self.role("assembly")

    def can_stop(self, horizon: Horizon) -> tuple[Power, ...]:
        """Governments whose veto leaves less than everything within a horizon, gravest first."""
        mine = [power for power in self.powers if power.horizon == horizon and power.survives.low < 1]
        return tuple(sorted(mine, key=lambda power: (power.survives.mid, power.survives.low, power.actor)))

    def explain(self, lang: str = "en") -> str:
        """The view in words."""
        until = self.known or word(TEXT, "undated", lang)
        head = {"chip": self.chip, "on": self.on, "known": until, "chain": self.chain}
        weak = sum(edge.confidence in WEAK for edge in self.edges)
        lines = [
            word(TEXT, "head", lang).format(**head),
            word(TEXT, "hands", lang),
            *(self._hand(group, lang) for group in dict.fromkeys(edge.group for edge in self.edges)),
            word(TEXT, "powers", lang),
            word(TEXT, "installed", lang),
            *(line for horizon in ("orders", "industry") for line in self._horizon(horizon, lang)),
            *self._remarks(lang),
            word(TEXT, "basis", lang).format(memory=weak, all=len(self.edges)),
        ]
        return "\n".join(lines)

    def _hand(self, group: str, lang: str) -> str:
        hands = (
            f"{edge.node.name} {_percent(edge.share)} [{word(CONFIDENCE, edge.confidence, lang)}]"
            for edge in self.role(group)
        )
        return f"  {word(GROUPS, group, lang)}: {'; '.join(hands)}"

    def _horizon(self, horizon: Horizon, lang: str) -> Iterator[str]:
        yield "  " + word(TEXT, "within", lang).format(horizon=word(HORIZONS, horizon, lang), on=self.on)
        stops = self.can_stop(horizon)
        for power in stops:
            share = _percent(power.survives)
            yield "  " + word(TEXT, "left", lang).format(actor=power.actor, share=share) + _through(power, lang)
        rest = sorted(p.actor for p in self.powers if p.horizon == horizon and p not in stops)
        if rest:
            yield "  " + word(TEXT, "unhurt", lang).format(actors=", ".join(rest))
        elif not stops:
            yield "  " + word(TEXT, "nobody", lang)

    def _remarks(self, lang: str) -> Iterator[str]:
        for key, names in (("gaps", self.gaps), ("unrecorded", self.unrecorded)):
            if names:
                yield word(TEXT, key, lang).format(names=", ".join(word(GROUPS, name, lang) for name in names))
        if self.note:
            yield word(TEXT, "remark", lang).format(note=self.note)

    def frame(self, table: Literal["hands", "powers"] = "hands") -> pl.DataFrame:
        """`hands`: one row per edge of the day. `powers`: one row per government, horizon and node reached."""
        import polars as pl

        records = [_hand_row(edge) for edge in self.edges] if table == "hands" else list(_power_rows(self.powers))
        return pl.DataFrame(records)

    def to_json(self) -> str:
        """Everything, as one JSON object with sorted keys."""
        whole = {name: getattr(self, name) for name in ("chip", "chain", "on", "known", "gaps", "unrecorded", "note")}
        whole["edges"] = [_hand_json(edge) for edge in self.edges]
        whole["powers"] = [
            {"actor": p.actor, "horizon": p.horizon, "survives": p.survives, "through": list(map(_reached, p.through))}
            for p in self.powers
        ]
        return json.dumps(whole, sort_keys=True, ensure_ascii=False, default=str)


def supply(chip: str, *, on: date, known: date | None = None) -> SupplyView:
    """Through whose hands new supply of a chip passes on a day, and which governments can stop it from that day on.

    `chip` is an id of the catalogue; `known` bounds what may be used, by default nothing does. Raises UnknownNameError
    for a chip without a recorded chain, InputError where nothing of it was public by `known`.
    """
    chain = chain_of(chip, on, known or date.max)
    name, note = load_tables().chains[chip]
    groups = {group.name for group in chain.groups}
    powers = [
        Power(
            actor=actor.name,
            horizon=horizon,
            survives=survival(chain, actor, horizon),
            through=tuple(one for one in held(chain, actor) if one.dep in STOPS[horizon]),
        )
        for horizon in HORIZON_DAYS
        for actor in actors([chain], ["government"])
    ]
    return SupplyView(
        chip=chip,
        chain=name,
        on=on,
        known=known,
        edges=tuple(edge for group in chain.groups for edge in group.live(on)),
        powers=tuple(power for power in powers if power.through),
        gaps=chain.gaps,
        unrecorded=tuple(role for role in ROLES if role not in groups),
        note=note,
    )


def _percent(share: Range) -> str:
    low, mid, high = (f"{100 * value:.0f}" for value in share)
    return f"{mid} %" if low == high else f"{mid} % ({low}-{high})"


def _through(power: Power, lang: str) -> str:
    by_reach: dict[tuple[Reach, ...], list[str]] = {}
    for one in power.through:
        by_reach.setdefault(one.ways, []).append(one.node.name)
    ways = (f"{' + '.join(word(REACHES, way, lang) for way in ways)}: {', '.join(n)}" for ways, n in by_reach.items())
    return f"; {'; '.join(ways)}"


def _hand_row(edge: Edge) -> dict[str, Any]:
    node = edge.node
    return {
        "group": edge.group,
        "dep": edge.dep,
        "need": edge.need,
        "node": node.id,
        "operator": node.operator,
        "headquarters": node.headquarters,
        "territorial": "|".join(sorted(node.territorial)),
        "extraterritorial": "|".join(sorted(node.extraterritorial)),
        "low": edge.share.low,
        "mid": edge.share.mid,
        "high": edge.share.high,
        "confidence": edge.confidence,
        "sources": "|".join(source.url for source in edge.sources),
        "known_from": edge.known_from,
    }


def _power_rows(powers: tuple[Power, ...]) -> Iterator[dict[str, Any]]:
    for power in powers:
        for one in power.through:
            yield {
                "actor": power.actor,
                "horizon": power.horizon,
                "low": power.survives.low,
                "mid": power.survives.mid,
                "high": power.survives.high,
                **_reached(one),
            }


def _reached(one: Held) -> dict[str, Any]:
    return {"node": one.node.id, "group": one.group, "dep": one.dep, "need": one.need, "reach": "|".join(one.ways)}


def _hand_json(edge: Edge) -> dict[str, Any]:
    estimates = {name: asdict(one) for name, one in edge.node.estimates.items()}
    return _hand_row(edge) | {"name": edge.node.name, "note": edge.note, "estimates": estimates}
