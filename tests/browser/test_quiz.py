"""A quiz in a real JupyterLab, answered by keyboard only."""

import re

import pytest

CELLS = ('import brainlab as bl\nquiz = bl.lessons.quiz("10")\nquiz', "1 + 1", "2 + 2")


@pytest.fixture(scope="module")
def lab(open_notebook):
    opened = open_notebook("quiz", *CELLS)
    opened.page.wait_for_selector(".bl-quiz form")
    return opened


@pytest.fixture(autouse=True)
def no_page_errors(lab):
    yield
    assert lab.problems == []
    lab.kernel("quiz.start_again(); bl.lessons.language.use('en')")


def said(lab, question):
    return lab.page.locator(".bl-quiz-said").nth(question - 1)


def test_answered_by_keyboard_only(lab):
    keys = lab.page.keyboard
    lab.page.evaluate("panel.content.activeCellIndex = 0; panel.content.mode = 'command'; void 0")
    lab.page.locator(".bl-quiz input").first.focus()
    keys.press("Space")
    seen = set()
    for choice in range(4):
        keys.press("Enter")
        lab.until(f"quiz.answers[0].get('choice') == {choice}")
        lab.page.wait_for_function("n => document.querySelectorAll('.bl-quiz-said[data-state]').length >= 1", arg=1)
        text = lab.kernel("print(quiz.answers[0]['feedback'])")
        lab.page.wait_for_function("text => document.querySelector('.bl-quiz-said').textContent.includes(text)", arg=text)
        seen.add(text)
        keys.press("ArrowDown")
    assert len(seen) == 4
    assert (
        lab.page.evaluate("panel.content.activeCellIndex") == 1
        or lab.page.evaluate("document.activeElement.type") == "radio"
    )
    keys.press("Tab")  # to the button
    keys.press("Tab")  # to the next question
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    lab.until("quiz.answers[1] != {}")
    lab.page.wait_for_function("document.querySelectorAll('.bl-quiz-said')[1].textContent.length > 20")


def test_without_a_choice_it_asks_for_one(lab):
    lab.page.locator(".bl-quiz button[type=submit]").nth(2).press("Enter")
    assert said(lab, 3).inner_text().endswith("Choose an answer first.")
    assert lab.kernel("print(quiz.answers[2])") == "{}"


def test_a_second_view_does_not_mix_its_buttons(lab):
    lab.kernel("quiz.answer(1, 2)")
    lab.page.wait_for_function(
        "document.querySelectorAll('.bl-quiz input')[1].checked || document.querySelector('.bl-quiz-said b')"
    )
    names = lab.page.evaluate("[...new Set([...document.querySelectorAll('.bl-quiz input')].map(i => i.name))].length")
    assert names == 5


def test_screen_readers_get_groups_names_and_answers(lab):
    groups = lab.page.get_by_role("group")
    assert groups.filter(has=lab.page.get_by_role("radio")).count() >= 5
    assert lab.page.get_by_role("radio", name=re.compile("rheobase|Nothing", re.IGNORECASE)).count() >= 1
    assert said(lab, 1).get_attribute("role") == "status"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_it_can_be_read_in_both_themes_and_in_chinese(lab, theme):
    lab.theme(theme)
    lab.kernel("bl.lessons.language.use('zh'); quiz.answer(1, 1)")
    lab.page.wait_for_function("/[\u4e00-\u9fff]/.test(document.querySelector('.bl-quiz-said b')?.textContent ?? '')")
    ratio = lab.page.evaluate("""() => {
        const rgb = c => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
        const light = c => rgb(c).map(v => (v /= 255) <= 0.04 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
        const back = light(getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor);
        return [...document.querySelectorAll('.bl-quiz legend, .bl-quiz label span, .bl-quiz-said b')].map(node => {
            const [a, b] = [light(getComputedStyle(node).color), back].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
        }).reduce((x, y) => Math.min(x, y));
    }""")
    assert ratio >= 4.5
    for width in (800, 1280):
        lab.page.set_viewport_size({"width": width, "height": 900})
        assert lab.page.evaluate("(q => q.scrollWidth <= q.clientWidth + 1)(document.querySelector('.bl-quiz'))")
