import { toBase64 } from '~/core/base64';
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
  /** A small JPEG in base64, at most `budget` characters; empty if none is that small. */
  thumbnail: string;
}

/** Pixels of the longer side and quality of thumbnails, the best first. */
const THUMBNAILS = [
  [360, 0.6],
  [280, 0.55],
  [200, 0.5],
  [140, 0.45],
  [90, 0.4],
] as const;

/**
 * Draw a photo anew: only its pixels are sent, without place and camera, and not larger than a screen shows. Its
 * thumbnail travels in the message, so that reading a conversation does not load the photos. `budget` in characters.
 */
export async function redrawn(blob: Blob, budget: number): Promise<Photo> {
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' }).catch(() => undefined);
  if (!bitmap) throw new Problem('photo_refused', 422, 'The photo cannot be read.');
  try {
    const type = blob.type === 'image/png' ? 'image/png' : 'image/jpeg';
    const photo = await drawn(bitmap, MAX_SIDE, type, QUALITY);
    if (!photo) throw new Problem('photo_refused', 422, 'The photo cannot be drawn.');
    return { ...photo, thumbnail: await thumbnailOf(bitmap, budget) };
  } finally {
    bitmap.close();
  }
}

async function thumbnailOf(bitmap: ImageBitmap, budget: number): Promise<string> {
  for (const [side, quality] of THUMBNAILS) {
    const made = await drawn(bitmap, side, 'image/jpeg', quality);
    const text = made ? toBase64(new Uint8Array(await made.blob.arrayBuffer())) : '';
    if (text.length <= budget) return text;
  }
  return '';
}

async function drawn(bitmap: ImageBitmap, side: number, type: string, quality: number) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((each) => Math.max(1, Math.round(each * scale)));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width!, height!];
  const context = canvas.getContext('2d');
  if (type === 'image/jpeg' && context) {
    context.fillStyle = 'white'; // JPEG has no transparency
    context.fillRect(0, 0, width!, height!);
  }
  context?.drawImage(bitmap, 0, 0, width!, height!);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, type, quality));
  return blob && { blob, width: width!, height: height! };
}
