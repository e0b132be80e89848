"""Names: ids, exact aliases in English and Chinese, and refusals."""

from __future__ import annotations

from datetime import date

import pytest

from twoeyes.errors import InputError, UnknownNameError
from twoeyes.facts.names import index, normal, resolve
from twoeyes.facts.tables import load_catalogue


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("chip", "h100-sxm-80", "h100-sxm-80"),
        ("chip", "H100-SXM-80", "h100-sxm-80"),
        ("chip", "h100", "h100-sxm-80"),
        ("chip", "H100 SXM5 80GB", "h100-sxm-80"),
        ("chip", "昇腾910C", "ascend-910c"),
        ("chip", "昇腾９１０Ｃ", "ascend-910c"),
        ("chip", "英伟达H20", "h20-96"),
        ("chip", "寒武纪思元590", "mlu590"),
        ("chip", "Ascend-910A", "ascend-910-2019"),
        ("chip", "TPU v7x (Ironwood)", "tpu-v7"),
        ("chip", "A100-PCIe-80", "a100-pcie-80"),
        ("system", "CloudMatrix384", "cloudmatrix-384"),
        ("system", "atlas-900-a3", "cloudmatrix-384"),
        ("system", "mi300x-platform", "mi300x-8"),
        ("system", "Atlas 800T A2", "atlas-800t-a2"),
        ("model", "Llama-3.1-405B", "llama3.1-405b"),
        ("model", "Llama-3.3-70B", "llama3.1-70b"),
        ("place", "my", "MY"),
        ("place", "马来西亚", "MY"),
        ("place", "CHE", "CH"),
        ("place", "台湾", "TW"),
        ("place", "Taiwan", "TW"),
        ("place", "South Korea", "KR"),
    ],
)
def test_exact_names_resolve(kind: str, name: str, expected: str) -> None:
    assert getattr(load_catalogue(), kind)(name).id == expected


def test_vendors_resolve() -> None:
    assert load_catalogue().vendor("华为") == "Huawei"
    assert load_catalogue().vendor("nvidia") == "NVIDIA"


@pytest.mark.parametrize("name", ["昇腾910B", "Ascend-910B", "ascend-910b"])
def test_an_ambiguous_name_lists_the_ids(name: str) -> None:
    with pytest.raises(InputError, match="ascend-910b1, ascend-910b2, ascend-910b3, ascend-910b4") as caught:
        load_catalogue().chip(name)
    assert not isinstance(caught.value, UnknownNameError)


def test_an_alias_is_ambiguous_only_among_what_exists() -> None:
    whole = load_catalogue()
    with pytest.raises(InputError, match="h20-141"):
        whole.chip("H20")
    assert whole.as_known(date(2024, 6, 1)).chip("H20").id == "h20-96"


def test_nothing_resolves_by_likeness() -> None:
    with pytest.raises(UnknownNameError, match="nearest: h100-sxm-80"):
        load_catalogue().chip("h10")
    with pytest.raises(UnknownNameError, match="twoeyes show systems"):
        load_catalogue().system("昇腾超节点九千")


def test_a_name_does_not_reach_the_future() -> None:
    then = load_catalogue().as_known(date(2023, 1, 1))
    with pytest.raises(UnknownNameError):
        then.chip("H200")
    assert then.exists_later("H200")
    assert not then.exists_later("H100")


def test_an_id_beats_the_same_word_as_an_alias() -> None:
    names = index([("alpha", "one"), ("two", "one"), ("anything", "two")])
    assert resolve("chip", "TWO", names, {"one", "two"}) == "two"
    assert normal("  Ｈ２０  ") == "h20"
