import type { BlurReport, BlurTask } from './background-blur';
import { PersonFinder } from './person-finder';
import { SpeedCheck } from './speed-check';

/** The background is blurred in a smaller picture. */
const SCALE = 1 / 4;
/** Of the longer side of the picture: the deviation of the blur. */
const RADIUS = 0.02;

/** Draws pictures whose background is blurred. */
class BackgroundBlur {
  readonly #picture = new OffscreenCanvas(1, 1);
  readonly #background = new OffscreenCanvas(1, 1);

  constructor(private readonly finder: PersonFinder) {}

  async draw(frame: VideoFrame): Promise<VideoFrame> {
    const mask = await this.finder.find(frame);
    const { displayWidth: width, displayHeight: height, timestamp } = frame;
    resize(this.#picture, width, height);
    const picture = this.#picture.getContext('2d', { desynchronized: true })!;
    picture.globalCompositeOperation = 'copy';
    picture.drawImage(mask, 0, 0, width, height);
    picture.globalCompositeOperation = 'source-in';
    picture.drawImage(frame, 0, 0, width, height);
    picture.globalCompositeOperation = 'destination-over';
    picture.drawImage(this.#blur(frame), 0, 0, width, height);
    return new VideoFrame(this.#picture, { timestamp, alpha: 'discard' });
  }

  #blur(frame: VideoFrame): OffscreenCanvas {
    const width = Math.ceil(frame.displayWidth * SCALE);
    const height = Math.ceil(frame.displayHeight * SCALE);
    resize(this.#background, width, height);
    const background = this.#background.getContext('2d')!;
    const radius = Math.ceil(RADIUS * Math.max(width, height));
    background.filter = `blur(${radius}px)`;
    // A blur takes in what is outside of the picture, so a little of its edges is left out instead.
    const margin = 2 * radius;
    background.drawImage(frame, -margin, -margin, width + 2 * margin, height + 2 * margin);
    return this.#background;
  }
}

/** Setting a size clears a canvas and the state of its context, so only for another one. */
function resize(canvas: OffscreenCanvas, width: number, height: number): void {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}

/** Blur all frames of a track. Rejects if that is not possible. */
async function run({ frames, blurred }: BlurTask, report: (what: BlurReport) => void): Promise<void> {
  const blur = new BackgroundBlur(await PersonFinder.load());
  const speed = new SpeedCheck();
  let begun = false;
  const transform = new TransformStream<VideoFrame, VideoFrame>({
    async transform(frame, controller) {
      const started = performance.now();
      try {
        controller.enqueue(await blur.draw(frame));
      } finally {
        frame.close();
      }
      if (!begun) report('ready');
      begun = true;
      if (speed.isTooSlow(performance.now() - started)) report('failed');
    },
  });
  await frames.pipeThrough(transform).pipeTo(blurred);
}

self.onmessage = ({ data }: MessageEvent<BlurTask>) => {
  const report = (what: BlurReport) => self.postMessage(what);
  run(data, report).catch(() => report('failed'));
};
