// A transparent layer in the same place as a figure. It takes the pointer only where there is something to take hold of.

function render({model, el}) {
  const id = newId();
  const svg = make("svg", {class: "bl-overlay-svg"}), planes = make("g"), handles = make("g");
  const text = make("div", {class: "bl-hidden", id});
  const scene = {
    model, svg,
    space: () => spaceOf(model, svg),
    word: name => model.get("words")[name] || "",
    move: (name, value) => {
      model.set("value", {...model.get("value"), [name]: value});
      send({[name]: value});
    },
  };
  el.classList.add("bl-widget", "bl-overlay");
  svg.append(planes, handles);
  el.append(svg, text);
  const refreshPlane = planeIn(scene, planes), held = handlesIn(scene, handles);
  const refresh = () => { refreshPlane(); held.refresh(); };
  follow(model, ["label", "description"], () => {
    set(el, {role: "group", "aria-label": model.get("label"), "aria-describedby": id});
    text.textContent = model.get("description");
  });
  follow(model, ["handles"], held.rebuild);
  follow(model, ["value", "x_range", "y_range", "margin", "draw", "brush", "click", "disabled", "words"], refresh);
  const watch = new ResizeObserver(refresh);
  watch.observe(svg);
  return () => watch.disconnect();
}

export default {initialize: ({model}) => connect(model, (old, newer) => ({...old, ...newer})), render};
