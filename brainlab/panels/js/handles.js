// Lines and points that can be taken hold of.

const LINE = 17;   // px between labels

function limits(handle, space, which) {
  const pick = (given, other) => Array.isArray(given) ? given[which] : given ?? other;
  const range = which ? space.ys : space.xs;
  const min = pick(handle.min, Math.min(...range)), max = pick(handle.max, Math.max(...range));
  return {min, max, step: pick(handle.step, 0) || (max - min) / 200};
}

function makeHandle(scene, handle) {
  const point = handle.axis === "xy", color = colorOf(handle.color, "2");
  const shape = point ? "circle" : "line";
  const parts = {
    hit: make(shape, {class: "bl-hit", ...(point ? {r: 15} : {})}),
    mark: make(shape, {class: "bl-mark", stroke: color, ...(point ? {r: 6, fill: color} : {"stroke-dasharray": handle.dash ?? "6 4"})}),
    flag: make("rect", {class: "bl-flag", rx: 3, height: LINE - 2, stroke: color}),
    text: make("text", {class: "bl-flag-text", style: `fill: color-mix(in srgb, ${color} 75%, var(--bl-text))`}),   // text needs 4.5:1
  };
  const node = make("g", {class: `bl-handle bl-handle-${handle.axis}${handle.bare ? " bl-bare" : ""}`, tabindex: 0, role: "slider", "data-name": handle.name, ...OWN_KEYS},
    parts.flag, parts.text);
  set(parts.hit, {class: `bl-hit bl-handle-${handle.axis}`, "data-name": handle.name});
  const light = () => parts.mark.classList.toggle("bl-lit", node.matches(":hover, :focus-visible, .bl-active") || parts.hit.matches(":hover"));
  const listen = (part, ...happenings) => { for (const happening of happenings) part.addEventListener(happening, light); };
  listen(node, "pointerenter", "pointerleave", "focus", "blur");
  listen(parts.hit, "pointerenter", "pointerleave");   // an SVG node that hears of the focus would be a stop of the Tab key
  const current = () => scene.model.get("value")[handle.name];
  const bounds = which => limits(handle, scene.space(), which);
  let grip = [0, 0];   // from the pointer to the value: taking hold must not move anything

  const put = (x, y) => {
    const round = (value, which) => {
      const {min, max, step} = bounds(which);
      return clamp(tidy(value, step), min, max);
    };
    scene.move(handle.name, point ? [round(x, 0), round(y, 1)] : handle.axis === "x" ? round(x, 0) : round(y, 1));
  };
  const hand = {
    begin: event => {
      if (handle.disabled || scene.model.get("disabled")) return false;
      const [px, py] = pointIn(scene.svg, event), space = scene.space(), value = current();
      const [x, y] = point ? value : [value, value];
      grip = [space.toX(x) - px, space.toY(y) - py];
      // Where the value lies outside the picture, the mark rests at the edge: from there it follows the hand.
      if (!point) grip = grip.map(g => Math.abs(g) > 40 ? 0 : g);
      node.classList.add("bl-active");
      node.focus({preventScroll: true});
    },
    move: event => {
      const [px, py] = pointIn(scene.svg, event), space = scene.space();
      put(space.fromX(px + grip[0]), space.fromY(py + grip[1]));
    },
    end: () => {
      node.classList.remove("bl-active");
      light();
    },
  };
  draggable(node, hand);
  draggable(parts.hit, hand);
  const remove = () => { if (handle.removable && !handle.disabled && !scene.model.get("disabled")) scene.move(handle.name, null); };
  for (const part of [node, parts.hit]) part.addEventListener("dblclick", remove);
  node.addEventListener("keydown", event => {
    const value = current();
    if (handle.disabled || scene.model.get("disabled")) return;
    if (["Delete", "Backspace"].includes(event.key)) return remove();
    let next = point ? [keyed(event, value[0], bounds(0), "x"), keyed(event, value[1], bounds(1), "y")]
      : keyed(event, value, bounds(handle.axis === "y" ? 1 : 0));
    if (point && ["Home", "End"].includes(event.key)) return;
    if (point) next = next.some(v => v !== null) ? next.map((v, i) => v ?? value[i]) : null;
    if (next === null) return;
    event.preventDefault();
    scene.move(handle.name, next);
  });
  return {node, parts, handle, current, bounds};
}

// "V_th" with th set low; words stay words.
function write(node, text) {
  const [, stem, braced, bare] = /^([^_\s]{1,3})_(?:\{([^}]*)\}|(\w+))$/.exec(text) || [];
  node.textContent = stem || text;
  if (stem) node.append(make("tspan", {class: "bl-low", dy: 3}, braced ?? bare));
}

function describe({node, parts, handle, current, bounds}) {
  const value = current(), point = handle.axis === "xy", {min, max} = bounds(handle.axis === "y" ? 1 : 0);
  const text = handle.text || handle.label || handle.name;
  if (parts.shows !== text) {
    parts.shows = text;
    write(parts.text, text);
    parts.width = parts.text.getComputedTextLength() + 8;
    set(parts.flag, {width: parts.width});
  }
  set(node, {
    "aria-label": handle.label || text, "aria-valuemin": min, "aria-valuemax": max, "aria-valuenow": point ? value[0] : value,
    "aria-valuetext": point ? `${read(value[0])}, ${read(value[1], handle.unit)}` : read(value, handle.unit),
    "aria-orientation": handle.axis === "y" ? "vertical" : "horizontal", "aria-disabled": handle.disabled ? "true" : null,
  });
  parts.hit.style.display = handle.disabled ? "none" : "";
}

const lineTo = (line, x1, y1, x2, y2) => set(line, {x1, y1, x2, y2});

function place({node, parts, handle, current}, space) {
  const value = current(), rows = {top: space.top, bottom: space.bottom};
  const [x, y] = handle.axis === "xy" ? value : [value, value];
  const px = clamp(space.toX(x), space.left, space.right), py = clamp(space.toY(y), rows.top, rows.bottom);
  const outside = (handle.axis !== "y" && px !== space.toX(x)) || (handle.axis !== "x" && py !== space.toY(y));
  parts.mark.classList.toggle("bl-outside", outside);
  for (const shape of [parts.hit, parts.mark]) {
    if (handle.axis === "xy") set(shape, {cx: px, cy: py});
    else if (handle.axis === "y") lineTo(shape, space.left, py, space.right, py);
    else lineTo(shape, px, space.top, px, space.bottom);
  }
  const right = px + 12 + (parts.width || 0) < space.right;
  if (handle.axis === "y") return {x: space.right - parts.width - 2, y: py};
  return {x: right ? px + (handle.axis === "xy" ? 10 : 3) : px - parts.width - 4, y: handle.axis === "xy" ? py : space.top + LINE / 2 + 1};
}

// Labels that would lie on each other move apart, up or down, and stay inside.
function spread(flags, space) {
  const free = flags.sort((a, b) => a.y - b.y);
  const low = space.top + LINE / 2, high = space.bottom - LINE / 2;
  const touch = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && b.y - a.y < LINE;
  free.forEach((flag, i) => {
    flag.y = Math.max(flag.y, low);
    for (const before of free.slice(0, i)) if (touch(before, flag)) flag.y = before.y + LINE;
  });
  let edge = high;
  for (const flag of free.toReversed()) {
    if (flag.y > edge) { flag.y = edge; edge -= LINE; }
  }
}

// From below: the lines, where they can be gripped, the labels. So a label can be gripped where lines lie on each other.
function handlesIn(scene, layer) {
  const marks = make("g"), hits = make("g"), labels = make("g");
  layer.append(marks, hits, labels);
  let handles = [];
  const rebuild = () => {
    const wanted = scene.model.get("handles"), focused = document.activeElement?.dataset?.name;
    const mine = layer.contains(document.activeElement);
    if (layer.querySelector(".bl-active")) return setTimeout(rebuild, 200);   // not under a hand
    handles = wanted.map(handle => makeHandle(scene, handle));
    const lines = [...handles.filter(h => h.handle.axis !== "xy"), ...handles.filter(h => h.handle.axis === "xy")];
    marks.replaceChildren(...lines.map(h => h.parts.mark));
    hits.replaceChildren(...lines.map(h => h.parts.hit));
    labels.replaceChildren(...handles.map(h => h.node));
    if (mine) handles.find(h => h.handle.name === focused)?.node.focus({preventScroll: true});
    refresh();
  };
  const refresh = () => {
    const space = scene.space();
    if (space.wide <= 0 || space.high <= 0) return;
    const flags = [];
    for (const h of handles) {
      const there = h.current() !== undefined && h.current() !== null;
      for (const part of [h.node, h.parts.hit, h.parts.mark]) part.style.display = there ? "" : "none";
      if (!there) continue;
      describe(h);
      const flag = {...place(h, space), width: h.parts.width, parts: h.parts};
      if (!h.handle.bare) flags.push(flag);
    }
    spread(flags, space);
    for (const {x, y, parts} of flags) {
      set(parts.flag, {x, y: y - (LINE - 2) / 2});
      set(parts.text, {x: x + 4, y: y + 4});
    }
  };
  return {rebuild, refresh};
}
