/** A tone of several frequencies with a cadence: seconds on and off, alternating. */
interface Tone {
  hertz: number[];
  rhythm: number[];
  volume: number;
}

/** Ringback is the 425 Hz of ETSI TR 101 041; the ringtone is our own. */
const TONES = {
  ringback: { hertz: [425], rhythm: [1, 4], volume: 0.12 },
  ringtone: { hertz: [660, 880], rhythm: [0.4, 0.2, 0.4, 2], volume: 0.35 },
  pickup: { hertz: [520, 660], rhythm: [0.15, 0.1, 0.15, 1.6], volume: 0.25 },
  waiting: { hertz: [425], rhythm: [0.2, 0.2, 0.2, 5], volume: 0.1 },
  busy: { hertz: [425], rhythm: [0.48, 0.48], volume: 0.12 },
} satisfies Record<string, Tone>;

export type ToneName = keyof typeof TONES;

/** DTMF frequencies (ITU-T Q.23). */
const KEYS: Record<string, [number, number]> = {
  '1': [697, 1209],
  '2': [697, 1336],
  '3': [697, 1477],
  '4': [770, 1209],
  '5': [770, 1336],
  '6': [770, 1477],
  '7': [852, 1209],
  '8': [852, 1336],
  '9': [852, 1477],
  '*': [941, 1209],
  '0': [941, 1336],
  '#': [941, 1477],
};

let shared: AudioContext | undefined;

function audioContext(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined;
  shared ??= new AudioContext();
  if (shared.state === 'suspended') void shared.resume().catch(() => undefined); // Until the first user gesture.
  return shared;
}

/** Start a tone. Returns the stop function. Synthesized, no file is loaded. */
export function playTone(name: ToneName): () => void {
  const audio = audioContext();
  if (!audio) return () => undefined;
  const { hertz, rhythm, volume } = TONES[name];
  const gain = new GainNode(audio, { gain: 0 });
  gain.connect(audio.destination);
  const oscillators = hertz.map((frequency) => new OscillatorNode(audio, { frequency }));
  for (const voice of oscillators) {
    voice.connect(gain);
    voice.start();
  }
  let scheduledUntil = audio.currentTime + 0.05;
  const schedule = () => {
    for (; scheduledUntil < audio.currentTime + 8;) {
      rhythm.forEach((seconds, index) => {
        gain.gain.setTargetAtTime(index % 2 ? 0 : volume / hertz.length, scheduledUntil, 0.012);
        scheduledUntil += seconds;
      });
    }
  };
  schedule();
  const timer = setInterval(schedule, 3000);
  return () => {
    clearInterval(timer);
    gain.gain.cancelScheduledValues(audio.currentTime);
    gain.gain.setTargetAtTime(0, audio.currentTime, 0.012);
    setTimeout(() => {
      for (const voice of oscillators) voice.stop();
      gain.disconnect();
    }, 100);
  };
}

/** Play the short local tone of a key. */
export function playKeyTone(key: string): void {
  const pair = KEYS[key];
  const audio = pair && audioContext();
  if (!audio) return;
  const gain = new GainNode(audio, { gain: 0.05 });
  gain.connect(audio.destination);
  for (const frequency of pair) {
    const oscillator = new OscillatorNode(audio, { frequency });
    oscillator.connect(gain);
    oscillator.start();
    oscillator.stop(audio.currentTime + 0.12);
  }
}
