"""The desk's page in a real browser: ask, read, unfold a source; at a desk and on a phone, by day and by night, by keyboard."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from helpers.page import Limits, Page, Shown, served

pytest.importorskip("fastapi", reason="fastapi is not installed: pip install -c constraints.txt -e .[served]")
api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -c constraints.txt -e .[browser]")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("there is no Chromium: on Debian, apt install chromium", allow_module_level=True)

PICTURES = os.environ.get("LADDER_PICTURES")  # a folder, to look at what the tests saw
TAGS = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">"
LIGHT = """element => {
  const luminance = color => { const [r, g, b] = color.match(/[\\d.]+/g).map(value => { value /= 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  let ground = element;
  while (getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(luminance).sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""  # the contrast of an element's text with what is behind it


def desk(question: str, asker: str) -> Shown:
    if question == "stop":
        raise RuntimeError("inside")
    parts = [("guards in", 0.0004, "passed"), ("router", 0.0011, "handbook"), ("handbook", 0.184, "on Fridays"), ("guards out", 0.0, "")]
    spans = [SimpleNamespace(part=part, seconds=seconds, note=note) for part, seconds, note in parts]
    passage = "Kitchens\nThe refrigerators are emptied on Fridays at 15:00; what has no name on it goes. " * 3
    return Shown(f"On Fridays, {asker}: {question}", "handbook", [f"what the model was shown, user turn\n{passage}"], spans)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(Page(desk, title="Larkfield help desk", askers={"a customer": "", "Ada Finch": "E1"}, limits=Limits(seconds=5))) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=[("light", 1280), ("light", 360), ("dark", 1280), ("dark", 360)], ids=lambda param: f"{param[0]}-{param[1]}")
def visitor(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    """The page, opened, in one theme and width; it notes what it asked other machines for, and what it complained about."""
    theme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    page.name, page.elsewhere, page.said = f"{theme}-{width}", [], []
    page.on("request", lambda asked: None if asked.url.startswith(address) else page.elsewhere.append(asked.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.goto(address)
    yield page
    context.close()


def ask(page: Any, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask").click()


def test_a_question_gets_its_answer_with_route_source_and_trace(visitor: Any) -> None:
    visitor.get_by_label("Asked by").select_option("Ada Finch")
    ask(visitor, "When are the refrigerators emptied?")
    assert visitor.get_by_role("status").inner_text() == "On Fridays, E1: When are the refrigerators emptied?"
    assert visitor.get_by_label("Asked by").input_value() == "Ada Finch"
    rows = [row.inner_text().split("\t")[0].strip() for row in visitor.locator("tbody tr").all()]
    assert rows == ["guards in", "router", "handbook", "guards out"]
    source = visitor.get_by_text("what has no name on it goes").first
    assert not source.is_visible()
    visitor.get_by_text("what the model was shown").click()
    assert source.is_visible()
    if PICTURES:
        visitor.screenshot(path=Path(PICTURES, f"{visitor.name}.png"), full_page=True)


def test_it_fits_is_styled_and_asks_nobody_else(visitor: Any) -> None:
    ask(visitor, "a" * 400)
    assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.evaluate("getComputedStyle(document.querySelector('.box')).borderLeftWidth") == "6px"  # its style passed the policy
    assert visitor.elsewhere == []
    assert [text for text in visitor.said if "favicon" not in text] == []


def test_every_text_stands_out_from_its_ground(visitor: Any) -> None:
    ask(visitor, "When?")
    for selector in ("h1", "label", "button", ".asked", ".answer", "th", "td.dim", "input"):
        assert visitor.locator(selector).first.evaluate(LIGHT) >= 4.5, selector


def test_tags_in_a_question_are_text(visitor: Any) -> None:
    ask(visitor, TAGS)
    assert TAGS in visitor.get_by_role("status").inner_text()
    assert visitor.get_by_label("Your question").input_value() == TAGS
    assert visitor.title() == "Larkfield help desk"
    assert visitor.locator("main script, main img").count() == 0


def test_an_error_is_an_alert_and_the_question_stays(visitor: Any) -> None:
    ask(visitor, "stop")
    assert "the application stopped (RuntimeError)" in visitor.get_by_role("alert").inner_text()
    assert visitor.get_by_label("Your question").input_value() == "stop"
    if PICTURES:
        visitor.screenshot(path=Path(PICTURES, f"{visitor.name}-error.png"), full_page=True)


def test_the_keyboard_is_enough(visitor: Any) -> None:
    visitor.keyboard.type("When?")  # the field has the focus
    visitor.keyboard.press("Enter")
    visitor.get_by_role("status").wait_for()
    order = []
    for _ in range(4):
        order.append(visitor.evaluate("document.activeElement.id || document.activeElement.tagName.toLowerCase()"))
        visitor.keyboard.press("Tab")
    assert order == ["question", "asker", "button", "summary"]


def test_a_strangers_page_gets_nothing(visitor: Any, address: str, tmp_path: Path) -> None:
    fields = '<input name=question value=a><input name=asker value="Ada Finch"><button>Ask</button>'
    form = f'<form method=post action="{address}/">{fields}</form>'
    (tmp_path / "stranger.html").write_text(form)
    visitor.goto((tmp_path / "stranger.html").as_uri())
    visitor.get_by_role("button", name="Ask").click()
    assert "Another site sent this question" in visitor.get_by_role("alert").inner_text()


def test_a_page_of_another_site_cannot_frame_it(visitor: Any, address: str, tmp_path: Path) -> None:
    (tmp_path / "frame.html").write_text(f'<iframe src="{address}/"></iframe>')
    visitor.goto((tmp_path / "frame.html").as_uri())
    visitor.wait_for_timeout(300)
    assert visitor.frames[-1].locator("#question").count() == 0
