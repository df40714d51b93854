import { prepareZXingModule, writeBarcode as write } from 'zxing-wasm/writer';
import wasmUrl from 'zxing-wasm/writer/zxing_writer.wasm?url';

/** Return the QR code of a text as SVG. */
export async function writeBarcode(text: string): Promise<string> {
  prepareZXingModule({
    overrides: { locateFile: (path: string, prefix: string) => (path.endsWith('.wasm') ? wasmUrl : prefix + path) },
  });
  const { svg, error } = await write(text, { format: 'QRCode' });
  if (!svg) throw new Error(error);
  return svg;
}
