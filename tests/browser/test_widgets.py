"""The widget family in a real JupyterLab: keys, mouse, both themes, and that no value queues."""

import math
import time

import pytest

from .widgets_page import CELLS


@pytest.fixture(scope="module")
def lab(open_notebook):
    opened = open_notebook("widgets", *CELLS)
    opened.page.set_viewport_size({"width": 1280, "height": 1600})
    return opened


@pytest.fixture(autouse=True)
def no_page_errors(lab):
    lab.kernel("log.clear()")
    yield
    assert lab.problems == []


def control(lab, label):
    """The node of the control whose label begins with these words."""
    return lab.page.locator(".bl-control", has=lab.page.locator(".bl-words", has_text=label)).first


def centre(lab, node):
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(lab, start, stop, steps=10):
    mouse = lab.page.mouse
    mouse.move(*start)
    mouse.down()
    mouse.move(*stop, steps=steps)
    mouse.up()


def eventually(condition, patience=10.0):
    """Wait until the page is as it should be."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def plane(lab, label):
    node = lab.page.locator(f".bl-overlay[aria-label='{label}'] .bl-plane")
    node.scroll_into_view_if_needed()
    return node


# ---- controls


def test_slider_by_keyboard(lab):
    thumb = control(lab, "threshold").locator("input[type=range]")
    thumb.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowUp"):  # and the notebook does not take the arrow for itself
        lab.page.keyboard.press(key)
    lab.until("abs(threshold.value + 49.7) < 1e-9")
    assert thumb.get_attribute("aria-valuetext") == "−49.7 mV"
    assert thumb.evaluate("node => document.activeElement === node")
    assert lab.kernel("print([v for n, v in log])") == "[-49.9, -49.8, -49.7]"


def test_slider_by_mouse_streams_in_order(lab):
    thumb = control(lab, "threshold").locator("input[type=range]")
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    y = box["y"] + box["height"] / 2
    drag(lab, (box["x"] + 10, y), (box["x"] + box["width"] - 1, y), 25)
    lab.until("threshold.value == -40.0")
    lab.kernel("values = [v for n, v in log]")
    assert lab.kernel("print(len(values) > 10, values == sorted(values))") == "True True"


def test_number_box(lab):
    node = control(lab, "threshold")
    box, error = node.locator(".bl-box"), node.locator("[role=alert]")
    for text, message in (("abc", "“abc” is not a number."), ("", "Type a number here.")):
        box.fill(text)
        box.press("Enter")
        assert error.inner_text() == message and box.get_attribute("aria-invalid") == "true"
    assert lab.kernel("print(log)") == "[]"  # what is no number is not sent
    box.fill("-75,5")  # below the slider's range, with a comma
    box.press("Enter")
    lab.until("threshold.value == -75.5")
    assert error.inner_text() == "" and node.locator("input[type=range]").input_value() == "-60"
    box.press("ArrowUp")
    lab.until("threshold.value == -75.4")


def test_errors_come_from_python_too(lab):
    error = control(lab, "threshold").locator("[role=alert]")
    lab.kernel("threshold.error = 'V_th must be above E_L.'")
    error.get_by_text("V_th must be above E_L.").wait_for()
    lab.kernel("threshold.error = ''")
    error.wait_for(state="hidden")


def test_back_to_the_default(lab):
    lab.kernel("threshold.value = -55.0")
    control(lab, "threshold").locator(".bl-undo").click()
    lab.until("threshold.value == -50.0")
    lab.kernel("threshold.value = -55.0")
    control(lab, "threshold").locator(".bl-label").dblclick()
    lab.until("threshold.value == -50.0")


def test_logarithmic_slider(lab):
    node = control(lab, "membrane")
    node.locator("input[type=range]").focus()
    lab.page.keyboard.press("End")
    lab.until("tau.value == 100.0")
    lab.page.keyboard.press("Home")
    lab.until("tau.value == 1.0")
    assert node.locator(".bl-symbol").inner_text() == "τm" and node.locator("sub").inner_text() == "m"


def test_toggle_and_choices(lab):
    lab.page.get_by_role("switch").focus()
    lab.page.keyboard.press("Space")
    lab.until("noise.value is True")
    lab.page.get_by_role("radio", name="rk4").focus()
    lab.page.keyboard.press("ArrowRight")
    lab.until("method.value == 'exp_euler'")
    control(lab, "model").locator("select").select_option("AdEx")
    lab.until("model.value == 'AdEx'")
    lab.kernel("method.value = 'euler'")
    lab.page.wait_for_function("document.querySelector('.bl-segment input[value=euler]').checked")


def test_buttons(lab):
    lab.page.get_by_role("button", name="Play").click()
    lab.page.get_by_role("button", name="New noise").press("Enter")
    lab.until("log == [('press', 'play'), ('press', 'die')]")
    lab.kernel("buttons.update('play', label='Pause', icon='pause'); buttons.update('pin', pressed=True)")
    lab.page.get_by_role("button", name="Pause").wait_for()
    assert lab.page.get_by_role("button", name="Pin").get_attribute("aria-pressed") == "true"


# ---- values under way


def test_no_more_than_six_values_are_under_way_and_the_latest_arrives(lab):
    """A kernel that does not keep up: 40 moves, 6 messages, and then the newest, not the other 33."""
    thumb = control(lab, "threshold").locator("input[type=range]")
    lab.kernel("threshold.value = -60.0; threshold.hold_ack = True")
    thumb.focus()
    lab.page.wait_for_function("node => node.value === '-60'", arg=thumb.element_handle())
    for _ in range(40):
        lab.page.keyboard.press("ArrowRight")
    lab.until("len(log) >= 7")  # the kernel's own -60 is the first
    assert lab.kernel("print(len(log), threshold.value)") == "7 -59.4"
    lab.kernel("threshold.acknowledge()")
    lab.until("threshold.value == -56.0")
    assert lab.kernel("threshold.hold_ack = False; threshold.acknowledge(); print(len(log))") == "8"


def test_what_python_sets_is_not_undone_by_values_that_were_under_way(lab):
    thumb = control(lab, "threshold").locator("input[type=range]")
    lab.kernel("threshold.value = -60.0; threshold.hold_ack = True")
    thumb.focus()
    lab.page.wait_for_function("node => node.value === '-60'", arg=thumb.element_handle())
    for _ in range(10):
        lab.page.keyboard.press("ArrowRight")
    lab.until("threshold.value == -59.4")
    lab.kernel("threshold.value = -45.0; threshold.hold_ack = False; threshold.acknowledge()")
    lab.page.wait_for_function("node => node.value === '-45'", arg=thumb.element_handle())
    assert lab.kernel("print(threshold.value)") == "-45.0"
    lab.page.keyboard.press("ArrowRight")
    lab.until("threshold.value == -44.9")


# ---- on the picture


def test_the_overlay_lies_on_the_figure_to_the_pixel(lab):
    """Where bqplot draws -50 mV and 20 ms, there are the handles."""
    lab.kernel("overlay.value = dict(V_th=-50.0, E_L=-65.0, V_reset=-65.0, onset=20.0, start=[60.0, -60.0])")
    lab.kernel("trace.marks[0].x, trace.marks[0].y = [20.0, 20.0, 100.0], [-80.0, -50.0, -50.0]")
    path = lab.page.locator(".bl-stack").first.locator("path.line").first
    lab.page.wait_for_function("node => node.getAttribute('d').split(/[A-Z]/).length === 4", arg=path.element_handle())
    corner = path.evaluate("""node => {
        const [x, y] = node.getAttribute('d').split('L')[1].split(',').map(Number), m = node.getScreenCTM();
        return [m.a * x + m.e, m.d * y + m.f];
    }""")
    ends = """(node, name) => {
        const m = node.getScreenCTM();
        return m.a * node[name].baseVal.value + m[name[0] == 'x' ? 'e' : 'f'];
    }"""
    marks = lab.page.locator(".bl-overlay[aria-label='membrane potential'] line.bl-mark")
    x = min(abs(marks.nth(i).evaluate(ends, "x1") - corner[0]) for i in range(marks.count()))
    y = min(abs(marks.nth(i).evaluate(ends, "y1") - corner[1]) for i in range(marks.count()))
    assert x < 0.5 and y < 0.5, (x, y)


def test_a_handle_by_mouse_and_by_keys(lab):
    grip = lab.page.locator(".bl-hit[data-name=V_th]")
    x, y = centre(lab, grip)
    drag(lab, (x, y + 5), (x, y + 5 + 248 * 5 / 40), 12)  # 5 mV of the 40 on 248 px; 5 px beside the line
    lab.until("abs(overlay.value['V_th'] + 55.0) < 0.11")
    assert lab.kernel("print(len(log) > 6, overlay.value['E_L'])") == "True -65.0"
    handle = lab.page.get_by_role("slider", name="threshold", exact=True).last
    handle.focus()
    for key in ("Home", "ArrowUp", "Shift+ArrowUp"):
        lab.page.keyboard.press(key)
    lab.until("overlay.value['V_th'] == -58.9")
    assert handle.get_attribute("aria-valuetext") == "−58.9 mV"
    assert handle.get_attribute("aria-valuemin") == "-60"


def test_lines_on_each_other_are_told_apart_by_their_labels(lab):
    flags = {name: lab.page.locator(f".bl-handle[data-name={name}]") for name in ("E_L", "V_reset")}
    for name in flags:
        lab.kernel("overlay.value = {**overlay.value, 'E_L': -65.0, 'V_reset': -65.0}")
        eventually(lambda: all(flag.get_attribute("aria-valuenow") == "-65" for flag in flags.values()))
        x, y = centre(lab, flags[name])
        drag(lab, (x, y), (x, y + 40), 4)
        lab.until(f"overlay.value['{name}'] < -65.0")
        other = {"E_L": "V_reset", "V_reset": "E_L"}[name]
        assert lab.kernel(f"print(overlay.value['{other}'])") == "-65.0"


def test_a_point_and_a_time(lab):
    x, y = centre(lab, lab.page.locator(".bl-hit[data-name=start]"))
    drag(lab, (x, y), (x + 100, y - 31), 5)
    lab.until("overlay.value['start'][0] > 68 and abs(overlay.value['start'][1] + 55) < 0.3")
    lab.page.get_by_role("slider", name="onset").focus()
    lab.page.keyboard.press("End")
    lab.until("overlay.value['onset'] == 100.0")


def test_drawing(lab):
    node = plane(lab, "current")
    box, mouse = node.bounding_box(), lab.page.mouse
    hint = lab.page.locator(".bl-overlay[aria-label='current'] .bl-hint")
    assert "Draw here" in hint.text_content()
    low = box["y"] + box["height"] * 5 / 6  # 0 nA of -1 to 5
    mouse.move(box["x"] + 1, low)
    mouse.down()
    for k in range(41):  # half a sine, 3 nA high, in 41 moves
        mouse.move(box["x"] + box["width"] * k / 40, low - box["height"] / 2 * math.sin(math.pi * k / 40))
    mouse.up()
    lab.until("'I' in drawn.value and max(drawn.value['I']) > 2.9")
    wanted = "3 * np.sin(np.pi * np.arange(200) / 199)"
    assert float(lab.kernel(f"print(np.abs(np.array(drawn.value['I']) - {wanted}).max())")) < 0.08
    assert hint.text_content() == ""
    node.focus()
    for key in ("Home", "ArrowRight", "ArrowUp"):
        lab.page.keyboard.press(key)
    lab.until("drawn.value['I'][4] > 0.3")
    assert node.get_attribute("aria-valuetext").startswith("at 2.01")


def test_brush_and_click(lab):
    node = plane(lab, "window")
    box = node.bounding_box()
    y, at = box["y"] + 60, lambda part: box["x"] + part * box["width"]
    drag(lab, (at(0.2), y), (at(0.5), y + 10))
    lab.until("chosen.value['window'] == [20.0, 50.0]")
    drag(lab, (at(0.5), y), (at(0.7), y))  # its edge
    lab.until("chosen.value['window'] == [20.0, 70.0]")
    drag(lab, (at(0.4), y), (at(0.5), y))  # the whole of it
    lab.until("chosen.value['window'] == [30.0, 80.0]")
    lab.page.mouse.click(at(0.9), box["y"] + box["height"] / 2)
    lab.until("abs(chosen.value['point'][0] - 90) < 0.2 and abs(chosen.value['point'][1] + 60) < 0.4")
    lab.page.get_by_role("slider", name="analysis window, from").focus()
    lab.page.keyboard.press("ArrowLeft")
    lab.until("chosen.value['window'] == [29.5, 80.0]")
    node.focus()
    lab.page.keyboard.press("Escape")
    lab.until("chosen.value['window'] is None")
    lab.page.keyboard.press("Enter")  # a click where the cross is: the middle
    lab.until("abs(chosen.value['point'][0] - 50) < 0.5")


# ---- pictures, frames, words, files


def pixels(lab, index):
    return (
        lab.page.locator("canvas.bl-canvas")
        .nth(index)
        .evaluate("""node => {
        const data = node.getContext('2d').getImageData(0, 0, node.width, node.height).data, seen = new Set();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 200) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
        return [...seen];
    }""")
    )


def test_canvas(lab):
    assert {"0,114,178", "196,80,10", "0,122,90"} <= set(pixels(lab, 0))  # three colours of the palette
    assert len(pixels(lab, 1)) > 100  # the greys of the ramp
    lab.kernel("picture.image(np.full((4, 4), 7, np.uint8), np.full((256, 3), 99, np.uint8))")
    eventually(lambda: pixels(lab, 1) == ["99,99,99"])
    assert lab.page.get_by_role("img", name="spikes of 40 neurons").count() == 1


def test_pacer_hears_of_every_frame(lab):
    lab.kernel("painted = []; pacer.on_painted(painted.append)")
    assert lab.kernel("print(pacer.connected, pacer.in_flight)") == "True 0"
    lab.kernel("for _ in range(3): last = pacer.frame()")
    lab.until("pacer.in_flight == 0 and painted[-1] == last")


def test_readout(lab):
    node = lab.page.locator(".bl-readout")
    for n in range(5):
        lab.kernel(f"readout.text = '{n} spikes'")
    node.locator(".bl-text").get_by_text("4 spikes").wait_for()
    spoken = node.locator("[aria-live=polite]")
    lab.page.wait_for_function("node => node.textContent === '4 spikes'", arg=spoken.element_handle())
    lab.kernel("readout.error = 'LIF.tau_m = -3.0 ms'; readout.state = 'error'")
    node.get_by_role("alert").get_by_text("LIF.tau_m = -3.0 ms").wait_for()
    lab.kernel("readout.error = ''; readout.state = 'busy'")
    node.get_by_text("rebuilding").first.wait_for()
    lab.kernel("readout.state = 'ok'")


def test_downloads(lab):
    with lab.page.expect_download() as started:
        lab.kernel("downloads.save('run.csv', 't,V\\n0,-65\\n', 'text/csv')")
    assert started.value.suggested_filename == "run.csv"
    assert started.value.path().read_text() == "t,V\n0,-65\n"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10" fill="red"/></svg>'
    with lab.page.expect_download() as started:
        lab.kernel(f"downloads.save('run.png', '{svg}', 'image/svg+xml', svg_to_png=True)")
    data = started.value.path().read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(data[16:20], "big") == 40


def test_a_page_that_is_opened_again(lab):
    """The kernel goes on; the widgets come back as they are, and answer."""
    lab.kernel("hellos = []; pacer.on_hello(lambda: hellos.append(1)); threshold.value = -44.0")
    lab.page.evaluate("() => panel.context.save()")
    lab.open("widgets.ipynb")
    thumb = control(lab, "threshold").locator("input[type=range]")
    thumb.wait_for()
    assert thumb.input_value() == "-44" and lab.page.locator(".bl-hit[data-name=V_th]").count() == 1
    lab.until("hellos and pacer.connected")
    eventually(lambda: "0,114,178" in pixels(lab, 0))
    thumb.press("ArrowRight")
    lab.until("threshold.value == -43.9")


# ---- how it looks


def test_words_in_chinese(lab):
    lab.kernel("from brainlab import language; language.use('zh')")
    lab.page.locator(".bl-tag").get_by_text(lab.kernel("print(language.tr('rebuilds'))")).wait_for()
    lab.kernel("language.use('en')")


def test_dark_theme(lab):
    light = pixels(lab, 0)
    lab.theme("JupyterLab Dark")
    eventually(lambda: "90,180,238" in pixels(lab, 0))  # the canvas follows the theme
    assert "0,114,178" in light
    colour = lab.page.locator(".bl-mark").first.evaluate("node => getComputedStyle(node).stroke")
    assert colour == "rgb(240, 140, 75)"
    axis = lab.page.locator(".bl-stack text.axislabel").first
    assert axis.evaluate("node => getComputedStyle(node).fill") != "rgb(255, 165, 0)"  # bqplot's own is orange
    lab.theme("JupyterLab Light")


def test_nothing_is_cut_off_at_800_pixels(lab):
    lab.page.set_viewport_size({"width": 800, "height": 1600})
    too_wide = """() => [...document.querySelectorAll('.bl-widget')]
        .filter(node => node.scrollWidth > node.clientWidth + 1 || node.getBoundingClientRect().right > innerWidth)
        .map(node => node.className)"""
    eventually(lambda: lab.page.evaluate(too_wide) == [])
    lab.page.set_viewport_size({"width": 1280, "height": 1600})


def test_the_server_answers_without_delay(server):
    """Installing brainlab switches its server extension on."""
    log = (server.home / "server.log").read_text()
    assert "brainlab: kernel websockets answer without delay" in log
