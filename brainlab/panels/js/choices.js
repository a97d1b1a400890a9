// A switch, and one of several: up to four are all to be seen, more become a menu.

function toggle(model, id, choose) {
  const box = make("input", {type: "checkbox", role: "switch", class: "bl-switch", id, "aria-describedby": `${id}-help`});
  box.addEventListener("change", () => choose(box.checked));
  follow(model, ["value", "disabled"], () => {
    box.checked = model.get("value");
    set(box, {disabled: model.get("disabled")});
  });
  return box;
}

function radios(model, id, choose) {
  const group = make("div", {class: "bl-segments", role: "radiogroup", "aria-describedby": `${id}-help`});
  for (const [value, text] of model.get("options")) {
    const radio = make("input", {type: "radio", name: id, value, disabled: model.get("disabled"), ...OWN_KEYS});
    radio.checked = value === model.get("value");
    radio.addEventListener("change", () => { if (radio.checked) choose(value); });
    group.append(make("label", {class: "bl-segment"}, radio, make("span", {}, text)));
  }
  set(group, {"aria-label": model.get("label")});
  return group;
}

function menu(model, id, choose) {
  const select = make("select", {class: "bl-select", id, disabled: model.get("disabled"), ...OWN_KEYS});
  for (const [value, text] of model.get("options")) select.append(make("option", {value}, text));
  select.value = model.get("value");
  select.addEventListener("change", () => choose(select.value));
  return select;
}

function render({model, el}) {
  const id = newId();
  const choose = value => { model.set("value", value); send(value); };
  const {label, undo, alert, help} = makeLabel(model, id, choose);
  const place = make("div", {class: "bl-place"});
  el.classList.add("bl-widget", "bl-control");
  el.append(make("div", {class: "bl-row1 bl-row-choice"}, label, place, undo), alert, help);
  if (model.get("options") === undefined) {
    place.append(toggle(model, id, choose));
    return;
  }
  follow(model, ["options", "disabled", "label"], () => {
    const few = model.get("options").length <= 4;
    place.replaceChildren((few ? radios : menu)(model, id, choose));
  });
  follow(model, ["value"], () => {   // without rebuilding: the one in focus keeps it
    const select = place.querySelector("select");
    if (select) select.value = model.get("value");
    for (const radio of place.querySelectorAll("input")) radio.checked = radio.value === model.get("value");
  });
  follow(model, ["label"], () => { label.hidden = !model.get("label"); });
}

export default {initialize: ({model}) => connect(model), render};
