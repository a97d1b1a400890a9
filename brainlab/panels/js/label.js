// What stands left of a control: words, symbol, marks and the way back to the default.

const digits = step => Math.max(0, Math.min(12, Math.ceil(-Math.log10(step) - 1e-9) + 1));
const minus = text => text.replace("-", "−");

// At most as many digits as the number has: 0.30000000000000004 is 0.3.
// Below 1 the zeros take places of their own: 0.0666667 would not fit into a number box.
const shown = value => String(Number(Number(value).toPrecision(Math.abs(value) < 1 ? 4 : 6)));

// "V_{th}" as V with th set low: the text comes from the model, never as HTML.
function symbol(text) {
  const node = make("span", {class: "bl-symbol", "aria-hidden": "true"});
  for (const [part, mark, braced, bare] of text.matchAll(/([_^])(?:\{([^}]*)\}|(.[a-zA-Z0-9]*))|[^_^]+/g)) {
    if (!mark) node.append(part);
    else node.append(make(mark === "_" ? "sub" : "sup", {}, braced ?? bare));
  }
  return node;
}

function makeLabel(model, id, reset) {
  const label = make("label", {class: "bl-label", for: id});
  const undo = make("button", {type: "button", class: "bl-undo"}, "↺");
  const alert = make("div", {class: "bl-error", role: "alert"});
  const help = make("span", {class: "bl-hidden", id: `${id}-help`});
  const back = () => { if (model.get("default") !== null && !model.get("disabled")) reset(model.get("default")); };
  label.addEventListener("dblclick", event => { event.preventDefault(); back(); });
  undo.addEventListener("click", back);
  const names = ["label", "symbol", "unit", "help", "changed", "rebuilds", "default", "words", "value"];
  follow(model, names, () => {
    const words = model.get("words"), has = model.get("default") !== null && model.get("default") !== undefined;
    const changed = model.get("changed");
    label.replaceChildren(make("span", {class: "bl-words"}, model.get("label")));
    if (model.get("symbol")) label.append(symbol(model.get("symbol")));
    if (model.get("rebuilds")) label.append(make("span", {class: "bl-tag"}, words.rebuilds || ""));
    if (changed) label.append(make("span", {class: "bl-dot", title: words.changed, role: "img", "aria-label": words.changed}));
    label.title = model.get("help");
    help.textContent = model.get("help");
    const title = fill(words.reset, {value: `${shown2(model)} ${model.get("unit") || ""}`.trim()});
    set(undo, {title, "aria-label": `${model.get("label")}: ${title}`, hidden: !has});
    undo.classList.toggle("bl-idle", !(changed || model.get("value") !== model.get("default")));
  });
  follow(model, ["error"], () => { alert.textContent = model.get("error"); });
  return {label, undo, alert, help};
}

// The default as the control would show it.
function shown2(model) {
  const value = model.get("default");
  if (typeof value === "number") return minus(shown(value));
  const option = (model.get("options") || []).find(([name]) => name === value);
  return option ? option[1] : String(value);
}
