// From data to pixels and back, and the keys that all movable things share.

function spaceOf(model, svg) {
  const {top, bottom, left, right} = {top: 0, bottom: 0, left: 0, right: 0, ...model.get("margin")};
  const [x0, x1] = model.get("x_range"), [y0, y1] = model.get("y_range");
  const area = {left, top, right: svg.clientWidth - right, bottom: svg.clientHeight - bottom};
  const wide = area.right - area.left, high = area.bottom - area.top;
  return {
    ...area, wide, high, xs: [x0, x1], ys: [y0, y1],
    toX: x => area.left + wide * (x - x0) / (x1 - x0),
    toY: y => area.bottom - high * (y - y0) / (y1 - y0),
    fromX: px => x0 + (x1 - x0) * (px - area.left) / wide,
    fromY: py => y0 + (y1 - y0) * (area.bottom - py) / high,
  };
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const tidy = (value, step) => Number((Math.round(value / step) * step).toFixed(clamp(Math.ceil(-Math.log10(step)) + 2, 0, 12)));
const read = (value, unit) => `${String(Number(Number(value).toPrecision(4))).replace("-", "−")} ${unit || ""}`.trim();
const colorOf = (color, fallback) => /^([1-6]|ghost)$/.test(color ?? fallback) ? `var(--bl-${color ?? fallback})` : color;

// Where a pointer is, in the pixels of the svg. The page may be zoomed or scaled; the box says how much.
function pointIn(svg, event) {
  const box = svg.getBoundingClientRect();
  return [(event.clientX - box.left) * svg.clientWidth / box.width, (event.clientY - box.top) * svg.clientHeight / box.height];
}

// The value after a key, or null if the key is none of ours. axis: what the arrows along it mean.
function keyed(event, value, {min, max, step}, axis) {
  const steps = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10}[event.key];
  const across = ["ArrowUp", "ArrowDown"].includes(event.key) ? "y" : "x";
  if (event.key === "Home") return min;
  if (event.key === "End") return max;
  if (!steps || (axis && axis !== across)) return null;
  return clamp(tidy(value + steps * step * (event.shiftKey ? 10 : 1), step), min, max);
}

// Press, move, lift on one node: with capture, so the finger may leave it. begin() may refuse by returning false.
function draggable(node, {begin, move, end, buttons = [0]}) {
  node.addEventListener("pointerdown", event => {
    if (!buttons.includes(event.button) || begin(event) === false) return;
    event.preventDefault();
    event.stopPropagation();
    node.setPointerCapture(event.pointerId);
    const stop = () => {
      node.removeEventListener("pointermove", move);
      node.removeEventListener("lostpointercapture", stop);
      end?.();
    };
    node.addEventListener("pointermove", move);
    node.addEventListener("lostpointercapture", stop);
  });
}
