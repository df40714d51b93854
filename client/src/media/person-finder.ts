import { loadAndCompile, loadLiteRt, Tensor, type CompiledModel } from '@litertjs/core';
import scriptUrl from '@litertjs/core/wasm/litert_wasm_internal.js?url';
import programUrl from '@litertjs/core/wasm/litert_wasm_internal.wasm?url';
import modelUrl from '@shiguredo/virtual-background/dist/selfie_segmentation.tflite?url';

/** Pixels of each side of the picture that the model takes; a picture of another shape is stretched. */
const SIDE = 256;
const CHANNELS = 3;

/** Finds the pixels of people in pictures, by MediaPipe's model for cameras. Only in a worker, which it blocks. */
export class PersonFinder {
  readonly #input = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true })!;
  readonly #values = new Float32Array(SIDE * SIDE * CHANNELS);
  readonly #mask = new ImageData(SIDE, SIDE);
  readonly #output = new OffscreenCanvas(SIDE, SIDE);

  private constructor(private readonly model: CompiledModel) {}

  /** Rejects if the program cannot be loaded, or run on this device. */
  static async load(): Promise<PersonFinder> {
    // The library would look for a GPU, and warn without one: a picture takes some milliseconds without it.
    Object.defineProperty(navigator, 'gpu', { value: undefined });
    const quiet = () => undefined;
    // Read by the script of the program.
    Object.assign(self, { Module: { locateFile: () => programUrl, print: quiet, printErr: quiet } });
    await loadLiteRt(scriptUrl);
    return new PersonFinder(await loadAndCompile(modelUrl, { accelerator: 'wasm' }));
  }

  /** A small picture that is opaque where people are. Valid until the next call. */
  async find(picture: VideoFrame): Promise<OffscreenCanvas> {
    this.#input.drawImage(picture, 0, 0, SIDE, SIDE);
    const { data } = this.#input.getImageData(0, 0, SIDE, SIDE);
    for (let pixel = 0, at = 0; pixel < data.length; pixel += 4) {
      for (let channel = 0; channel < CHANNELS; channel++) this.#values[at++] = data[pixel + channel]! / 255;
    }
    const tensor = new Tensor(this.#values, [1, SIDE, SIDE, CHANNELS]);
    const [confidences] = await this.model.run([tensor]);
    confidences!.toTypedArray().forEach((confidence, at) => (this.#mask.data[4 * at + 3] = 255 * confidence));
    tensor.delete();
    confidences!.delete();
    this.#output.getContext('2d')!.putImageData(this.#mask, 0, 0);
    return this.#output;
  }
}
