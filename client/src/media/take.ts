import { microphone } from './capture';
import { wavOf } from './wav';

/** As prompts have it, samples a second. */
const RATE = 16_000;

/** Something that is being recorded from the microphone. */
export interface Take {
  /** What was said, as a WAV file. */
  stop(): Promise<Blob>;
  cancel(): void;
}

/** Record from now on. Browsers record each in a kind of their own; what comes out is WAV. Rejects as `microphone` does. */
export async function beginTake(): Promise<Take> {
  const track = await microphone();
  const recorder = new MediaRecorder(new MediaStream([track]));
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void pieces.push(data);
  recorder.start();
  const end = () => {
    if (recorder.state !== 'inactive') recorder.stop();
    track.stop();
  };
  return {
    cancel: end,
    stop: async () => {
      const stopped = new Promise((resolve) => (recorder.onstop = resolve));
      end();
      await stopped;
      return asWav(await new Blob(pieces).arrayBuffer());
    },
  };
}

async function asWav(recorded: ArrayBuffer): Promise<Blob> {
  // A context of that rate decodes to it.
  const context = new OfflineAudioContext(1, 1, RATE);
  const sound = await context.decodeAudioData(recorded);
  return new Blob([wavOf(sound.getChannelData(0), RATE)], { type: 'audio/wav' });
}
