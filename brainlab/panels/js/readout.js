// Words for the eye at once, for the ear when they have rested: a screen reader must not stammer through a drag.

const REST = 700;

function render({model, el}) {
  const text = make("div", {class: "bl-text"});
  const note = make("div", {class: "bl-note"}, make("span", {class: "bl-ring", "aria-hidden": "true"}), make("span"));
  const alert = make("div", {class: "bl-error bl-error-box", role: "alert"});
  const spoken = make("div", {class: "bl-hidden", "aria-live": "polite", role: "status"});
  let timer = 0;
  el.classList.add("bl-widget", "bl-readout");
  el.append(text, note, alert, spoken);
  const speak = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { spoken.textContent = note.hidden ? text.textContent : note.textContent; }, REST);
  };
  follow(model, ["text", "state", "error", "note", "words"], () => {
    const state = model.get("state"), error = model.get("error");
    // With the state "error" and no message of its own, the text is the message.
    const words = state === "error" && !error;
    text.textContent = words ? "" : model.get("text");
    text.hidden = !text.textContent;
    note.hidden = state !== "busy";
    note.lastChild.textContent = model.get("note") || model.get("words").busy || "";
    const wrong = words ? model.get("text") : error;
    if (alert.textContent !== wrong) alert.textContent = wrong;
    alert.hidden = !wrong;
    el.dataset.state = state;
    speak();
  });
  return () => clearTimeout(timer);
}

export default {render};
