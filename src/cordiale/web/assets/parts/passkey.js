// Passkeys: what the browser is asked stands in the page; what the device answers goes into the form that is sent.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const ask = {
  show: (asked) => navigator.credentials.get({ publicKey: { ...asked, challenge: bytes(asked.challenge) } }),
  make: (asked) =>
    navigator.credentials.create({
      publicKey: {
        ...asked,
        challenge: bytes(asked.challenge),
        user: { ...asked.user, id: bytes(asked.user.id) },
        excludeCredentials: (asked.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) })),
      },
    }),
};

const written = (answer) => {
  const response = { clientDataJSON: text(answer.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (answer.response[name]) response[name] = text(answer.response[name]);
  return JSON.stringify({ id: answer.id, rawId: text(answer.rawId), type: answer.type, response, clientExtensionResults: {} });
};

if (window.PublicKeyCredential)
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const refused = form.querySelector("[data-refused]");
      refused.hidden = true;
      try {
        form.elements.answer.value = written(await ask[form.dataset.passkey](JSON.parse(form.dataset.asked)));
        form.submit();
      } catch {
        refused.hidden = false;
      }
    });
  }
