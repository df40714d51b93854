import { Speaker } from './speaker';

/** Play a repeating test chime on the selected speaker. Returns the stop function. */
export function chime(): () => void {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const gain = new GainNode(context, { gain: 0 });
  gain.connect(out);
  const voice = new OscillatorNode(context, { type: 'triangle' });
  voice.connect(gain);
  [523.25, 659.25, 783.99].forEach((hertz, index) => {
    for (let round = 0; round < 30; round += 1) {
      const at = 0.05 + round * 1.6 + index * 0.3;
      voice.frequency.setValueAtTime(hertz, at);
      gain.gain.setTargetAtTime(0.25, at, 0.01);
      gain.gain.setTargetAtTime(0, at + 0.22, 0.04);
    }
  });
  voice.start();
  const speaker = new Speaker();
  speaker.play(out.stream);
  void context.resume().catch(() => undefined);
  return () => {
    speaker.close();
    void context.close();
  };
}
