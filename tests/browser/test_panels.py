"""Panels in real JupyterLab: what a hand does, and what comes back."""

import time

import pytest

LANGUAGE = "中文"


@pytest.fixture(scope="module")
def lab_page(open_notebook):
    page = open_notebook(
        "panels",
        "import brainlab as bl\nbench = bl.panels.LIFPanel()\nbench",
        "axon = bl.panels.StripChartPanel()\naxon",
    )
    page.page.wait_for_function("() => document.querySelectorAll('.bl-panel path.line').length >= 6")
    page.until("bench.pacer.connected and axon.pacer.connected")
    return page


@pytest.fixture(autouse=True)
def no_problems(lab_page):
    lab_page.kernel("bench.scenario('steady firing'); axon.pause(); axon.scenario('it fires')")
    yield
    assert lab_page.problems == []


def curve(lab_page, panel=0, place=0):
    return lab_page.page.locator(".bl-panel").nth(panel).locator("path.line").nth(place).get_attribute("d")


def wait_for_another(lab_page, before, panel=0, place=0):
    lab_page.page.wait_for_function(
        "([before, panel, place]) => document.querySelectorAll('.bl-panel')[panel].querySelectorAll('path.line')[place]"
        ".getAttribute('d') !== before",
        arg=[before, panel, place],
    )


def box_of(locator):
    """Where it is, once it can be seen: a mouse outside the window does nothing."""
    locator.scroll_into_view_if_needed()
    return locator.bounding_box()


def middle(locator):
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page, x, y, path):
    page.mouse.move(x, y)
    page.mouse.down()
    for dx, dy in path:
        page.mouse.move(x + dx, y + dy)
        time.sleep(0.01)
    page.mouse.up()


def test_the_panel_opens_with_a_picture(lab_page):
    assert len(curve(lab_page)) > 1000, "a trace, before anything is moved"
    assert "12 spikes" in lab_page.page.locator(".bl-panel").first.inner_text()


def test_a_slider_by_keyboard(lab_page):
    before = curve(lab_page)
    slider = lab_page.page.locator(".bl-panel").first.locator("input[type=range]").first
    slider.focus()
    for _ in range(5):
        lab_page.page.keyboard.press("ArrowRight")
    wait_for_another(lab_page, before)
    lab_page.until("abs(bench._wanted['I'] - 2.1) < 1e-6 and bench.controls['I'].changed")


def test_a_slider_by_mouse(lab_page):
    slider = lab_page.page.locator(".bl-panel").first.locator("input[type=range]").first
    box = box_of(slider)
    x, y = box["x"] + 0.4 * box["width"], box["y"] + box["height"] / 2
    drag(lab_page.page, x, y, [(2 * i, 0) for i in range(30)])
    shown = float(slider.input_value())
    assert shown > 2.2
    lab_page.until(f"bench._wanted['I'] == {shown}")
    lab_page.until("bench.values['I'] == bench._wanted['I']")  # the last value is the one that is drawn


def test_the_threshold_is_dragged_on_the_trace(lab_page):
    before = curve(lab_page)
    handle = lab_page.page.locator(".bl-panel").first.locator(".bl-handle[data-name=V_th]").first
    x, y = middle(lab_page.page.locator(".bl-panel").first.locator(".bl-hit[data-name=V_th]"))
    drag(lab_page.page, x - 100, y, [(0, -i) for i in range(12)])
    wait_for_another(lab_page, before)
    value = float(lab_page.kernel("print(bench._wanted['V_th'])"))
    assert -48 < value < -40
    lab_page.until("bench.controls['V_th'].value == bench._wanted['V_th']")
    assert handle.get_attribute("aria-label") == "threshold"
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(value)
    lab_page.until("bench.snapshot()['spikes'] < 12")


def test_the_current_is_drawn_by_hand(lab_page):
    before = curve(lab_page, place=1)
    box = box_of(lab_page.page.locator(".bl-figure").nth(1))
    x, y = box["x"] + 200, box["y"] + box["height"] * 0.6
    drag(lab_page.page, x, y, [(4 * i, -30) for i in range(60)])
    wait_for_another(lab_page, before, place=1)
    lab_page.until("abs(bench._wanted['drawn']).max() > 0.5")
    lab_page.until("bench.values is bench._wanted")


def test_a_point_is_dropped_on_the_curve_of_rates(lab_page):
    x, y = middle(lab_page.page.locator(".bl-figure").nth(2).locator(".bl-hit[data-name=I]"))
    drag(lab_page.page, x, y - 10, [(3 * i, 0) for i in range(40)])
    lab_page.until("bench._wanted['I'] > 2.5")
    lab_page.until("abs(float(bench.now.x[-1]) - bench._wanted['I']) < 1e-5")


def test_a_wrong_number_is_said_under_its_control(lab_page):
    box = lab_page.page.locator(".bl-panel").first.locator("input.bl-number, input[type=text], input[type=number]").nth(1)
    box.fill("-3")
    box.press("Enter")
    lab_page.page.wait_for_function(
        "() => document.querySelector('.bl-panel').innerText.includes('membrane time constant must be above 0 ms')"
    )
    assert lab_page.kernel("print(bench._wanted['tau_m'])") == "10.0"
    box.fill("20")
    box.press("Enter")
    lab_page.until("bench._wanted['tau_m'] == 20.0")


def test_reset_takes_back_what_could_not_be_read(lab_page):
    panel = lab_page.page.locator(".bl-panel").first
    box = panel.locator(".bl-box").first
    shown = box.input_value()
    for nonsense in ("abc", "1e999"):
        box.fill(nonsense)
        box.press("Enter")
        panel.get_by_text("is not a number").first.wait_for()
        panel.get_by_role("button", name="reset", exact=True).click()
        panel.get_by_text("is not a number").first.wait_for(state="hidden")
        assert box.input_value() == shown


_NAME = """() => {
    const at = document.activeElement;
    const name = at.getAttribute('aria-label') || at.textContent || at.labels?.[0]?.textContent || at.title;
    return at.closest('.bl-panel') ? name.trim() || at.outerHTML.slice(0, 80) + ' has no name' : 'left the panel';
}"""


def test_every_stop_of_the_tab_key_has_a_name(lab_page):
    panel = lab_page.page.locator(".bl-panel").first
    share = panel.get_by_role("button", name="share")
    share.click()
    panel.get_by_role("button", name="reset", exact=True).focus()
    names = []
    while not names or names[-1] != "left the panel" and len(names) < 60:
        names.append(lab_page.page.evaluate(_NAME))
        lab_page.page.keyboard.press("Tab")
    share.click()
    assert {"threshold", "reset potential", "resting potential", "state code"} <= set(names)
    assert not [name for name in names if name.endswith("has no name")]


def test_play_and_pause(lab_page):
    panel = lab_page.page.locator(".bl-panel").nth(1)
    panel.get_by_role("button", name="play").click()
    lab_page.until("axon.playing and axon._now > 110")
    frames = [curve(lab_page, panel=1)]
    for _ in range(3):
        wait_for_another(lab_page, frames[-1], panel=1)
        frames.append(curve(lab_page, panel=1))
    panel.get_by_role("button", name="pause").click()
    lab_page.until("not axon.playing")
    time.sleep(0.3)
    rests = curve(lab_page, panel=1)
    time.sleep(0.3)
    assert curve(lab_page, panel=1) == rests


def test_a_structural_control_rebuilds_and_says_so(lab_page):
    lab_page.page.locator(".bl-panel").first.get_by_role("button", name="more").click()
    lab_page.page.get_by_role("radio", name="euler", exact=True).first.check(force=True)
    lab_page.until("bench._wanted['method'] == 'euler' and bench.values is bench._wanted and bench._building is None")
    assert "spikes" in lab_page.page.locator(".bl-panel").first.inner_text()
    lab_page.page.locator(".bl-panel").first.get_by_role("button", name="more").click()


def test_the_data_go_home(lab_page):
    panel = lab_page.page.locator(".bl-panel").first
    panel.get_by_role("button", name="share").click()
    with lab_page.page.expect_download() as download:
        panel.get_by_role("button", name="data (CSV)").click()
    assert download.value.suggested_filename == "LIFPanel.csv"
    assert len(download.value.path().read_text().splitlines()) > 100
    with lab_page.page.expect_download() as download:
        panel.get_by_role("button", name="figure (PNG)").click()
    assert download.value.path().read_bytes()[:4] == b"\x89PNG"
    panel.get_by_role("button", name="share").click()


def test_in_chinese(lab_page):
    panel = lab_page.page.locator(".bl-panel").first
    panel.get_by_role("button", name=LANGUAGE).click()
    lab_page.page.wait_for_function("() => document.querySelector('.bl-panel').innerText.includes('膜时间常数')")
    lab_page.until("bl.language.current() == 'zh'")
    panel.get_by_role("button", name="English").click()
    lab_page.page.wait_for_function("() => document.querySelector('.bl-panel').innerText.includes('membrane time constant')")


@pytest.mark.parametrize("theme", ["JupyterLab Dark", "JupyterLab Light"])
def test_curves_are_seen_in_either_theme(lab_page, theme):
    lab_page.theme(theme)
    contrast = lab_page.page.evaluate(
        """() => {
        const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const light = color => {
          const [r, g, b] = color.match(/[\\d.]+/g).map(v => linear(v / 255));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const back = light(getComputedStyle(document.querySelector('.bl-panel')).backgroundColor);
        return [...document.querySelectorAll('.bl-panel path.line')].map(path => {
          const ink = light(getComputedStyle(path).stroke);
          return (Math.max(ink, back) + 0.05) / (Math.min(ink, back) + 0.05); }); }"""
    )
    assert min(contrast) >= 3, (theme, contrast)


@pytest.mark.parametrize("width", [800, 1280])
def test_nothing_is_cut_off(lab_page, width):
    lab_page.page.set_viewport_size({"width": width, "height": 900})
    lab_page.page.wait_for_timeout(500)
    cut = lab_page.page.evaluate(
        """() => [...document.querySelectorAll('.bl-panel')].flatMap(panel => {
        const frame = panel.getBoundingClientRect();
        const out = box => box.right > frame.right + 1 || box.left < frame.left - 1;
        return [...panel.querySelectorAll('input, button, select, .bl-figure')]
          .filter(e => e.offsetParent && out(e.getBoundingClientRect()))
          .map(e => e.outerHTML.slice(0, 80)); })"""
    )
    assert cut == []
