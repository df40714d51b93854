import workletUrl from '@sapphi-red/web-noise-suppressor/rnnoiseWorklet.js?url';
import wasmUrl from '@sapphi-red/web-noise-suppressor/rnnoise_simd.wasm?url';

const NAME = '@sapphi-red/web-noise-suppressor/rnnoise';
/** RNNoise works at this rate only, in Hz. */
const SAMPLE_RATE = 48_000;
/** The suppressor is silent until it has compiled its program: the voice passes beside it for this long, in seconds. */
const WARM_UP = 0.2;
const FADE = 0.03;

/** A microphone, with a way around the suppressor and one through it. */
interface MicrophonePath {
  track: MediaStreamTrack;
  source: MediaStreamAudioSourceNode;
  direct: GainNode;
  cleaned: GainNode;
  suppressor?: AudioWorkletNode;
}

/** Makes the sound that is sent: the voice, without background noise if wanted, and the sound of a shared screen. */
export class SoundProcessor {
  readonly #context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 'interactive' });
  readonly #output = new MediaStreamAudioDestinationNode(this.#context, {
    channelCount: 1,
    channelCountMode: 'explicit',
  });
  #voice: MicrophonePath | undefined;
  #screen: { track: MediaStreamTrack; source: MediaStreamAudioSourceNode } | undefined;
  #program: Promise<ArrayBuffer> | undefined;

  get track(): MediaStreamTrack {
    return this.#output.stream.getAudioTracks()[0]!;
  }

  /** Send a microphone, and the sound of a shared screen. Throws if the browser cannot mix them. */
  connect(microphone: MediaStreamTrack, screen: MediaStreamTrack | undefined): void {
    void this.#context.resume();
    this.#useMicrophone(microphone);
    this.#useScreen(screen);
  }

  /** Suppress background noise of the microphone. Rejects if that cannot be loaded; the voice is sent as it is then. */
  async suppress(on: boolean): Promise<void> {
    if (!on) return this.#bypass();
    const program = await (this.#program ??= this.#load());
    if (this.#voice && !this.#voice.suppressor) this.#suppress(this.#voice, program);
  }

  close(): void {
    this.#endVoice();
    void this.#context.close();
  }

  #useMicrophone(track: MediaStreamTrack): void {
    if (this.#voice?.track === track) return;
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    const direct = this.#context.createGain();
    const cleaned = new GainNode(this.#context, { gain: 0 });
    source.connect(direct).connect(this.#output);
    cleaned.connect(this.#output);
    this.#endVoice();
    this.#voice = { track, source, direct, cleaned };
  }

  #endVoice(): void {
    if (!this.#voice) return;
    this.#bypass();
    this.#voice.source.disconnect();
    this.#voice.direct.disconnect();
    this.#voice.cleaned.disconnect();
    this.#voice = undefined;
  }

  #useScreen(track: MediaStreamTrack | undefined): void {
    if (this.#screen?.track === track) return;
    this.#screen?.source.disconnect();
    const source = track && this.#context.createMediaStreamSource(new MediaStream([track]));
    source?.connect(this.#output);
    this.#screen = track && source && { track, source };
  }

  #suppress(voice: MicrophonePath, program: ArrayBuffer): void {
    voice.suppressor = new AudioWorkletNode(this.#context, NAME, {
      channelCount: 1,
      channelCountMode: 'explicit',
      outputChannelCount: [1],
      processorOptions: { maxChannels: 1, wasmBinary: program },
    });
    voice.source.connect(voice.suppressor).connect(voice.cleaned);
    const start = this.#context.currentTime + WARM_UP;
    voice.direct.gain.setValueAtTime(1, start).linearRampToValueAtTime(0, start + FADE);
    voice.cleaned.gain.setValueAtTime(0, start).linearRampToValueAtTime(1, start + FADE);
  }

  #bypass(): void {
    const { suppressor, direct, cleaned } = this.#voice ?? {};
    if (!suppressor || !direct || !cleaned) return;
    for (const [node, gain] of [
      [direct, 1],
      [cleaned, 0],
    ] as const) {
      node.gain.cancelScheduledValues(0);
      node.gain.value = gain;
    }
    this.#voice!.source.disconnect(suppressor);
    suppressor.port.postMessage('destroy');
    suppressor.disconnect();
    this.#voice!.suppressor = undefined;
  }

  async #load(): Promise<ArrayBuffer> {
    try {
      const [program] = await Promise.all([fetchProgram(), this.#context.audioWorklet.addModule(workletUrl)]);
      return program;
    } catch (fault) {
      this.#program = undefined; // tried again when it is switched on next
      throw fault;
    }
  }
}

/** The suppressor would be silent with a program that the browser cannot run. */
async function fetchProgram(): Promise<ArrayBuffer> {
  const answer = await fetch(wasmUrl);
  const program = await answer.arrayBuffer();
  if (!answer.ok || !WebAssembly.validate(program)) throw new Error('the noise suppressor cannot be loaded');
  return program;
}
