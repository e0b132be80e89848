"""Every face of a plan: whole, offline, in two languages, and free of words that only a lawyer or a state may say."""

import re
import shutil
from pathlib import Path

import pytest

from twoeyes.law import Transaction, check
from twoeyes.law.labels import labels
from twoeyes.plan import load_case
from twoeyes.plan.build import plan
from twoeyes.plan.words import BASIS, READING, REASON, SHORT
from twoeyes.report.html import page, write_report
from twoeyes.report.labels import PAGE
from twoeyes.trade import land
from twoeyes.world import World

ROOT = Path(__file__).parents[2]
BANNED = re.compile(
    r"\b(cleared|approved|compliant|permitted|allowed|recommended|lawful to|safe|OK)\b"
    r"|✓|✔|✅|合规|放行|可以出口|(?<!不)合法"
)
LEGAL = re.compile(r"\blegal\b(?! advice)", re.IGNORECASE)


@pytest.fixture(scope="module")
def made():
    return plan(World("2025-05-14"), load_case(ROOT / "examples/penang-2025.yaml"), frontier=True)


@pytest.fixture(scope="module", params=["en", "zh"])
def face(request, made):
    return request.param, made.explain(request.param), page(made, request.param)


def test_no_face_says_what_only_counsel_may_say(face):
    lang, text, html = face
    words = re.sub(r"<style>.*?</style>|<svg.*?</svg>|<ol class=\"sources\">.*?</ol>", "", html, flags=re.S)
    for shown in (text, words):
        assert not BANNED.search(shown), BANNED.search(shown)
        assert not LEGAL.search(shown), LEGAL.search(shown)
    assert ("no legal advice" if lang == "en" else "不构成法律意见") in text


def test_tables_of_words_are_whole_and_free_of_banned_ones():
    tables = [*PAGE.values(), *BASIS.values(), *SHORT.values(), *READING.values(), *REASON.values(), *labels().values()]
    for entry in tables:
        assert set(entry) == {"en", "zh"}
        assert all(entry.values())
        assert not any(BANNED.search(text) for text in entry.values()), entry


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_verdicts_and_costs_are_free_of_them_too(lang):
    world = World("2025-05-20")
    for item, action in (("ascend-910c", "use"), ("h100-sxm-80", "export")):
        verdict = check(world, Transaction(item=item, action=action, to="MY", end_user_country="MY"), on="2025-05-20")
        assert not BANNED.search(verdict.explain(lang))
    cost = land(world, item="dgx-h100", origin="TW", to="US", on="2025-05-20", value=260e3)
    assert not BANNED.search(cost.explain(lang))


def test_the_page_asks_nothing_of_anybody(face):
    _, _, html = face
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(", html)
    assert not re.search(r"\ssrc=", html)


def test_the_page_holds_what_the_plan_holds(face, made):
    _, _, html = face
    assert f"{made.usd:,.0f}" in html
    for purchase in made.purchases:
        assert purchase.lot.system in html
        assert str(purchase.lot.use_from) in html
    for lost in made.lost:
        assert lost.offer in html
    assert html.count("<svg") == 3
    assert made.digest in html


def test_writing_is_whole_or_not_at_all(made, tmp_path):
    target = tmp_path / "plan.html"
    write_report(made, target, "en")
    assert target.read_text(encoding="utf-8").endswith("</html>")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.html"]


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Debian's chromium is not installed")
def test_the_page_opens_in_a_browser_without_any_request(made, tmp_path):
    from playwright.sync_api import sync_playwright

    target = tmp_path / "plan.html"
    write_report(made, target, "zh")
    asked: list[str] = []
    faults: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": 1180, "height": 900})
        view.on("request", lambda request: asked.append(request.url))
        view.on("console", lambda message: faults.append(message.text))
        view.goto(target.as_uri())
        assert view.locator("table").count() >= 6
        assert view.locator("h1").inner_text() == made.title
        width = view.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert asked == [target.as_uri()]
    assert faults == []
    assert width <= 1180
