// Offers a file. Once for the model, not once for each view of it.

function offer(name, blob) {
  const link = make("a", {href: URL.createObjectURL(blob), download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function paint(svg, scale) {
  return new Promise((resolve, reject) => {
    const picture = new Image();
    picture.onload = () => {
      const canvas = make("canvas", {width: picture.naturalWidth * scale, height: picture.naturalHeight * scale});
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(picture.src);
      canvas.toBlob(resolve, "image/png");
    };
    picture.onerror = reject;
    picture.src = URL.createObjectURL(new Blob([svg], {type: "image/svg+xml"}));
  });
}

function initialize({model}) {
  model.on("msg:custom", async (message, buffers) => {
    if (!message.filename) return;
    const data = buffers[0], text = new Blob([data], {type: message.mime});
    offer(message.filename, message.png ? await paint(data, message.scale) : text);
  });
}

function render({el}) {
  el.style.display = "none";
}

export default {initialize, render};
