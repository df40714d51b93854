export function toBase64(raw: Uint8Array): string {
  let all = '';
  for (let at = 0; at < raw.length; at += 8_192) all += String.fromCharCode(...raw.subarray(at, at + 8_192));
  return btoa(all);
}

export const fromBase64 = (encoded: string) => Uint8Array.from(atob(encoded), (each) => each.charCodeAt(0));
