// The whole plane under the hand: drawing a curve, brushing an interval, choosing a point.

// y(x) through the samples of a stroke, smooth and without overshoot (Fritsch & Carlson 1980: slopes kept below 3 chords).
function fillStroke(y, stroke) {
  const slope = ([x0, y0], [x1, y1]) => (y1 - y0) / (x1 - x0);
  const tangent = (before, chord) => before * chord <= 0 ? 0 : Math.sign(chord) * Math.min(Math.abs(before + chord) / 2, 3 * Math.abs(before), 3 * Math.abs(chord));
  const last = stroke.length - 1;
  if (last === 0) y[Math.round(stroke[0][0])] = stroke[0][1];
  for (let k = Math.max(1, last - 1); k <= last; k++) {   // the newest segment, and the one whose end slope is known only now
    const [a, b] = [stroke[k - 1], stroke[k]], chord = slope(a, b), span = b[0] - a[0];
    const start = k > 1 ? tangent(slope(stroke[k - 2], a), chord) : chord;
    const stop = k < last ? tangent(chord, slope(b, stroke[k + 1])) : chord;
    for (let i = Math.ceil(Math.min(a[0], b[0])); i <= Math.max(a[0], b[0]); i++) {
      const u = (i - a[0]) / span, v = 1 - u;
      y[i] = (1 + 2 * u) * v * v * a[1] + u * u * (3 - 2 * u) * b[1] + span * u * v * (v * start - u * stop);
    }
  }
}

function drawingIn(scene, layer, plane) {
  const curve = make("path", {class: "bl-drawn"}), cursor = make("circle", {class: "bl-cursor", r: 6});
  const hint = make("text", {class: "bl-hint", "text-anchor": "middle"});
  layer.append(curve, hint, cursor);
  let at = 0, stroke = [];
  const spec = () => scene.model.get("draw");
  const bounds = () => limits(spec(), scene.space(), 1);
  const known = () => scene.model.get("value")[spec().name];
  const values = () => known()?.length === spec().n ? [...known()] : Array(spec().n).fill(clamp(0, bounds().min, bounds().max));
  const put = y => scene.move(spec().name, y.map(v => Number(v.toPrecision(5))));

  const sample = event => {
    const space = scene.space(), [px, py] = pointIn(scene.svg, event), {min, max} = bounds();
    const near = px < space.left + 6 ? space.left : px > space.right - 6 ? space.right : px;   // the ends are easy to reach
    const place = (spec().n - 1) * (near - space.left) / space.wide;
    return [place, clamp(space.fromY(py), min, max)];
  };
  const extend = (y, point) => {
    const [last, before] = [stroke.at(-1), stroke.at(-2)];
    if (last && Math.abs(point[0] - last[0]) < 0.5) { last[1] = point[1]; fillStroke(y, stroke); return; }
    if (before && (point[0] - last[0]) * (last[0] - before[0]) < 0) stroke = [last];   // the hand turned back
    stroke.push(point);
    fillStroke(y, stroke);
  };
  const begin = event => {
    const y = values();
    stroke = [];
    extend(y, sample(event));
    put(y);
    at = Math.round(stroke[0][0]);
  };
  const move = event => {
    const y = values(), events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) extend(y, sample(each));
    put(y);
  };
  // By keys: left and right move the cursor, up and down lift a stretch of the curve around it.
  const key = event => {
    const y = values(), n = spec().n, {min, max, step} = bounds();
    const sideways = keyed(event, at, {min: 0, max: n - 1, step: Math.max(1, Math.round(n / 50))}, "x");
    const raised = keyed(event, y[at], {min, max, step: Math.max(step, (max - min) / 50)}, "y");
    const jump = {Home: 0, End: n - 1}[event.key];
    if (jump !== undefined || sideways !== null) at = jump ?? sideways;
    else if (raised !== null) {
      const reach = Math.max(1, Math.round(n / 50));
      for (let i = Math.max(0, at - reach); i <= Math.min(n - 1, at + reach); i++) y[i] = raised;
      put(y);
    } else return false;
    return true;
  };
  const refresh = () => {
    const space = scene.space(), there = known()?.length > 1, focus = document.activeElement === plane;
    const xOf = i => space.left + space.wide * i / (spec().n - 1);
    curve.style.stroke = colorOf(spec().color, "3");
    set(curve, {d: there ? "M" + known().map((v, i) => `${xOf(i).toFixed(1)} ${space.toY(v).toFixed(1)}`).join("L") : null});
    hint.textContent = there ? "" : spec().hint || scene.word("draw");
    set(hint, {x: space.left + space.wide / 2, y: space.top + space.high / 2});
    const y = values()[at], x = space.xs[0] + (space.xs[1] - space.xs[0]) * at / (spec().n - 1);
    set(cursor, {cx: xOf(at), cy: space.toY(y), display: focus ? null : "none"});
    set(plane, {
      role: "slider", "aria-label": spec().label || spec().name, "aria-valuemin": bounds().min, "aria-valuemax": bounds().max,
      "aria-valuenow": y, "aria-valuetext": fill(scene.word("cursor"), {x: read(x), y: read(y, spec().unit)}),
    });
  };
  return {begin, move, key, refresh, nodes: [curve, hint, cursor]};
}

// Brush and click share the plane: a press that moves brushes, one that does not is a click.
function choosingIn(scene, layer, plane) {
  const shade = make("rect", {class: "bl-brush"}), cross = make("path", {class: "bl-cross", display: "none"});
  const edges = [0, 1].map(side => make("line", {class: "bl-edge", tabindex: 0, role: "slider", "data-side": side, ...OWN_KEYS}));
  layer.append(shade, ...edges, cross);
  const spec = kind => scene.model.get(kind), interval = () => scene.model.get("value")[spec("brush").name];
  const xBounds = () => limits(spec("brush"), scene.space(), 0);
  const put = (a, b) => {
    const {min, max, step} = xBounds();
    const ends = [a, b].map(v => clamp(tidy(v, step), min, max)).sort((p, q) => p - q);
    scene.move(spec("brush").name, ends);
  };
  let from = null, held = null, target = null;
  const xAt = event => scene.space().fromX(pointIn(scene.svg, event)[0]);
  const begin = event => {
    from = pointIn(scene.svg, event);
    held = null;
    const inside = spec("brush").name && interval() && xAt(event) > interval()[0] && xAt(event) < interval()[1];
    if (inside) held = {grip: xAt(event), ends: interval()};
  };
  const far = event => { const [x, y] = pointIn(scene.svg, event); return Math.hypot(x - from[0], y - from[1]) > 4; };
  let moved = false;
  const move = event => {
    moved ||= far(event);
    if (!moved || !spec("brush").name) return;
    if (held) put(...held.ends.map(end => end + xAt(event) - held.grip));
    else put(scene.space().fromX(from[0]), xAt(event));
  };
  const end = () => {
    if (!moved && spec("click").name) chooseAt(...from);
    moved = false;
  };
  const chooseAt = (px, py) => {
    const space = scene.space(), round = value => Number(value.toPrecision(5));
    scene.move(spec("click").name, [round(space.fromX(px)), round(space.fromY(py))]);
  };
  const key = event => {
    const space = scene.space();
    if (event.key === "Escape" && spec("brush").name) { scene.move(spec("brush").name, null); return true; }
    if (event.key === "Enter" && spec("brush").name && !interval() && !spec("click").name) {
      const {min, max} = xBounds();
      put(min + (max - min) / 3, max - (max - min) / 3);
      return true;
    }
    if (!spec("click").name) return false;
    target ||= [space.left + space.wide / 2, space.top + space.high / 2];
    if (event.key === "Enter" || event.key === " ") { chooseAt(...target); return true; }
    const across = keyed(event, target[0], {min: space.left, max: space.right, step: 4}, "x");
    const along = keyed(event, -target[1], {min: -space.bottom, max: -space.top, step: 4}, "y");
    if ((across === null && along === null) || ["Home", "End"].includes(event.key)) return false;
    target = [across ?? target[0], along === null ? target[1] : -along];
    refresh();
    return true;
  };
  edges.forEach((edge, side) => {
    const pull = x => { const ends = [...interval()]; ends[side] = x; put(...ends); };
    draggable(edge, {begin: () => edge.focus({preventScroll: true}), move: event => pull(xAt(event))});
    edge.addEventListener("keydown", event => {
      const next = keyed(event, interval()[side], xBounds());
      if (event.key === "Escape") { scene.move(spec("brush").name, null); plane.focus(); }
      if (next === null) return;
      event.preventDefault();
      const other = interval()[1 - side];
      pull(side ? Math.max(next, other) : Math.min(next, other));
    });
  });
  const refresh = () => {
    const space = scene.space(), ends = spec("brush").name ? interval() : null, {color, label, unit, name} = spec("brush");
    for (const node of [shade, ...edges]) set(node, {display: ends ? null : "none"});
    if (ends) {
      const [a, b] = ends.map(x => clamp(space.toX(x), space.left, space.right)), {min, max} = xBounds();
      set(shade, {x: a, y: space.top, width: b - a, height: space.high, fill: colorOf(color, "4"), stroke: colorOf(color, "4")});
      edges.forEach((edge, side) => {
        lineTo(edge, [a, b][side], space.top, [a, b][side], space.bottom);
        set(edge, {
          stroke: colorOf(color, "4"), "aria-label": fill(scene.word(side ? "high" : "low"), {label: label || name}),
          "aria-valuemin": min, "aria-valuemax": max, "aria-valuenow": ends[side], "aria-valuetext": read(ends[side], unit),
        });
      });
    }
    const shownCross = target && document.activeElement === plane;
    set(cross, {display: shownCross ? null : "none", d: target && `M${target[0] - 9} ${target[1]}h18M${target[0]} ${target[1] - 9}v18`});
    const which = spec("click").name ? "click" : "brush";
    set(plane, {role: "button", "aria-label": fill(scene.word(which), {label: spec(which).label || spec(which).name})});
    for (const old of ["aria-valuemin", "aria-valuemax", "aria-valuenow", "aria-valuetext"]) plane.removeAttribute(old);
  };
  return {begin, move, end, key, refresh, nodes: [shade, ...edges, cross]};
}

function planeIn(scene, layer) {
  const plane = make("rect", {class: "bl-plane", ...OWN_KEYS});
  layer.append(plane);
  const drawing = drawingIn(scene, layer, plane), choosing = choosingIn(scene, layer, plane);
  const active = () => scene.model.get("draw").name ? drawing
    : scene.model.get("brush").name || scene.model.get("click").name ? choosing : null;
  draggable(plane, {
    begin: event => {
      if (!active() || scene.model.get("disabled")) return false;
      plane.focus({preventScroll: true});
      active().begin(event);
    },
    move: event => active()?.move(event),
    end: () => active()?.end?.(),
  });
  plane.addEventListener("keydown", event => {
    if (scene.model.get("disabled") || !active()?.key(event)) return;
    event.preventDefault();
    refresh();
  });
  const refresh = () => {
    const space = scene.space(), now = active();
    if (space.wide <= 0 || space.high <= 0) return;
    set(plane, {
      x: space.left, y: space.top, width: space.wide, height: space.high,
      display: now ? null : "none", tabindex: now ? 0 : null,
    });
    for (const each of [drawing, choosing]) for (const node of each.nodes) node.style.display = each === now ? "" : "none";
    now?.refresh();
  };
  plane.addEventListener("focus", refresh);
  plane.addEventListener("blur", refresh);
  return refresh;
}
