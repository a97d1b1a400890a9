// Images of pixels in a row. One of them may be painted: a press turns a pixel on, or off again; a drag paints a line.

const NAME = 18, APART = 16, EDGE = 1, VEIL = 0.65;   // px: a name above, the space between two, the frame; the tint's strength

// Where each image lies: left, top, and the size of a pixel, the same for all.
function places(pen, images, wide, high) {
  const named = images.some(image => image.label) ? NAME : 0, rows = Math.max(...images.map(image => image.rows));
  const names = images.map(image => image.label ? pen.measureText(image.label).width : 0);
  const widths = size => images.map((image, k) => Math.max(size * image.columns, names[k]));
  const whole = size => widths(size).reduce((sum, width) => sum + width + APART, 2 * EDGE - APART);
  let size = (high - named - 2 * EDGE) / rows;
  for (let k = 0; k < 60 && whole(size) > wide; k++) size *= 0.96;
  if (size > 2) size = Math.floor(size);
  let left = EDGE;
  return widths(size).map(width => {
    const place = {left, top: named + EDGE, size};
    left += width + APART;
    return place;
  });
}

// A colour of the palette by its name, or any CSS colour, as [red, green, blue].
function rgbOf(pen, look, color) {
  pen.fillStyle = look.look(color) || color;
  const said = pen.fillStyle;   // "#rrggbb", or rgba(...)
  return said[0] === "#" ? [1, 3, 5].map(i => parseInt(said.slice(i, i + 2), 16)) : said.match(/[\d.]+/g).slice(0, 3).map(Number);
}

// The colours of the shades 0 to 255, evenly between the stops.
function shadesOf(stops) {
  return Array.from({length: 256}, (_, i) => {
    const at = i / 255 * (stops.length - 1), k = Math.min(Math.floor(at), stops.length - 2), share = at - k;
    return stops[k].map((low, c) => Math.round(low + share * (stops[k + 1][c] - low)));
  });
}

const shade = (value, [low, high]) => clamp(Math.round(255 * (value - low) / (high - low)), 0, 255);

// From cell to cell in a straight line (Bresenham 1965): a fast hand leaves no gaps. Cells are [row, column].
function between([r, c], [to, across]) {
  const cells = [], dr = Math.abs(to - r), dc = Math.abs(across - c);
  for (let off = dc - dr; ;) {
    cells.push([r, c]);
    if (r === to && c === across) return cells;
    const twice = 2 * off;
    if (twice > -dr) { off -= dr; c += Math.sign(across - c); }
    if (twice < dc) { off += dc; r += Math.sign(to - r); }
  }
}

function draw(pen, look, model, image, place, values) {
  const {rows, columns} = image, {left, top, size} = place, wide = size * columns, high = size * rows;
  const over = values && model.get("draw").over, span = model.get("span");
  const pixels = values && !over ? values.map(value => shade(value, span)) : image.pixels && bytes(image.pixels);
  const mask = over ? values.map(value => shade(value, [model.get("draw").off, model.get("draw").on])) : image.mask && bytes(image.mask);
  pen.fillStyle = look.text;
  if (image.label) pen.fillText(image.label, left, top - EDGE - 5);
  if (pixels) {
    const shades = shadesOf(model.get("stops").map(stop => rgbOf(pen, look, stop))), tint = rgbOf(pen, look, model.get("tint"));
    const table = shades.map(word), words = new Uint32Array(rows * columns);
    for (let i = 0; i < words.length; i++) {
      const veil = mask ? VEIL * mask[i] / 255 : 0;
      words[i] = veil ? word(shades[pixels[i]].map((c, k) => Math.round(c + veil * (tint[k] - c)))) : table[pixels[i]];
    }
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small(rows, columns, words), left, top, wide, high);
  } else {   // the answer is not shown yet
    pen.fillStyle = look.look("shade");
    pen.fillRect(left, top, wide, high);
  }
  pen.strokeStyle = look.grid;
  pen.beginPath();
  for (let c = 1; size > 7 && c < columns; c++) { pen.moveTo(left + c * size + 0.5, top); pen.lineTo(left + c * size + 0.5, top + high); }
  for (let r = 1; size > 7 && r < rows; r++) { pen.moveTo(left, top + r * size + 0.5); pen.lineTo(left + wide, top + r * size + 0.5); }
  pen.stroke();
  pen.strokeStyle = look.look(values ? "text" : "line");
  pen.strokeRect(left - EDGE / 2, top - EDGE / 2, wide + EDGE, high + EDGE);
}

function render({model, el}) {
  const id = newId(), canvas = make("canvas", {class: "bl-pixels-canvas", ...OWN_KEYS});
  const text = make("div", {class: "bl-hidden", id}), said = make("div", {class: "bl-hidden", "aria-live": "polite"});
  el.classList.add("bl-widget", "bl-pixels");
  el.append(canvas, text, said);
  let laid = [], at = [0, 0], keys = false;   // at: the pixel of the keyboard
  const spec = () => model.get("draw"), image = () => model.get("images")[spec().image];
  const ready = () => spec().name && image() && laid[spec().image] && !model.get("disabled");
  const known = () => {
    const values = model.get("value")[spec().name];
    return spec().name && values?.length === image()?.rows * image()?.columns ? values : null;
  };
  const values = () => known() || Array(image().rows * image().columns).fill(spec().off);
  const screen = surface(el, canvas, (pen, wide, high, look) => {
    const images = model.get("images");
    pen.font = `12px ${look.font}`;
    pen.lineWidth = 1;
    laid = images.length ? places(pen, images, wide, high) : [];
    images.forEach((each, k) => draw(pen, look, model, each, laid[k], k === spec().image && spec().name ? values() : null));
    if (keys && document.activeElement === canvas && laid[spec().image]) {
      const {left, top, size} = laid[spec().image];
      pen.strokeStyle = look.colors[0];
      pen.lineWidth = 3;
      pen.strokeRect(left + at[1] * size, top + at[0] * size, size, size);
    }
  });

  const put = (cells, value) => {
    const {rows, columns} = image(), width = spec().width, next = [...values()];
    for (const [row, column] of cells)
      for (let k = 0; k < width * width; k++) {
        const r = row - (width >> 1) + Math.floor(k / width), c = column - (width >> 1) + k % width;
        if (r >= 0 && r < rows && c >= 0 && c < columns) next[r * columns + c] = value;
      }
    if (known() && next.every((v, i) => v === known()[i])) return;
    model.set("value", {...model.get("value"), [spec().name]: next});   // seen at once; the kernel follows
    send({[spec().name]: next});
  };
  const isOn = ([row, column]) => values()[row * image().columns + column] === spec().on;
  const cellAt = event => {
    const {left, top, size} = laid[spec().image], [x, y] = pointIn(canvas, event);
    return [Math.floor((y - top) / size), Math.floor((x - left) / size)];
  };
  const inside = ([row, column]) => row >= 0 && row < image().rows && column >= 0 && column < image().columns;

  const chosen = event => {   // the number of the image under the pointer, or -1
    const [x, y] = pointIn(canvas, event), images = model.get("images");
    return laid.findIndex(({left, top, size}, k) =>
      x >= left && x < left + size * images[k].columns && y >= top && y < top + size * images[k].rows);
  };
  canvas.addEventListener("click", event => {
    const {name} = model.get("click");
    if (name && !model.get("disabled") && chosen(event) >= 0) send({[name]: chosen(event)});
  });

  let last = null, ink = 0, turns = false;   // turns: a press on a pixel that is on takes it off, unless the hand moves on
  draggable(canvas, {
    buttons: [0, 2],
    begin: event => {
      if (!ready() || !inside(cellAt(event))) return false;
      last = at = cellAt(event);
      keys = false;
      canvas.focus({preventScroll: true});
      const erases = event.button === 2 || event.shiftKey || spec().tool === "off";
      ink = erases ? spec().off : spec().on;
      turns = !erases && isOn(last);
      if (!turns) put([last], ink);
    },
    move: event => {
      const events = event.getCoalescedEvents?.() ?? [], cells = [];
      for (const each of events.length ? events : [event]) {
        const cell = cellAt(each);
        if (cell[0] === last[0] && cell[1] === last[1]) continue;
        cells.push(...between(last, cell));
        last = cell;
      }
      if (!cells.length) return;
      turns = false;
      put(cells, ink);
    },
    end: () => { if (turns) put([last], spec().off); },
  });
  canvas.addEventListener("contextmenu", event => {
    if (!ready() || !inside(cellAt(event))) return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("keydown", event => {
    if (!ready()) return;
    const by = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    if (by) at = [clamp(at[0] + by[0], 0, image().rows - 1), clamp(at[1] + by[1], 0, image().columns - 1)];
    else if (event.key === " " || event.key === "Enter") put([at], isOn(at) ? spec().off : spec().on);
    else return;
    event.preventDefault();
    event.stopPropagation();
    keys = true;
    screen.ask();
    const words = model.get("words");
    said.textContent = fill(words.pixel, {row: at[0] + 1, column: at[1] + 1, state: isOn(at) ? words.on : words.off});
  });
  canvas.addEventListener("focus", () => { keys = canvas.matches(":focus-visible"); screen.ask(); });
  canvas.addEventListener("blur", screen.ask);
  follow(model, ["label", "description", "words", "draw", "click"], () => {
    const paints = Boolean(spec().name);
    set(canvas, {
      role: paints ? "application" : "img", tabindex: paints ? 0 : null, "aria-describedby": id,
      "aria-label": paints ? `${model.get("label")}. ${model.get("words").keys || ""}` : model.get("label"),
    });
    canvas.classList.toggle("bl-painted", paints);
    canvas.classList.toggle("bl-chosen", Boolean(model.get("click").name));
    text.textContent = model.get("description");
  });
  follow(model, ["images", "stops", "span", "tint", "value", "draw"], screen.ask);
  return screen.stop;
}

export default {initialize: ({model}) => connect(model, (old, newer) => ({...old, ...newer})), render};
