// Exposes the media statistics of a client's calls to tests/outside/client_phone.py. Loaded before the client's own scripts;
// it only disables the audio processing of the microphone, which would suppress a steady tone as noise.
;(() => {
  const connections = []
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args)
      connections.push(this)
    }
  }
  const sockets = []
  window.WebSocket = class extends WebSocket {
    constructor(url, ...args) {
      super(url, ...args)
      if (String(url).endsWith('/sip')) sockets.push(this)
    }
  }
  const { mediaDevices } = navigator
  const open = mediaDevices?.getUserMedia.bind(mediaDevices)
  const unprocessed = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  if (open) mediaDevices.getUserMedia = (constraints) =>
    open(constraints.audio ? { ...constraints, audio: unprocessed } : constraints)

  let recording
  const play = HTMLMediaElement.prototype.play
  HTMLMediaElement.prototype.play = function () {
    if (this.src.startsWith('blob:')) recording = this
    return play.call(this)
  }
  const openConnections = () => connections.filter((each) => each.connectionState !== 'closed')

  window.mediaProbe = {
    /** Playback of a recording: position in seconds, and speed, also once it has ended. */
    recording() {
      return { at: recording?.currentTime ?? 0, speed: recording?.playbackRate ?? 0 }
    },
    /** Newest call: audio packets received, video frames decoded, codecs, DTLS state and SRTP cipher by transport. */
    async figures() {
      const stats = { ice: '', audio: 0, frames: 0, codecs: {}, dtls: [] }
      const connection = openConnections().at(-1)
      if (!connection) return stats
      stats.ice = connection.iceConnectionState
      const report = await connection.getStats()
      for (const each of report.values()) {
        if (each.type === 'transport') {
          stats.way = report.get(report.get(each.selectedCandidatePairId)?.localCandidateId)?.address
          stats.dtls.push([each.dtlsState, each.srtpCipher])
        }
        if (each.type !== 'inbound-rtp') continue
        stats.codecs[each.kind] = report.get(each.codecId)?.mimeType
        if (each.kind === 'video') stats.frames += each.framesDecoded ?? 0
        else stats.audio += each.packetsReceived
      }
      return stats
    },
    /** Take the camera away, as unplugging it does. */
    loseCamera() {
      const senders = openConnections().at(-1).getSenders()
      senders.find((each) => each.track?.kind === 'video').track.dispatchEvent(new Event('ended'))
    },
    /** Number of SIP WebSockets opened so far. */
    sockets: () => sockets.length,
    /** Close the newest one, as a lost network would. */
    cut: () => sockets.at(-1).close(),
  }
})()
