import { microphone } from './capture';
import { encodeWav } from './wav';

/** Samples per second, as required for prompts. */
const SAMPLE_RATE = 16_000;

/** A recording from the microphone in progress. */
export interface ClipRecording {
  /** Stop and return the clip as a WAV file. */
  stop(): Promise<Blob>;
  cancel(): void;
}

/** Start recording. Browsers record in different formats; the result is always WAV. Rejects as `microphone` does. */
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
  // The context decodes to its own sample rate.
  const context = new OfflineAudioContext(1, 1, SAMPLE_RATE);
  const sound = await context.decodeAudioData(recorded);
  return new Blob([encodeWav(sound.getChannelData(0), SAMPLE_RATE)], { type: 'audio/wav' });
}
