// A range, a number box and a unit. The range streams while it is dragged; the box speaks when it is left or Enter is pressed.

const STEPS = 400;   // places of the thumb on a logarithmic range

function scale(model) {
  const low = model.get("min"), high = model.get("max"), step = model.get("step");
  if (model.get("log")) return {
    min: 0, max: STEPS, step: 1,
    toThumb: value => STEPS * Math.log(value / low) / Math.log(high / low),
    toValue: place => Number((low * (high / low) ** (place / STEPS)).toPrecision(3)),
  };
  return {
    min: low, max: high, step,
    toThumb: value => value,
    toValue: place => Number(place.toFixed(digits(step))),
  };
}

// A number as people write it, or null.
function parse(text) {
  const plain = text.trim().replace(/[−–]/g, "-").replace(/^([+-]?\d*),(\d+)$/, "$1.$2");
  const number = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
  return Number.isFinite(number) ? number : null;   // 1e999 is infinite, which does not travel
}

function render({model, el}) {
  const id = newId();
  const range = make("input", {type: "range", class: "bl-range", id, "aria-describedby": `${id}-help ${id}-error`, ...OWN_KEYS});
  const box = make("input", {type: "text", inputmode: "decimal", class: "bl-box", autocomplete: "off", spellcheck: "false"});
  const unit = make("span", {class: "bl-unit", "aria-hidden": "true"});
  const choose = value => {
    alert.textContent = model.get("error");
    model.set("value", value);
    send(value);
  };
  const {label, undo, alert, help} = makeLabel(model, id, choose);
  alert.id = `${id}-error`;
  set(box, {"aria-describedby": alert.id});
  let places;

  const refresh = () => {
    places = scale(model);
    const value = model.get("value"), off = model.get("disabled");
    set(range, {min: places.min, max: places.max, step: places.step, disabled: off});
    set(box, {disabled: off});
    range.value = places.toThumb(value);
    range.style.setProperty("--bl-part", (Number(range.value) - places.min) / (places.max - places.min || 1));
    set(range, {"aria-valuetext": `${minus(shown(value))} ${model.get("unit")}`.trim()});
    if (document.activeElement !== box || !box.dataset.typing) box.value = shown(value);
    unit.textContent = model.get("unit");
    unit.hidden = !model.get("unit");
    range.title = model.get("help");
    set(box, {"aria-label": fill(model.get("words").type, {label: model.get("label")})});
    el.classList.toggle("bl-outside", value < model.get("min") || value > model.get("max"));
  };

  const typed = () => {
    delete box.dataset.typing;
    const value = parse(box.value), words = model.get("words");
    set(box, {"aria-invalid": value === null ? "true" : null});
    if (value === null) alert.textContent = fill(box.value.trim() ? words.bad : words.empty, {text: box.value.trim()});
    else choose(value);
  };

  const stepped = event => {
    const sign = {ArrowUp: 1, ArrowDown: -1}[event.key], value = parse(box.value);
    if (event.key === "Enter") typed();
    if (event.key === "Escape") { delete box.dataset.typing; alert.textContent = model.get("error"); refresh(); }
    if (!sign || value === null) return;
    event.preventDefault();
    const step = model.get("log") ? Math.abs(value) / 20 : model.get("step");
    delete box.dataset.typing;
    choose(Number((value + sign * step * (event.shiftKey ? 10 : 1)).toPrecision(10)));
  };

  range.addEventListener("input", () => {
    set(box, {"aria-invalid": null});
    delete box.dataset.typing;
    choose(places.toValue(range.valueAsNumber));
  });
  box.addEventListener("input", () => { box.dataset.typing = "yes"; });
  box.addEventListener("change", () => { if (box.dataset.typing) typed(); });
  box.addEventListener("keydown", stepped);

  model.on("change:_era", () => {   // Python has spoken: nobody is told any more that what was typed before is no number
    if (box.dataset.typing) return;
    set(box, {"aria-invalid": null});
    alert.textContent = model.get("error");
    refresh();
  });
  follow(model, ["value", "min", "max", "step", "log", "unit", "disabled", "help", "label", "words"], refresh);
  el.classList.add("bl-widget", "bl-control");
  el.append(make("div", {class: "bl-row1"}, label, range, make("span", {class: "bl-number"}, box, unit), undo), alert, help);
}

export default {initialize: ({model}) => connect(model), render};
