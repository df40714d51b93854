import { fromBase64, toBase64 } from '~/core/base64';

/** Bytes that are encrypted at once. */
const PIECE = 1 << 20;
/** Bytes of the authentication tag of AES-GCM. */
const TAG = 16;
const KEY_BITS = 256;

/** Numbers of pieces are part of their nonces, and so is their end: pieces can neither be moved nor left out. */
function nonceOf(piece: number, isLast: boolean): Uint8Array<ArrayBuffer> {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, piece);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

async function throughPieces(
  blob: Blob,
  size: number,
  work: (piece: ArrayBuffer, nonce: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>,
): Promise<Blob> {
  const count = Math.max(1, Math.ceil(blob.size / size));
  const made: Blob[] = [];
  for (let at = 0; at < count; at += 1) {
    const piece = await blob.slice(at * size, (at + 1) * size).arrayBuffer();
    made.push(new Blob([await work(piece, nonceOf(at, at === count - 1))]));
  }
  return new Blob(made);
}

/** Encrypt a file under a new key, in base64: AES-256-GCM in pieces, as STREAM (Hoang et al. 2015) orders them. */
export async function encryptFile(blob: Blob): Promise<{ sealed: Blob; key: string }> {
  const secret = crypto.getRandomValues(new Uint8Array(KEY_BITS / 8));
  const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt']);
  const sealed = await throughPieces(blob, PIECE, (piece, iv) =>
    crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, piece),
  );
  return { sealed, key: toBase64(secret) };
}

/** Decrypt a file. Throws for one that was changed or cut off. */
export async function decryptFile(sealed: Blob, key: string, type: string): Promise<Blob> {
  const opener = await crypto.subtle.importKey('raw', fromBase64(key), 'AES-GCM', false, ['decrypt']);
  const plain = await throughPieces(sealed, PIECE + TAG, (piece, iv) =>
    crypto.subtle.decrypt({ name: 'AES-GCM', iv }, opener, piece),
  );
  return plain.slice(0, plain.size, type);
}
