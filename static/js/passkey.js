// Passkeys: a form marked data-passkey asks the browser for one and is then sent as an ordinary form. Where the
// browser has none, the form stays hidden (app.js); what the server refuses, it says on the page that answers the form.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const named = (credentials) => (credentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));

async function make(options) {
  const made = await navigator.credentials.create({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: named(options.excludeCredentials),
  } });
  return [made, {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    transports: made.response.getTransports?.() ?? [],
  }];
}

async function show(options) {
  const shown = await navigator.credentials.get({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: named(options.allowCredentials),
  } });
  const { clientDataJSON, authenticatorData, signature, userHandle } = shown.response;
  return [shown, {
    clientDataJSON: text(clientDataJSON),
    authenticatorData: text(authenticatorData),
    signature: text(signature),
    userHandle: userHandle ? text(userHandle) : undefined,
  }];
}

// Without a challenge the form goes as it is: its answer says why, or asks for the proof that is missing.
async function options(form, post) {
  try {
    const answer = await post(form.dataset.challenges, new URLSearchParams());
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

async function ask(form, post) {
  const wanted = await options(form, post);
  if (wanted) {
    const [credential, response] = await (form.dataset.passkey === "create" ? make : show)(wanted);
    form.elements.credential.value = JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
    });
  }
  form.submit();
}

export function send(form, post) {
  const status = form.querySelector("[data-passkey-status]");
  status.textContent = "";
  // The browser tells no page why: the person said no, waited too long, or has no passkey for this site.
  ask(form, post).catch(() => { status.textContent = form.dataset.cancelledWords; });
}
