/** Connections to the phone system that carry one video in one direction. The server removes all codecs except VP8. */

/** How well a video has to be sent: for a large tile, for a small one, or not at all while it is not shown. */
export type VideoQuality = 'off' | 'low' | 'high';

interface Limits {
  /** Pixels of the longer side. */
  size: number;
  maxBitrate: number;
  maxFramerate: number;
}

const CAMERA: Record<'low' | 'high', Limits> = {
  low: { size: 320, maxBitrate: 150_000, maxFramerate: 15 },
  high: { size: 1280, maxBitrate: 1_500_000, maxFramerate: 30 },
};
/** Text has to be legible, so the size of a screen is never reduced. */
const SCREEN: Limits = { size: Infinity, maxBitrate: 2_500_000, maxFramerate: 15 };

/** The encoding of a video in a quality. `size`: pixels of its longer side. */
export function encodingFor(
  source: 'camera' | 'screen',
  quality: VideoQuality,
  size: number,
): RTCRtpEncodingParameters {
  const limits = source === 'screen' ? SCREEN : CAMERA[quality === 'high' ? 'high' : 'low'];
  return {
    active: quality !== 'off',
    maxBitrate: limits.maxBitrate,
    maxFramerate: limits.maxFramerate,
    scaleResolutionDownBy: Math.max(1, size / limits.size),
  };
}

/** Apply a quality to a sender. Without effect before its negotiation, which is followed by another call. */
export async function applyQuality(
  sender: RTCRtpSender,
  source: 'camera' | 'screen',
  quality: VideoQuality,
): Promise<void> {
  const parameters = sender.getParameters();
  const [encoding] = parameters.encodings;
  if (!encoding) return;
  const { width = 0, height = 0 } = sender.track?.getSettings() ?? {};
  Object.assign(encoding, encodingFor(source, quality, Math.max(width, height)));
  await sender.setParameters(parameters).catch(() => undefined); // Closed meanwhile.
}

/** Offer VP8 only, so that the server does not have to remove other codecs. */
function preferVp8(transceiver: RTCRtpTransceiver): void {
  const codecs = globalThis.RTCRtpSender?.getCapabilities?.('video')?.codecs ?? [];
  const chosen = codecs.filter((each) => /\/(VP8|rtx)$/i.test(each.mimeType));
  if (chosen.length) transceiver.setCodecPreferences(chosen);
}

/** Prepare the sending of a track: the transceiver, and the offer. */
export async function offerTrack(connection: RTCPeerConnection, track: MediaStreamTrack): Promise<string> {
  const transceiver = connection.addTransceiver(track, { direction: 'sendonly' });
  preferVp8(transceiver);
  await connection.setLocalDescription();
  return connection.localDescription!.sdp;
}

/** Accept an offered video: the answer, and the stream that it brings. */
export async function acceptOffer(
  connection: RTCPeerConnection,
  sdp: string,
): Promise<{ sdp: string; stream: MediaStream }> {
  await connection.setRemoteDescription({ type: 'offer', sdp });
  const stream = new MediaStream(connection.getReceivers().map((each) => each.track));
  await connection.setLocalDescription();
  return { sdp: connection.localDescription!.sdp, stream };
}
