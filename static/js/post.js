// Posting to the server: form-encoded, with the CSRF token, and answers told apart.
export const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));  // randomUUID wants https; a course on a LAN may have none
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

// -> {ok, status, text}; status 0: it never arrived
export async function post(url, fields) {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": token(), "X-Requested-With": "fetch" },
      body: new URLSearchParams(fields),
      redirect: "manual",
    });
    return { ok: answer.ok, status: answer.type === "opaqueredirect" ? 401 : answer.status, text: await answer.text() };
  } catch {
    return { ok: false, status: 0, text: "" };
  }
}
