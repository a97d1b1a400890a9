// A canvas in the colours of the page and at the resolution of the screen, painted once a frame at most.

const bytes = view => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// What the style sheet says, as colours a canvas understands: var() is resolved on a node.
function looks(el) {
  const style = getComputedStyle(el), look = name => style.getPropertyValue(`--bl-${name}`).trim();
  return {look, text: style.color, grid: look("grid"), colors: [1, 2, 3, 4, 5, 6].map(look), font: style.fontFamily};
}

// Words of a pixel: red, green, blue from the lowest byte on, and opaque.
const word = ([r, g, b]) => (255 << 24 | b << 16 | g << 8 | r) >>> 0;

// The image as it is, one pixel for one. words: Uint32Array (rows * columns)
function small(rows, columns, words) {
  const canvas = make("canvas", {width: columns, height: rows});
  canvas.getContext("2d").putImageData(new ImageData(new Uint8ClampedArray(words.buffer), columns, rows), 0, 0);
  return canvas;
}

// paint(pen, wide, high, looks) whenever the place, the theme or, by ask(), the content has changed.
function surface(el, canvas, paint) {
  let asked = 0, tries = 0;
  const run = () => {
    asked = 0;
    const wide = canvas.clientWidth, high = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
    if (!wide || !high) {   // JupyterLab hides the page for a moment while it changes the theme, too short for a ResizeObserver
      if (tries++ < 20) setTimeout(ask, 50);
      return;
    }
    tries = 0;
    if (canvas.width !== Math.round(wide * ratio)) canvas.width = Math.round(wide * ratio);
    if (canvas.height !== Math.round(high * ratio)) canvas.height = Math.round(high * ratio);
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, wide, high);
    paint(pen, wide, high, looks(el));
  };
  const ask = () => { asked ||= requestAnimationFrame(run); };
  const watch = new ResizeObserver(ask), theme = new MutationObserver(ask), dark = matchMedia("(prefers-color-scheme: dark)");
  watch.observe(canvas);
  theme.observe(document.body, {attributes: true, attributeFilter: ["class", "data-jp-theme-light", "data-jp-theme-name"]});
  dark.addEventListener("change", ask);
  const stop = () => {
    watch.disconnect();
    theme.disconnect();
    dark.removeEventListener("change", ask);
    cancelAnimationFrame(asked);
  };
  return {ask, stop};
}
