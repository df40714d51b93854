// Compares pictures: reads pairs [REFERENCE, TAKEN] as JSON, and prints for each the share of pixels that differ, without
// those of smoothed edges, and a description. Writes a picture of the differences beside the taken one if there are any.
import { createRequire } from 'node:module';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const client = createRequire(new URL('../../client/package.json', import.meta.url));
const { PNG } = client('pngjs');
const { default: pixelmatch } = await import(client.resolve('pixelmatch'));

const read = (path) => PNG.sync.read(readFileSync(path));

function compare([reference, taken]) {
  if (!existsSync(reference)) return [1, 'no such reference'];
  const [one, other] = [read(reference), read(taken)];
  const { width, height } = one;
  if (width !== other.width || height !== other.height)
    return [1, `${other.width}x${other.height} instead of ${width}x${height}`];
  const picture = new PNG({ width, height });
  const pixels = pixelmatch(one.data, other.data, picture.data, width, height, { threshold: 0.2 });
  if (pixels > 0) writeFileSync(taken.replace(/png$/, 'difference.png'), PNG.sync.write(picture));
  return [pixels / (width * height), `${pixels} pixels differ`];
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).map(compare)));
