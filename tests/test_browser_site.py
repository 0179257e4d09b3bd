"""The site of the committed lessons in a real browser: no network, both themes, phone and desk, search, links to words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.workbook.notebooks import find, known_lessons
from helpers.workbook.site import publish

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -c constraints.txt -e .[browser]")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    pytest.skip("there is no Chromium: on Debian, apt install chromium", allow_module_level=True)

LESSONS = [lesson.path.stem for lesson in find()]
GROUND = """image => {
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  pen.filter = getComputedStyle(image).filter;
  pen.drawImage(image, 0, 0, 20, 20, 0, 0, 20, 20);
  return Math.max(...pen.getImageData(1, 1, 1, 1).data.slice(0, 3));
}"""  # how light a corner of a figure is, as the page shows it


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("site")
    return publish(folder / "out", known_lessons(), folder / "public").parent.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--allow-file-access-from-files"])
        yield browser
        browser.close()


@pytest.fixture(params=[("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)], ids=lambda param: f"{param[0]}-{param[1]}")
def reader(request: pytest.FixtureRequest, browser: Any) -> Iterator[Any]:
    """A page in one theme and width that notes every address outside of this machine."""
    theme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    page = context.new_page()
    page.theme, page.asked = theme, []
    page.on("request", lambda asked: page.asked.append(asked.url) if not asked.url.startswith(("file:", "data:", "blob:")) else None)
    yield page
    context.close()


def test_every_page_fits_and_asks_for_nothing_outside(reader: Any, site: str) -> None:
    for name in ("index", *(f"lessons/{lesson}" for lesson in LESSONS), "lessons/glossary"):
        reader.goto(f"{site}/{name}.html")
        assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        assert reader.evaluate("[...document.images].every(image => image.complete && image.naturalWidth > 0)"), name
    assert reader.asked == []


def test_a_figure_has_the_ground_of_its_theme(reader: Any, site: str) -> None:
    for lesson in LESSONS:
        reader.goto(f"{site}/lessons/{lesson}.html")
        for image in reader.query_selector_all(".cell_output img"):
            light = image.evaluate(GROUND)
            assert light > 250 if reader.theme == "light" else light < 5, lesson


def test_the_theme_can_be_changed_by_hand(reader: Any, site: str) -> None:
    reader.goto(f"{site}/lessons/{LESSONS[0]}.html")
    for theme in ("dark", "light"):
        reader.locator("button.theme-switch-button").last.click()
        reader.locator(f'button.dropdown-item[data-mode="{theme}"]').last.click()
        assert reader.evaluate("document.documentElement.dataset.theme") == theme


def test_a_word_leads_to_the_glossary_and_a_search_finds_its_lesson(browser: Any, site: str) -> None:
    page = browser.new_page()
    page.goto(f"{site}/lessons/09_retrieval.html")
    page.locator('a[href="glossary.html#bm25"]').first.click()
    assert page.url.endswith("lessons/glossary.html#bm25")
    page.goto(f"{site}/search.html?q=groundedness")
    page.wait_for_selector("#search-results li a", timeout=30_000)
    assert any("10_rag" in link.get_attribute("href") for link in page.query_selector_all("#search-results li a"))


def test_every_lesson_can_be_downloaded_and_launched(browser: Any, site: str) -> None:
    page = browser.new_page()
    for lesson in LESSONS:
        page.goto(f"{site}/lessons/{lesson}.html")
        links = page.evaluate("[...document.querySelectorAll('.article-header-buttons a')].map(link => link.href)")
        assert any(link.endswith(f"_sources/lessons/{lesson}.ipynb") for link in links), lesson
        assert {"colab.research.google.com", "mybinder.org"} <= {link.split("/")[2] for link in links if link.startswith("https")}, lesson
        saved = next(Path(link.removeprefix("file://")) for link in links if "_sources" in link)
        assert saved.is_file()
