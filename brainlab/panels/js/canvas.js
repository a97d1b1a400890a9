// Spikes and images, drawn on a canvas in the colours of the page.

const numbers = view => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

function ticks(low, high, most) {
  const raw = (high - low) / most, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find(m => m * power >= raw), out = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-9; v += step) out.push(Number(v.toPrecision(6)));
  return out;
}

function axes(pen, area, content, look, labels) {
  const [x0, x1] = content.x_range, [y0, y1] = content.y_range;
  const toX = x => area.left + area.wide * (x - x0) / (x1 - x0 || 1), toY = y => area.bottom - area.high * (y - y0) / (y1 - y0 || 1);
  pen.font = `11px ${look.font}`;
  pen.fillStyle = look.text;
  pen.strokeStyle = look.grid;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.textAlign = "center";
  for (const x of ticks(x0, x1, Math.max(2, area.wide / 90))) {
    pen.moveTo(Math.round(toX(x)) + 0.5, area.bottom); pen.lineTo(Math.round(toX(x)) + 0.5, area.bottom + 4);
    pen.fillText(String(x).replace("-", "−"), toX(x), area.bottom + 15);
  }
  pen.textAlign = "right";
  for (const y of ticks(y0, y1, Math.max(2, area.high / 45))) {
    pen.moveTo(area.left - 4, Math.round(toY(y)) + 0.5); pen.lineTo(area.left, Math.round(toY(y)) + 0.5);
    pen.fillText(String(y).replace("-", "−"), area.left - 7, toY(y) + 4);
  }
  pen.rect(area.left + 0.5, area.top + 0.5, area.wide - 1, area.high - 1);
  pen.stroke();
  pen.textAlign = "center";
  pen.fillText(labels[0], area.left + area.wide / 2, area.bottom + 30);
  pen.save();
  pen.translate(12, area.top + area.high / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(labels[1], 0, 0);
  pen.restore();
  return {toX, toY};
}

function raster(pen, area, content, look, {toX, toY}) {
  const times = numbers(content.times), neurons = numbers(content.neurons), colors = content.colors && bytes(content.colors);
  const tall = Math.max(2, Math.min(8, Math.round(0.8 * area.high / (content.y_range[1] - content.y_range[0] || 1))));
  const used = colors ? [...new Set(colors)] : [1];
  pen.save();
  pen.beginPath();
  pen.rect(area.left, area.top, area.wide, area.high);
  pen.clip();
  for (const color of used) {   // one path for each colour, not one for each spike
    pen.fillStyle = look.colors[(color + 5) % 6];
    for (let i = 0; i < times.length; i++) {
      if (colors && colors[i] !== color) continue;
      pen.fillRect(Math.round(toX(times[i])) - 1, Math.round(toY(neurons[i]) - tall / 2), 2, tall);   // whole pixels: crisp
    }
  }
  pen.restore();
}

function picture(pen, area, content) {
  const pixels = bytes(content.pixels), lut = bytes(content.lut), {rows, columns} = content;
  const table = Uint32Array.from({length: 256}, (_, i) => word(lut.subarray(3 * i)));
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small(rows, columns, Uint32Array.from(pixels, i => table[i])), area.left, area.top, area.wide, area.high);
}

function render({model, el}) {
  const canvas = make("canvas", {role: "img", class: "bl-canvas"}), empty = make("div", {class: "bl-empty"});
  el.classList.add("bl-widget", "bl-canvas-box");
  el.append(canvas, empty);
  const screen = surface(el, canvas, (pen, wide, high, look) => {
    const content = model.get("content");
    empty.hidden = Boolean(content.kind);
    if (!content.kind) return;
    const margin = content.x_range ? model.get("margin") : {top: 0, bottom: 0, left: 0, right: 0};
    const area = {left: margin.left, top: margin.top, right: wide - margin.right, bottom: high - margin.bottom};
    area.wide = area.right - area.left;
    area.high = area.bottom - area.top;
    if (content.kind === "image") picture(pen, area, content);
    const scales = content.x_range && axes(pen, area, content, look, [model.get("x_label"), model.get("y_label")]);
    if (content.kind === "raster") raster(pen, area, content, look, scales);
  });
  follow(model, ["height"], () => { canvas.style.height = model.get("height"); });   // the outer node's belongs to its layout
  follow(model, ["label", "words"], () => {
    set(canvas, {"aria-label": model.get("label")});
    empty.textContent = model.get("words").empty || "";
  });
  follow(model, ["content", "x_label", "y_label", "margin"], screen.ask);
  return screen.stop;
}

export default {render};
