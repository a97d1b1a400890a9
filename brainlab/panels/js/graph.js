// A small network as a graph. Neurons and connections are buttons: a click takes each to its next state.

const RADIUS = 15, TIP = 9;   // px
const STATES = {neurons: ["alone", "stimulated", "silenced"], edges: ["cut", "whole"]};

// From rim to rim, bent to one side so that there and back do not lie on each other.
function arc([x0, y0], [x1, y1]) {
  const long = Math.hypot(x1 - x0, y1 - y0) || 1, bow = Math.min(0.16 * long, 34);
  const bend = [(x0 + x1) / 2 + bow * (y1 - y0) / long, (y0 + y1) / 2 - bow * (x1 - x0) / long];
  const towards = (x, y, far) => {
    const d = Math.hypot(bend[0] - x, bend[1] - y) || 1;
    return [x + far * (bend[0] - x) / d, y + far * (bend[1] - y) / d];
  };
  const from = towards(x0, y0, RADIUS + 1), tip = towards(x1, y1, RADIUS + 2), neck = towards(x1, y1, RADIUS + 2 + TIP);
  const [ux, uy] = [(tip[0] - neck[0]) / TIP, (tip[1] - neck[1]) / TIP];
  const barb = side => `${neck[0] - side * uy * TIP / 2} ${neck[1] + side * ux * TIP / 2}`;
  return {
    line: `M${from}Q${bend} ${neck}`, head: `M${tip}L${barb(1)}L${barb(-1)}Z`,
    middle: [0, 1].map(k => (from[k] + 2 * bend[k] + neck[k]) / 4),
  };
}

const cross = ([x, y], r) => `M${x - r} ${y - r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`;

function makeNeuron() {
  const parts = {
    hit: make("circle", {class: "bl-hit", r: RADIUS + 3}), disc: make("circle", {class: "bl-neuron-disc", r: RADIUS}),
    text: make("text", {"text-anchor": "middle", class: "bl-neuron-name"}), sign: make("path", {class: "bl-sign"}),
  };
  return {name: "neurons", parts, node: make("g", {class: "bl-neuron"}, parts.hit, parts.disc, parts.text, parts.sign)};
}

function makeEdge() {
  const parts = {
    hit: make("path", {class: "bl-hit"}), line: make("path", {class: "bl-link"}),
    head: make("path", {class: "bl-head"}), sign: make("path", {class: "bl-sign"}),
  };
  return {name: "edges", parts, node: make("g", {class: "bl-connection"}, parts.hit, parts.line, parts.head, parts.sign)};
}

function placeNeuron({node, parts}, [x, y], state, title, light) {
  for (const circle of [parts.hit, parts.disc]) set(circle, {cx: x, cy: y});
  set(parts.text, {x, y: y + 4});
  parts.text.textContent = title;
  parts.disc.style.fill = `color-mix(in srgb, var(--bl-1) ${Math.round(60 * light)}%, var(--bl-page))`;
  const bolt = `M${x + 14} ${y - 22}l-6 9h5l-3 8l8 -10h-5l4 -7Z`;
  set(parts.sign, {d: {stimulated: bolt, silenced: cross([x + 14, y - 14], 5)}[state] ?? null});
  set(node, {"data-state": state});
}

function placeEdge({node, parts}, from, to, state) {
  const {line, head, middle} = arc(from, to);
  for (const path of [parts.hit, parts.line]) set(path, {d: line});
  set(parts.head, {d: head});
  set(parts.sign, {d: state === "cut" ? cross(middle, 5) : null});
  set(node, {"data-state": state, "aria-pressed": String(state === "cut")});
}

function render({model, el}) {
  const id = newId(), text = make("div", {class: "bl-hidden", id});
  const svg = make("svg", {class: "bl-graph-svg"}), layer = make("g");
  el.classList.add("bl-widget", "bl-graph");
  svg.append(layer);
  el.append(svg, text);
  let items = [], at = 0;   // at: the one stop of the Tab key; arrows go from item to item

  const stateOf = ({name, index}) => STATES[name][model.get("value")[name]?.[index] ?? (name === "edges" ? 1 : 0)];
  const press = item => {
    if (model.get("disabled")) return;
    const {name, index} = item, states = [...model.get("value")[name]];
    states[index] = (states[index] + 1) % STATES[name].length;
    model.set("value", {...model.get("value"), [name]: states});
    send({[name]: states});
    go(items.indexOf(item));
  };
  const go = (to, focus = true) => {
    at = clamp(to, 0, items.length - 1);
    items.forEach(({node}, i) => set(node, {tabindex: i === at ? 0 : -1}));
    if (focus) items[at].node.focus({preventScroll: true});
  };
  const key = (event, item) => {
    const by = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -items.length, End: items.length}[event.key];
    if (by) go(at + by);
    else if (event.key === "Enter" || event.key === " ") press(item);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const rebuild = () => {
    const neurons = model.get("nodes").map(makeNeuron), edges = model.get("edges").map(makeEdge);
    neurons.forEach((item, index) => { item.index = index; });
    edges.forEach((item, index) => { item.index = index; });
    items = [...neurons, ...edges];
    for (const item of items) {
      set(item.node, {role: "button", ...OWN_KEYS, "data-item": `${item.name}-${item.index}`});
      item.node.addEventListener("click", () => press(item));
      item.node.addEventListener("keydown", event => key(event, item));
    }
    layer.replaceChildren(...edges.map(e => e.node), ...neurons.map(n => n.node));
    if (items.length) go(0, false);
    refresh();
  };
  const refresh = () => {
    const space = spaceOf(model, svg), nodes = model.get("nodes"), words = model.get("words");
    if (space.wide <= 0 || space.high <= 0) return;
    const places = nodes.map(({x, y}) => [space.toX(x), space.toY(y)]);
    for (const item of items) {
      const state = stateOf(item), [from, to] = model.get("edges")[item.index] ?? [];
      if (item.name === "neurons") placeNeuron(item, places[item.index], state, nodes[item.index].name, model.get("lit")[item.index] ?? 0);
      else placeEdge(item, places[from], places[to], state);
      const values = {n: nodes[item.index]?.name, a: nodes[from]?.name, b: nodes[to]?.name, state: words[state]};
      set(item.node, {"aria-label": fill(words[item.name], values)});
    }
  };
  follow(model, ["label", "description", "words"], () => {
    set(el, {role: "group", "aria-label": `${model.get("label")}. ${model.get("words").keys || ""}`, "aria-describedby": id});
    text.textContent = model.get("description");
  });
  follow(model, ["nodes", "edges"], rebuild);
  follow(model, ["value", "lit", "words", "margin"], refresh);
  const watch = new ResizeObserver(refresh);
  watch.observe(svg);
  return () => watch.disconnect();
}

export default {initialize: ({model}) => connect(model, (old, newer) => ({...old, ...newer})), render};
