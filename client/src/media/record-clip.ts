import { microphone } from './capture';
import { encodeWav } from './wav';

/** As prompts have it, samples a second. */
const SAMPLE_RATE = 16_000;

/** Something that is being recorded from the microphone. */
export interface ClipRecording {
  /** What was said, as a WAV file. */
  stop(): Promise<Blob>;
  cancel(): void;
}

/** Record from now on. Browsers record each in a kind of their own; what comes out is WAV. Rejects as `microphone` does. */
export async function recordClip(): Promise<ClipRecording> {
  const track = await microphone();
  const recorder = new MediaRecorder(new MediaStream([track]));
  const chunks: Blob[] = [];
  recorder.ondataavailable = ({ data }) => void chunks.push(data);
  recorder.start();
  const stopRecorder = () => {
    if (recorder.state !== 'inactive') recorder.stop();
    track.stop();
  };
  return {
    cancel: stopRecorder,
    stop: async () => {
      const stopped = new Promise((resolve) => (recorder.onstop = resolve));
      stopRecorder();
      await stopped;
      return asWav(await new Blob(chunks).arrayBuffer());
    },
  };
}

async function asWav(recorded: ArrayBuffer): Promise<Blob> {
  // A context of that rate decodes to it.
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  const sound = await context.decodeAudioData(recorded);
  return new Blob([encodeWav(sound.getChannelData(0), SAMPLE_RATE)], { type: 'audio/wav' });
}
