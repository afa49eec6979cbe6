// The form renderer adds style sheets while it runs. The policy allows styles of this page's nonce only, so each gets it.
// Script never has a nonce.
(() => {
  const nonce = document.body.dataset.nonce;
  const create = document.createElement.bind(document);
  document.createElement = (name, options) => {
    const made = create(name, options);
    if (String(name).toLowerCase() === "style") made.nonce = nonce;
    return made;
  };
})();
