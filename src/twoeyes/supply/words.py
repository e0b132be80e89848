"""The words of a supply view, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from twoeyes.errors import InputError

Lang = Literal["en", "zh"]

GROUPS: Mapping[str, tuple[str, str]] = {
    "vendor": ("designs and sells", "设计与销售"),
    "fab": ("makes the dies", "晶圆制造"),
    "memory": ("supplies memory", "显存供应"),
    "packaging": ("packages", "先进封装"),
    "substrate": ("substrate", "封装基板"),
    "film": ("build-up film", "积层膜"),
    "glass-cloth": ("glass cloth", "玻纤布"),
    "assembly": ("assembles servers", "整机组装"),
    "process-materials": ("process materials", "工艺材料"),
    "optics-power": ("optics and power materials", "光学与功率材料"),
    "lithography": ("lithography", "光刻"),
    "tools": ("other tools", "其他设备"),
    "eda": ("design software", "设计软件"),
    "host-cpu-fab": ("makes the host CPU", "主机处理器制造"),
    "host-cpu-ip": ("host CPU design", "主机处理器架构"),
}
HORIZONS: Mapping[str, tuple[str, str]] = {
    "installed": ("installed base", "已交付设备"),
    "orders": ("orders, 4 quarters", "新订单，4 个季度"),
    "industry": ("industry, 12 quarters", "产业，12 个季度"),
}
REACHES: Mapping[str, tuple[str, str]] = {
    "territorial": ("territory", "属地"),
    "headquarters": ("headquarters", "总部"),
    "extraterritorial": ("extraterritorial", "域外"),
    "operator": ("operator", "运营方"),
    "site": ("site", "厂址"),
}
CONFIDENCE: Mapping[str, tuple[str, str]] = {
    "official": ("official", "官方"),
    "reported": ("reported", "媒体报道"),
    "estimated": ("estimated", "估计"),
    "assumed": ("assumed", "假设"),
    "memory": ("from memory", "凭记忆"),
}
TEXT: Mapping[str, tuple[str, str]] = {
    "head": (
        "{chip} on {on}, known: {known} (chain {chain})",
        "{chip}，{on} 的供应，信息截至 {known}（供应链 {chain}）",
    ),
    "undated": ("all that the tables hold", "全部资料"),
    "hands": ("Through whose hands new supply passes:", "新供应经谁之手："),
    "powers": (
        "New supply that still comes if a government refuses all it reaches:",
        "某政府拒绝其所及一切时仍到货的新供应：",
    ),
    "installed": (
        "  installed base: 100 % keeps running under any veto of supply; rules on use are another matter",
        "  已交付设备：任何断供下 100 % 继续运行；使用规则另计",
    ),
    "left": ("  {actor}: {share} left", "  {actor}：剩余 {share}"),
    "within": ("{horizon}, from {on}:", "{horizon}，自 {on} 起："),
    "unhurt": (
        "  reached, but buffers last or other sources remain: {actors}",
        "  可及但缓冲足够或另有来源：{actors}",
    ),
    "nobody": ("  no government reaches this chain", "  无政府可及"),
    "gaps": ("No source known that day: {names}", "当日无已知来源：{names}"),
    "unrecorded": ("Not recorded, so no veto through it is counted: {names}", "未记录，故不计经由其的断供：{names}"),
    "remark": ("Remark: {note}", "备注：{note}"),
    "basis": (
        "Shares are ranges (low to high); {memory} of {all} edges rest on memory or assumption.",
        "份额为区间（低至高）；{all} 条边中 {memory} 条凭记忆或假设。",
    ),
}
LANGS = ("en", "zh")


def word(table: Mapping[str, tuple[str, str]], key: str, lang: str) -> str:
    """A word in a language; the key itself where the table has none. Raises InputError for another language."""
    if lang not in LANGS:
        raise InputError(f"lang is one of {', '.join(LANGS)}; got {lang!r}")
    return table[key][LANGS.index(lang)] if key in table else key
