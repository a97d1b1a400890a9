// Says when a frame was painted. A hidden page paints nothing, so it says nothing, and the kernel rests.

// After a restart of the kernel there is nobody to tell any more, until the cell is run again.
function tell(model, content) {
  try { model.send(content); } catch (error) { console.debug("brainlab: no kernel:", error); }
}

// A frame may bring the messages of other widgets in one envelope: each alone would cost the page a millisecond or two.
async function deliver(letters, buffers, manager) {
  let next = 0;
  for (const [id, message, count] of letters) {
    const mine = buffers.slice(next, next += count);
    if (!manager.has_model(id)) continue;
    const widget = await manager.get_model(id);
    if (message.method === "custom") {
      widget.trigger("msg:custom", message.content, mine);
      continue;
    }
    message.buffer_paths.forEach((path, i) => {
      const at = path.slice(0, -1).reduce((node, key) => node[key], message.state);
      at[path.at(-1)] = mine[i];
    });
    widget.set_state(await widget.constructor._deserialize_state(message.state, manager));
  }
}

// Once for all views of a panel: a letter is opened once, and also while no view is there, or the next one would show
// old curves.
function initialize({model}) {
  let busy = Promise.resolve();   // frames in their order, each after the one before is drawn
  model.on("msg:custom", (content, buffers) => {
    if (!content.frame) return;
    busy = busy.then(() => deliver(content.letters ?? [], buffers ?? [], model.widget_manager))
      .catch(error => console.error("brainlab: a frame was lost:", error))
      .then(() => { requestAnimationFrame(() => tell(model, {painted: content.frame})); });
  });
}

function render({model, el}) {
  const view = Math.random().toString(36).slice(2);   // a panel may be shown twice, and one of them closed
  const hello = () => { if (!document.hidden) tell(model, {hello: view}); };
  const bye = () => tell(model, {bye: view});
  el.style.display = "none";
  document.addEventListener("visibilitychange", hello);
  hello();
  return () => {
    document.removeEventListener("visibilitychange", hello);
    bye();
  };
}

export default {initialize, render};
