// A quiz: native radio buttons in fieldsets. Knows the texts and what was answered, not what is right.

function make(tag, parent, properties = {}) {
  const node = Object.assign(document.createElement(tag), properties);
  parent.append(node);
  return node;
}

// Plain text in which `...` is code; never HTML.
function write(node, text) {
  node.replaceChildren(...text.split("`").map((part, i) => {
    if (i % 2 === 0) return document.createTextNode(part);
    return Object.assign(document.createElement("code"), { textContent: part });
  }));
}

function render({ model, el }) {
  const name = `quiz-${Math.random().toString(36).slice(2)}`; // radio groups of two views must not mix
  let cards = [];

  function build() {
    const chosen = cards.map((card) => card.choice());
    const focused = cards.findIndex((card) => card.form.contains(document.activeElement));
    const labels = model.get("labels");
    el.replaceChildren();
    el.classList.add("bl-quiz");
    el.lang = model.get("lang");
    make("div", el, { className: "bl-quiz-title", textContent: model.get("title") });
    cards = model.get("questions").map((question, i) => card(question, i, labels, chosen[i] ?? -1));
    const foot = make("div", el, { className: "bl-quiz-foot" });
    const score = make("span", foot, { className: "bl-quiz-score" });
    score.setAttribute("aria-live", "polite");
    const again = make("button", foot, { type: "button", textContent: labels.again });
    again.addEventListener("click", () => {
      cards.forEach((one) => one.clear());
      model.send({ kind: "again" });
      cards[0]?.focus();
    });
    make("div", el, { className: "bl-quiz-note", textContent: model.get("note") });
    cards.score = score;
    show();
    if (focused >= 0) cards[focused]?.focus();
  }

  function card(question, i, labels, chosen) {
    const form = make("form", el);
    form.dataset.lmSuppressShortcuts = "true"; // no shortcut of the page may take the arrows or Enter
    const fieldset = make("fieldset", form);
    const legend = make("legend", fieldset);
    write(legend, `${i + 1}. ${question.text}`);
    const inputs = question.choices.map((text, j) => {
      const label = make("label", fieldset);
      const input = make("input", label, { type: "radio", name: `${name}-${i}`, value: `${j}`, checked: j === chosen });
      write(make("span", label), text);
      return input;
    });
    const button = make("button", fieldset, { type: "submit", textContent: labels.check });
    const said = make("div", fieldset, { className: "bl-quiz-said", id: `${name}-${i}-said` });
    said.setAttribute("role", "status");
    fieldset.setAttribute("aria-describedby", said.id);
    const choice = () => inputs.findIndex((input) => input.checked);

    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (choice() < 0) say("choose", labels.choose);
      else model.send({ kind: "answer", question: i, choice: choice() });
    });
    form.addEventListener("keydown", (event) => {
      event.stopPropagation(); // nor are these keys meant for the notebook around us
      if (event.key === "Enter" && event.target.type === "radio") {
        event.preventDefault();
        form.requestSubmit(button);
      }
    });

    function say(state, text) {
      said.dataset.state = state;
      said.replaceChildren();
      if (!text) return;
      const sign = { right: "✓", wrong: "✗", choose: "…" }[state];
      make("span", said, { className: "bl-quiz-sign", textContent: `${sign} ` }).setAttribute("aria-hidden", "true");
      if (state !== "choose") make("b", said, { textContent: `${labels[state]} ` });
      write(make("span", said), text);
    }

    return {
      form,
      choice,
      focus: () => (inputs[choice()] ?? inputs[0])?.focus(),
      clear: () => inputs.forEach((input) => { input.checked = false; }),
      show: (answer) => {
        if (answer.choice === undefined) return say("", "");
        if (choice() < 0) inputs[answer.choice].checked = true;
        say(answer.right ? "right" : "wrong", answer.feedback);
      },
    };
  }

  function show() {
    const answers = model.get("answers");
    cards.forEach((one, i) => one.show(answers[i] ?? {}));
    const right = answers.filter((answer) => answer.right).length;
    cards.score.textContent = model.get("labels").score.replace("{right}", right).replace("{all}", cards.length);
  }

  const rebuild = () => build();
  const refresh = () => show();
  model.on("change:questions", rebuild);
  model.on("change:labels", rebuild);
  model.on("change:note", rebuild);
  model.on("change:answers", refresh);
  build();
  return () => {
    model.off("change:questions", rebuild);
    model.off("change:labels", rebuild);
    model.off("change:note", rebuild);
    model.off("change:answers", refresh);
  };
}

export default { render };
