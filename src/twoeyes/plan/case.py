"""What a buyer hands in: who buys, under which stance, where, for what work, from which offers.

Every block of numbers says where they come from: `source: <url or document>`, or `assumed: true`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from twoeyes.errors import InputError
from twoeyes.facts.schema import Day, Name, NonNegative, Positive, Share, Strict, read
from twoeyes.facts.yamltext import load

Reading = Literal["letter", "letter_except_published_nonenforcement", "letter_and_practice_gravest"]
READINGS: tuple[Reading, ...] = ("letter", "letter_except_published_nonenforcement", "letter_and_practice_gravest")


class Sourced(Strict):
    """A block of numbers with their source, or the admission that they are assumed."""

    source: str = ""
    assumed: bool = False

    @model_validator(mode="after")
    def _stands_on_something(self) -> Sourced:
        if not self.source and not self.assumed:
            raise ValueError("numbers need `source: ...` or `assumed: true`")
        return self


class Buyer(Strict):
    """Who buys. `facts` are further facts of the vocabulary that hold for every transaction of the case."""

    hq: Name
    ultimate_parent_hq: Name
    listed_owner: Literal["none_known", "yes", "unknown"]
    hosted_customers: Literal["none", "known", "unknown"]
    facts: dict[str, str] = Field(default_factory=dict)


class Stance(Strict):
    """How the buyer reads each jurisdiction. There is no default: the buyer's counsel chooses.

    `presumptions: obey` takes a rebuttable presumption as a prohibition, `unresolved` as an unknown. `unknown: exclude`
    buys nothing undecided; `hold` plans it and marks it as held until the facts are in. `licences: exclude` buys
    nothing that needs a licence not held; `apply` plans it behind the licence, `licence_weeks` later, and marks it.
    """

    jurisdictions: Mapping[str, Reading]
    presumptions: Literal["obey", "unresolved"]
    unknown: Literal["exclude", "hold"]
    licences: Literal["exclude", "apply"]
    licence_weeks: NonNegative = 0

    @model_validator(mode="before")
    @classmethod
    def _split(cls, raw: Any) -> Any:
        if not isinstance(raw, Mapping) or "jurisdictions" in raw:
            return raw
        places = {key: value for key, value in raw.items() if len(key) == 2 and key.isupper()}
        return {"jurisdictions": places} | {key: value for key, value in raw.items() if key not in places}

    @model_validator(mode="after")
    def _named(self) -> Stance:
        if not self.jurisdictions:
            raise ValueError("name a reading for each jurisdiction, such as `US: letter`")
        return self


class Budget(Sourced):
    """US dollars: hardware with its network, and running cost in any calendar year."""

    it_capex: Positive
    opex_per_year: Positive


class Cooling(Strict):
    air: bool = True
    liquid_from: Day | None = None


class Energised(Strict):
    """Power at the meter from a day on, until the next step."""

    from_: Day = Field(alias="from")
    mw_at_meter: Positive


class Site(Sourced):
    id: Name
    country: Name
    tenure: Literal["own", "lease", "colocation"]
    pue: float = Field(ge=1, le=3, allow_inf_nan=False)
    cooling: Cooling
    energised: tuple[Energised, ...] = Field(min_length=1)
    vat_pct: NonNegative | None = None
    power_usd_per_kwh: NonNegative | None = None
    network_power_share: Share = 0.0

    @model_validator(mode="after")
    def _in_order(self) -> Site:
        days = [step.from_ for step in self.energised]
        if days != sorted(set(days)):
            raise ValueError("`energised` steps must stand in order of their day, each once")
        return self

    def watts_at(self, day: date) -> float:
        """Power at the meter on a day; zero before the first step."""
        return max((step.mw_at_meter * 1e6 for step in self.energised if step.from_ <= day), default=0.0)


class TrainingWork(Sourced):
    """Train one model by a day. `colocated` work runs at one place.

    A job over several chips keeps `mixed_same_vendor` of its speed for each further chip of a vendor, and
    `mixed_cross_vendor` for each further vendor; without them it runs on one chip.
    """

    training: Name
    tokens: Positive
    start_no_earlier: Day
    finish_by: Day
    colocated: bool = True
    uptime: float = Field(gt=0, le=1, allow_inf_nan=False)
    mixed_same_vendor: Share | None = None
    mixed_cross_vendor: Share | None = None

    @model_validator(mode="after")
    def _in_order(self) -> TrainingWork:
        if self.finish_by <= self.start_no_earlier:
            raise ValueError("finish_by must lie after start_no_earlier")
        if not self.colocated:
            raise ValueError("training over several sites needs a WAN bridge, which this version does not model")
        return self


class Keep(Strict):
    owned_h100e: Positive
    from_: Day = Field(alias="from")
    until: Day


class KeepWork(Sourced):
    """Own at least this much after the training, in H100-equivalents by dense BF16 peak."""

    keep: Keep


class N1(Sourced):
    """What must survive a single veto: a share of the training, for each actor and each start day from `from` on."""

    horizon: Literal["installed", "orders", "industry"]
    start_days: tuple[Day, ...] = Field(min_length=1)
    from_: Day = Field(alias="from")
    share_of_work: Share
    actors: tuple[Literal["vendors", "foundries", "governments_except_host"], ...] = Field(min_length=1)
    attrition_per_year: Share


class Porting(Sourced):
    """Months and money until the training runs well on a vendor's chips."""

    months: NonNegative
    cost_usd: NonNegative = 0


class Offer(Sourced):
    """Something on offer: systems to buy, or chips to rent.

    `max_units` counts chips; without it availability is unknown, and nothing is bought. `price` is one system's.
    `facts` are further facts of the vocabulary that hold for this offer's transactions.
    """

    id: str = ""
    system: str = ""
    rent: str = ""
    price: Positive | None = None
    per: Literal["system", "rack"] = "system"
    lead_weeks: NonNegative = 0
    max_units: int | None = Field(default=None, ge=0)
    first_delivery: Day | None = None
    seller: str = ""
    why: str = ""
    needs: Literal["air", "liquid"] = "air"
    origin: str = ""
    from_: str = Field(default="", alias="from")
    price_per_chip_h: Positive | None = None
    contiguous_max: int | None = Field(default=None, gt=0)
    min_term_months: int | None = Field(default=None, gt=0)
    provider_parent: str = ""
    location: str = ""
    facts: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, raw: Any) -> Any:
        if isinstance(raw, Mapping) and not raw.get("id"):
            return {**raw, "id": raw.get("system") or (f"rent-{raw['rent']}" if raw.get("rent") else "")}
        return raw

    @model_validator(mode="after")
    def _whole(self) -> Offer:
        if bool(self.system) == bool(self.rent):
            raise ValueError("an offer names either `system` (to buy) or `rent` (a chip)")
        needed = (
            ("price_per_chip_h", "contiguous_max", "min_term_months", "provider_parent", "location")
            if self.rent
            else (("price",) if self.max_units else ())
        )
        missing = [name for name in needed if not getattr(self, name)]
        if missing:
            raise ValueError(f"offer {self.id!r} lacks {', '.join(missing)}")
        return self


class NetworkShare(Sourced):
    """Cluster network and storage as a share of the hardware's price."""

    share_of_hardware: Share


class Case(Strict):
    """One case file, whole."""

    id: Name
    title: str = ""
    buyer: Buyer
    stance: Stance
    budget: Budget
    network: NetworkShare
    sites: tuple[Site, ...] = Field(min_length=1)
    work: tuple[TrainingWork | KeepWork, ...] = Field(min_length=1)
    n1: N1
    porting: dict[str, Porting]
    offers: tuple[Offer, ...] = Field(min_length=1)
    assume_law_frozen: bool = False

    @model_validator(mode="after")
    def _once_each(self) -> Case:
        for what, names in (("site", [site.id for site in self.sites]), ("offer", [offer.id for offer in self.offers])):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{what} {twice[0]!r} stands twice; give each an `id` of its own")
        if len([work for work in self.work if isinstance(work, TrainingWork)]) != 1:
            raise ValueError("`work` needs exactly one `training`")
        return self

    @property
    def training(self) -> TrainingWork:
        """The one training that the case asks for."""
        return next(work for work in self.work if isinstance(work, TrainingWork))

    @property
    def keeps(self) -> tuple[Keep, ...]:
        """What must be owned afterwards."""
        return tuple(work.keep for work in self.work if isinstance(work, KeepWork))


def load_case(path: str | Path) -> Case:
    """Read a case file. Raises InputError with file and line for each fault."""
    document = load(Path(path))
    if not isinstance(document.data, Mapping):
        raise InputError(f"{path}: a case is a mapping; `twoeyes new CASE.yaml` writes one to fill in")
    return read(Case, document)
