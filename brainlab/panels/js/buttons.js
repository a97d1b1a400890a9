// A tool bar. The nodes stay when the items change, so that the focus stays too.

const ICONS = {   // drawn on 16 x 16
  play: "M4 2.5v11l9-5.5z", pause: "M4 3h3v10H4zM9 3h3v10H9z", step: "M3 3v10l6-5zM10 3h3v10h-3z",
  stop: "M3.5 3.5h9v9h-9z", bolt: "M9 1 3 9h4l-1 6 6-8H8z",
  reset: "~M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3", undo: "~M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3",
  die: "~M2 2h12v12H2zM5.2 5.2h.1M10.8 5.2h.1M8 8h.1M5.2 10.8h.1M10.8 10.8h.1",
  pin: "~M5.5 2h5M6.5 2v4L4 9h8L9.5 6V2M8 9v5", code: "~M5.5 4 2 8l3.5 4M10.5 4 14 8l-3.5 4",
  save: "~M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11", picture: "~M2 3h12v10H2zM2 11l4-4 3 3 2-2 3 3",
  more: "~M2.5 5h11M2.5 11h11M5 3.4v3.2M11 9.4v3.2", pencil: "~M3 13l.7-3L11 2.7 13.3 5 6 12.3z", check: "~M3 8.5 6.5 12 13 4.5",
  share: "~M8 10V2M5 4.5 8 2l3 2.5M3.5 8v5.5h9V8", language: "~M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12",
  help: "~M6 6a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.7M8 12.4h.01", eye: "~M1.5 8c3-5.3 10-5.3 13 0-3 5.3-10 5.3-13 0zM8 6.4a1.6 1.6 0 1 0 .01 0",
};
ICONS.dice = ICONS.die;

function icon(name) {
  const path = ICONS[name], lines = path.startsWith("~");   // ~ : drawn as lines, not filled
  const look = lines ? {fill: "none", stroke: "currentColor", "stroke-width": 1.5, "stroke-linecap": "round", "stroke-linejoin": "round"}
    : {fill: "currentColor"};
  return make("svg", {viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true"},
    make("path", {d: path.replace("~", ""), ...look}));
}

function dress(button, item) {
  button.replaceChildren();
  if (ICONS[item.icon]) button.append(icon(item.icon));
  if (!item.icon_only) button.append(make("span", {}, item.label));
  const pressed = typeof item.pressed === "boolean" ? String(item.pressed) : null;
  set(button, {title: item.title, disabled: Boolean(item.disabled), "aria-pressed": pressed, "aria-label": item.icon_only ? item.label : null});
  button.classList.toggle("bl-primary", Boolean(item.primary));
}

function render({model, el}) {
  const known = {};
  el.classList.add("bl-widget", "bl-buttons");
  el.setAttribute("role", "toolbar");
  follow(model, ["items", "label"], () => {
    const items = model.get("items");
    for (const item of items) {
      known[item.name] ||= make("button", {type: "button", class: "bl-button", "data-name": item.name});
      known[item.name].onclick = () => model.send({press: item.name});
      dress(known[item.name], item);
    }
    const nodes = items.map(item => known[item.name]);
    if (nodes.some((node, i) => el.children[i] !== node) || el.children.length !== nodes.length) el.replaceChildren(...nodes);
    set(el, {"aria-label": model.get("label") || null});
  });
}

export default {render};
