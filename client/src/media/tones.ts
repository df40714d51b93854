/** A tone made of frequencies, in a rhythm: seconds on and off, by turns, for ever. */
interface Tune {
  hertz: number[];
  rhythm: number[];
  volume: number;
}

/** Ringing back is the 425 Hz of ETSI TR 101 041; the ringtone is the product's own. */
const TUNES = {
  ringback: { hertz: [425], rhythm: [1, 4], volume: 0.12 },
  ringtone: { hertz: [660, 880], rhythm: [0.4, 0.2, 0.4, 2], volume: 0.35 },
  waiting: { hertz: [425], rhythm: [0.2, 0.2, 0.2, 5], volume: 0.1 },
  busy: { hertz: [425], rhythm: [0.48, 0.48], volume: 0.12 },
} satisfies Record<string, Tune>;

export type TuneName = keyof typeof TUNES;

/** Low and high frequency of each key (ITU-T Q.23). */
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

function context(): AudioContext | undefined {
  if (typeof AudioContext === 'undefined') return undefined;
  shared ??= new AudioContext();
  if (shared.state === 'suspended') void shared.resume().catch(() => undefined); // Until the page was touched once.
  return shared;
}

/** Begin a tune; returns how to end it. Made here, no file is fetched. */
export function play(name: TuneName): () => void {
  const here = context();
  if (!here) return () => undefined;
  const { hertz, rhythm, volume } = TUNES[name];
  const gain = new GainNode(here, { gain: 0 });
  gain.connect(here.destination);
  const voices = hertz.map((frequency) => new OscillatorNode(here, { frequency }));
  for (const voice of voices) {
    voice.connect(gain);
    voice.start();
  }
  let until = here.currentTime + 0.05;
  const fill = () => {
    for (; until < here.currentTime + 8;) {
      rhythm.forEach((seconds, index) => {
        gain.gain.setTargetAtTime(index % 2 ? 0 : volume / hertz.length, until, 0.012);
        until += seconds;
      });
    }
  };
  fill();
  const filling = setInterval(fill, 3000);
  return () => {
    clearInterval(filling);
    gain.gain.cancelScheduledValues(here.currentTime);
    gain.gain.setTargetAtTime(0, here.currentTime, 0.012);
    setTimeout(() => {
      for (const voice of voices) voice.stop();
      gain.disconnect();
    }, 100);
  };
}

/** The short tone of a key, for the person's own ear. */
export function click(key: string): void {
  const pair = KEYS[key];
  const here = pair && context();
  if (!here) return;
  const gain = new GainNode(here, { gain: 0.05 });
  gain.connect(here.destination);
  for (const frequency of pair) {
    const voice = new OscillatorNode(here, { frequency });
    voice.connect(gain);
    voice.start();
    voice.stop(here.currentTime + 0.12);
  }
}
