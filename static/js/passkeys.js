/* Passkeys: a form with data-passkey="create" or "get" is sent once the browser has made or used
   one. Its options are in the JSON element named by data-options; without one they are fetched
   from the form's own address. What belongs to passkeys is shown only where they work. */
(() => {
  "use strict";

  const works = window.isSecureContext && "PublicKeyCredential" in window && navigator.credentials;

  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = !works;
  for (const part of document.querySelectorAll("[data-passkey-missing]")) part.hidden = !!works;
  if (!works) return;

  const toBytes = (text) => {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: toBytes(each.id) }));

  const create = (asked, passwordless) => {
    const options = { ...asked, challenge: toBytes(asked.challenge) };
    options.user = { ...asked.user, id: toBytes(asked.user.id) };
    options.excludeCredentials = named(asked.excludeCredentials);
    if (passwordless !== null) {
      options.authenticatorSelection = {
        ...asked.authenticatorSelection,
        residentKey: passwordless ? "required" : "discouraged",
        requireResidentKey: passwordless,
        ...(passwordless ? { userVerification: "required" } : {}),
      };
    }
    return navigator.credentials.create({ publicKey: options });
  };

  const get = (asked) =>
    navigator.credentials.get({
      publicKey: {
        ...asked,
        challenge: toBytes(asked.challenge),
        allowCredentials: named(asked.allowCredentials),
      },
    });

  const written = (credential) => {
    const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = toText(credential.response[name]);
    }
    if (credential.response.getTransports) {
      response.transports = credential.response.getTransports();
    }
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      authenticatorAttachment: credential.authenticatorAttachment,
      clientExtensionResults: credential.getClientExtensionResults(),
      response,
    });
  };

  const optionsOf = async (form) => {
    if (form.dataset.options) {
      return JSON.parse(document.getElementById(form.dataset.options).textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`passkey options: ${answer.status}`);
    return answer.json();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-passkey-error]");
    let busy = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      failed.hidden = true;
      try {
        const options = await optionsOf(form);
        const passwordless = form.elements.passwordless;
        const credential =
          form.dataset.passkey === "create"
            ? await create(
                options.creation_options.publicKey,
                passwordless ? passwordless.checked : null,
              )
            : await get(options.request_options.publicKey);
        form.elements.credential.value = written(credential);
        form.submit();
      } catch {
        failed.hidden = false;
        busy = false;
      }
    });
  }
})();
