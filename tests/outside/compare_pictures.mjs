// Compares two pictures: `node compare_pictures.mjs REFERENCE TAKEN DIFFERENCE`. Prints the share of pixels that differ,
// without those of smoothed edges, as JSON. Writes a picture of the differences if there are any.
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';

const client = createRequire(new URL('../../client/package.json', import.meta.url));
const { PNG } = client('pngjs');
const { default: pixelmatch } = await import(client.resolve('pixelmatch'));

const [reference, taken, difference] = process.argv.slice(2);
const [one, other] = [reference, taken].map((path) => PNG.sync.read(readFileSync(path)));
const { width, height } = one;
if (width !== other.width || height !== other.height) {
  writeFileSync(difference, readFileSync(taken));
  console.log(JSON.stringify({ share: 1, reason: `${other.width}x${other.height} instead of ${width}x${height}` }));
} else {
  const picture = new PNG({ width, height });
  const pixels = pixelmatch(one.data, other.data, picture.data, width, height, { threshold: 0.2 });
  if (pixels > 0) writeFileSync(difference, PNG.sync.write(picture));
  console.log(JSON.stringify({ share: pixels / (width * height), reason: `${pixels} pixels differ` }));
}
