// Put in front of each widget's own text: a module made from a blob cannot import by a path.
// Every widget instance is a module of its own, so what stands at this level belongs to one model.

const MOST = 6;          // values under way at once
const PATIENCE = 5000;   // ms; an acknowledgement that was lost must not silence a control for ever

let send = null;         // send(value): set by connect(), shared by all views of the model

// Values go out numbered; the newest waits while MOST are unanswered and replaces what waited before it.
function connect(model, merge = (_, newer) => newer) {
  const page = Math.random().toString(36).slice(2);
  let sent = 0, acked = 0, waiting, full = false, timer = 0;
  const push = () => {
    if (!full) return;
    if (sent - acked >= MOST) {
      timer ||= setTimeout(() => { timer = 0; acked = sent; push(); }, PATIENCE);
      return;
    }
    const value = waiting;
    full = false;
    model.send({kind: "value", value, seq: ++sent, page, era: model.get("_era")});
  };
  model.on("msg:custom", message => {
    if (message.page !== page) return;
    acked = Math.max(acked, message.acked);
    clearTimeout(timer);
    timer = 0;
    push();
  });
  model.on("change:_era", () => { full = false; });   // Python has set the value: what waits is out of date
  send = value => {
    waiting = full ? merge(waiting, value) : value;
    full = true;
    push();
  };
}

function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "line", "path", "rect", "circle", "text", "tspan", "title"].includes(tag);
  const node = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  set(node, attributes);
  node.append(...children);
  return node;
}

// true: an attribute without a value; null, undefined and false: none at all
function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) node.removeAttribute(name);
    else node.setAttribute(name, value === true ? "" : value);
  }
}

// Run now, and whenever one of the traits changes, until the view goes.
function follow(model, names, run) {
  for (const name of names) model.on(`change:${name}`, run);
  run();
}

const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

let made = 0;
const newId = () => `bl-${Date.now().toString(36)}-${made++}-${Math.random().toString(36).slice(2, 7)}`;

// JupyterLab and Notebook listen for arrow keys and letters on the whole page; on these elements they must not.
const OWN_KEYS = {"data-lm-suppress-shortcuts": "true"};
