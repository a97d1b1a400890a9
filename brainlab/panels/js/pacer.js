// Says when a frame was painted. A hidden page paints nothing, so it says nothing, and the kernel rests.

function render({model, el}) {
  const hello = () => { if (!document.hidden) model.send({hello: true}); };
  const bye = () => model.send({bye: true});
  const message = content => {
    if (content.frame) requestAnimationFrame(() => model.send({painted: content.frame}));
  };
  el.style.display = "none";
  model.on("msg:custom", message);
  document.addEventListener("visibilitychange", hello);
  hello();
  return () => {
    document.removeEventListener("visibilitychange", hello);
    bye();
  };
}

export default {render};
