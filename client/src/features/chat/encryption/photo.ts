import { Problem } from '~/core/problem';

/** Pixels of the longer side of a photo that is sent. */
const MAX_SIDE = 2_560;
const QUALITY = 0.88;
const HEAD = 32;

/** Signatures of photos, whose metadata may name their place: JPEG, PNG, GIF, TIFF, BMP, WebP; HEIF and AVIF. */
const SIGNATURES = [/^\xff\xd8\xff/, /^\x89PNG/, /^GIF8/, /^II\*\0/, /^MM\0\*/, /^BM/, /^RIFF....WEBP/s];
const HEIF = /^....ftyp(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)/s;

/** Whether a file is a photo, by its content. */
export async function isPhoto(blob: Blob): Promise<boolean> {
  const head = String.fromCharCode(...new Uint8Array(await blob.slice(0, HEAD).arrayBuffer()));
  return [...SIGNATURES, HEIF].some((each) => each.test(head));
}

export interface Photo {
  blob: Blob;
  width: number;
  height: number;
}

/** Draw a photo anew: only its pixels are sent, without place and camera, and not larger than a screen shows. */
export async function redrawn(blob: Blob): Promise<Photo> {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => undefined);
  if (!bitmap) throw new Problem('photo_refused', 422, 'The photo cannot be read.');
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((each) => Math.max(1, Math.round(each * scale)));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width!, height!];
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, width!, height!);
  bitmap.close();
  const type = blob.type === 'image/png' ? 'image/png' : 'image/jpeg';
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, QUALITY));
  if (!made) throw new Problem('photo_refused', 422, 'The photo cannot be drawn.');
  return { blob: made, width: width!, height: height! };
}
