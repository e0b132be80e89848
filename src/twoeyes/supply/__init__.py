"""Through whose hands: who designs, makes, packages and feeds a chip, and who can stop it, at three horizons."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from twoeyes.supply.graph import Chain, chain_of
from twoeyes.supply.measures import effective_routes, sovereign_fractions
from twoeyes.supply.veto import Actor, Horizon, actors, held, survival

if TYPE_CHECKING:
    import polars as pl

HORIZONS: tuple[Horizon, ...] = ("installed", "orders", "industry")
GROUPS = {
    "vendor": ("designed and sold by", "设计与销售"),
    "fab": ("made by", "制造"),
    "hbm": ("memory from", "显存"),
    "packaging": ("packaged by", "封装"),
    "substrate": ("substrates from", "基板"),
    "odm": ("assembled by", "整机组装"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplyView:
    """The chain of one chip on one day. Shares are (low, mid, high)."""

    chip: str
    on: date
    chain: Chain

    def explain(self, lang: str = "en") -> str:
        """Who does what, and what each actor's veto leaves."""
        zh = lang == "zh"
        lines = [f"{self.chip}{' 供应链，' if zh else ', supply chain on '}{self.on}"]
        for group, edges in self.chain.groups.items():
            label = GROUPS.get(group, (group, group))[zh]
            parts = [f"{edge.node.name} {edge.share[1]:.0%} ({edge.confidence})" for edge in edges]
            lines.append(f"  {label:<22}{'; '.join(parts)}")
        lines.append(
            f"  {'one veto leaves' if not zh else '单一断供后剩余':<40}" + "".join(f"{h:>12}" for h in HORIZONS)
        )
        for actor in self.actors:
            row = "".join(f"{survival(self.chain, actor, horizon)[1]:>12.0%}" for horizon in HORIZONS)
            lines.append(f"  {actor.kind + ' ' + actor.name:<40}{row}   {self.why(actor)}")
        return "\n".join(lines)

    @property
    def actors(self) -> tuple[Actor, ...]:
        """Everyone who reaches some node of the chain."""
        return actors([self.chain])

    def why(self, actor: Actor) -> str:
        """Through which nodes, and by which reach."""
        found = [f"{item.node.name} ({item.reach}, {item.dep})" for item in held(self.chain, actor)]
        return "; ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")

    def frame(self) -> pl.DataFrame:
        """One row an actor and horizon: low, mid, high."""
        import polars as pl

        rows = [
            {"kind": actor.kind, "actor": actor.name, "horizon": horizon, "low": low, "mid": mid, "high": high}
            for actor in self.actors
            for horizon in HORIZONS
            for low, mid, high in [survival(self.chain, actor, horizon)]
        ]
        return pl.DataFrame(rows)

    def to_json(self) -> str:
        """Chain, routes and survival."""
        document: dict[str, Any] = {
            "chip": self.chip,
            "on": self.on.isoformat(),
            "chain": [
                {"group": edge.group, "dep": edge.dep, "need": edge.need, "node": edge.node.id, "share": edge.share}
                | {"source": edge.source, "confidence": edge.confidence}
                for edge in self.chain.edges
            ],
            "effective_routes": dict(effective_routes(self.chain)),
            "sovereign_fraction": [asdict(item) for item in sovereign_fractions({self.chip: 1.0}, "orders", self.on)],
            "survival": self.frame().to_dicts(),
        }
        return json.dumps(document, ensure_ascii=False, indent=2)


def supply(chip: str, *, on: date) -> SupplyView:
    """The supply chain of a chip (an id of the catalogue) on a day.

    Raises UnknownNameError where no chain is written down for it.
    """
    return SupplyView(chip=chip, on=on, chain=chain_of(chip, on))


__all__ = ["Actor", "Chain", "Horizon", "SupplyView", "actors", "chain_of", "held", "supply", "survival"]
