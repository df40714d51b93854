import { microphone } from './capture';
import { watchLevel } from './level';

/** In the order of preference: Opus, and what Safari has. */
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4'];
const BITS_PER_SECOND = 32_000;
/** Peak levels of a message. */
const PEAKS = 64;

export interface VoiceClip {
  blob: Blob;
  seconds: number;
  /** From start to end, 0 to 100. */
  peaks: number[];
}

export interface VoiceRecording {
  stop(): Promise<VoiceClip>;
  cancel(): void;
}

/** Record a message. Rejects as `microphone` does. */
export async function recordVoice(): Promise<VoiceRecording> {
  const track = await microphone();
  const mimeType = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(new MediaStream([track]), { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
  const chunks: Blob[] = [];
  const levels: number[] = [];
  recorder.ondataavailable = ({ data }) => void chunks.push(data);
  const stopped = new Promise<void>((resolve) => (recorder.onstop = () => resolve()));
  const stopMeter = watchLevel(track, (level) => void levels.push(level));
  const started = performance.now();
  recorder.start(1000);
  const end = () => {
    stopMeter();
    if (recorder.state !== 'inactive') recorder.stop();
    track.stop();
  };
  return {
    cancel: end,
    async stop() {
      const seconds = Math.round((performance.now() - started) / 100) / 10;
      end();
      await stopped;
      const type = recorder.mimeType.split(';')[0];
      return { blob: new Blob(chunks, { type }), seconds, peaks: peaksOf(levels, PEAKS) };
    },
  };
}

/** Reduce levels, 0 to 1, to at most `count` peaks, 0 to 100. */
export function peaksOf(levels: readonly number[], count: number): number[] {
  const bars = Math.min(count, levels.length);
  return Array.from({ length: bars }, (_, place) => {
    const from = Math.floor((place * levels.length) / bars);
    const to = Math.max(from + 1, Math.floor(((place + 1) * levels.length) / bars));
    return Math.round(Math.max(...levels.slice(from, to)) * 100);
  });
}
