"""The landed cost of one entry: duty by layer, fees, import tax apart, and money where a value is given."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from twoeyes.errors import InputError
from twoeyes.facts.kinds import Text
from twoeyes.facts.vocabulary import vocabulary
from twoeyes.trade.book import book_of, unions
from twoeyes.trade.codes import importer_code
from twoeyes.trade.duties import Assessment, Layer
from twoeyes.trade.frame import DTYPES, answer
from twoeyes.trade.goods import Form, goods_of
from twoeyes.trade.money import Money, money_of
from twoeyes.trade.stated import typed_facts
from twoeyes.world import World, question_day

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True, kw_only=True)
class LandedCost:
    """The answer to one duty question. Per cents are of customs value; `money` is in US dollars.

    `total_pct` counts what the stated facts establish; `low` and `high` span every answer to the `missing` facts.
    Where a rate is not yet set, `total_pct` is None and `low` is the floor; `high` is None where nothing bounds it.
    Import tax (`vat_pct`) and what a court ruling may bring back (`refundable_pct`) stand apart.
    """

    item: str | None
    hts: str
    origin: str
    from_: str | None
    to: str
    places: Mapping[str, Text]
    on: date
    known: date
    horizon: date
    facts: Mapping[str, Any]
    total_pct: float | None
    low: float
    high: float | None
    vat_pct: float
    refundable_pct: float
    components: Mapping[str, float]
    exempt: Mapping[str, str]
    missing: tuple[str, ...]
    layers: tuple[Layer, ...]
    fees: tuple[Layer, ...]
    assumed: tuple[Text, ...]
    money: Money | None

    @property
    def unknown(self) -> bool:
        """Whether a rate that applies is not yet set."""
        return self.total_pct is None

    def explain(self, lang: str = "en") -> str:
        """The table that a customs broker checks line by line, in English or Chinese."""
        from twoeyes.trade.words import explained

        return explained(self, lang)

    def frame(self) -> pl.DataFrame:
        """One row per layer: status, per cent, heading, citation, the event that made it and when it became known."""
        import polars as pl

        from twoeyes.trade.words import layer_row

        return pl.DataFrame([layer_row(layer) for layer in (*self.layers, *self.fees)])

    def to_json(self) -> str:
        """The whole answer as JSON."""
        from twoeyes.trade.words import payload

        return json.dumps(payload(self), ensure_ascii=False, indent=2)


def land(
    world: World,
    *,
    item: str | None = None,
    hts: str | None = None,
    origin: str,
    to: str,
    on: date | str,
    from_: str | None = None,
    value: float | None = None,
    facts: Mapping[str, Any] | None = None,
    form: Form | None = None,
) -> LandedCost:
    """What an entry into `to` on day `on` costs, as far as `world` knows.

    Goods are an `item` of the catalogue or a code `hts` (six digits, or the importer's own). `origin` is the customs
    origin, `from_` the place of dispatch, `value` the price FOB in US dollars. `facts` are stated by the vocabulary's
    names (`usmca_claim`, `us_end_use`, ...) and take precedence over the item's. Raises InputError.
    """
    if (item is None) == (hts is None):
        raise InputError("give either an item of the catalogue or a customs code (hts), not both or neither")
    day = question_day(on)
    book = book_of(world)
    book.importer(to)
    stated = typed_facts(facts or {})
    assumed: list[Text] = []
    if item is not None:
        goods = goods_of(world, item, to, form)
        stated = {**goods.facts, **stated}
        assumed.append(
            Text(
                en=f"{item} is declared as a {goods.form}, {goods.hts} ({goods.source})",
                zh=f"{item} 按 {goods.form} 申报，{goods.hts}（{goods.source}）",
            )
        )
        code = goods.hts
    else:
        code = str(hts)
        importer_code(code, to, book.us_lines)
    if from_ is not None:
        world.place(from_)
        stated["from"] = from_
    if value is not None and "transport" not in stated:
        stated["transport"] = "air"
        assumed.append(
            Text(
                en="sent by air; freight and insurance are assumed shares of value",
                zh="空运；运费与保险费按货值比例假定",
            )
        )
    found = _found(world, code, origin, to, day, stated)
    return LandedCost(
        item=item,
        hts=code,
        origin=origin,
        from_=from_,
        to=to,
        places={code: _name(world, code) for code in (origin, to)},
        on=day,
        known=world.known,
        horizon=world.horizon,
        facts=stated,
        total_pct=found.total,
        low=found.low,
        high=found.high,
        vat_pct=found.vat,
        refundable_pct=found.refundable,
        components=dict(found.components),
        exempt=dict(found.exempt),
        missing=found.missing,
        layers=found.layers,
        fees=found.fees,
        assumed=tuple(assumed),
        money=None if value is None else money_of(found, to, day, value, stated["transport"]),
    )


def _name(world: World, code: str) -> Text:
    if code in unions():
        return Text(en=code)
    place = world.place(code)
    return Text(en=place.name, zh=place.name_zh)


def _found(world: World, code: str, origin: str, to: str, on: date, facts: Mapping[str, Any]) -> Assessment:
    import polars as pl

    columns: dict[str, pl.Series] = {
        "hts": pl.Series([code]),
        "origin": pl.Series([origin]),
        "to": pl.Series([to]),
        "on": pl.Series([on]),
    }
    columns |= {name: pl.Series([value], dtype=DTYPES[vocabulary()[name].type]) for name, value in facts.items()}
    return answer(world, pl.DataFrame(columns)).distinct[0]
