// What a client's calls send and receive, told to tests/outside/client_phone.py. Put into the page before the client's own
// scripts: it changes nothing but the microphone's processing, which would take a steady tone for noise.
;(() => {
  const connections = []
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...how) {
      super(...how)
      connections.push(this)
    }
  }
  const sockets = []
  window.WebSocket = class extends WebSocket {
    constructor(url, ...how) {
      super(url, ...how)
      if (String(url).endsWith('/sip')) sockets.push(this)
    }
  }
  const { mediaDevices } = navigator
  const open = mediaDevices?.getUserMedia.bind(mediaDevices)
  const asItIs = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  if (open) mediaDevices.getUserMedia = (how) => open(how.audio ? { ...how, audio: asItIs } : how)

  let recording
  const play = HTMLMediaElement.prototype.play
  HTMLMediaElement.prototype.play = function () {
    if (this.src.startsWith('blob:')) recording = this
    return play.call(this)
  }
  const alive = () => connections.filter((each) => each.connectionState !== 'closed')

  window.ears = {
    /** Of what is played that was recorded: where it is, seconds, and how fast. */
    recording() {
      return { at: recording?.currentTime ?? 0, speed: !recording || recording.paused ? 0 : recording.playbackRate }
    },
    /** Of the newest call: packets of sound received, pictures decoded, codecs. */
    async figures() {
      const found = { ice: '', audio: 0, frames: 0, codecs: {} }
      const connection = alive().at(-1)
      if (!connection) return found
      found.ice = connection.iceConnectionState
      const report = await connection.getStats()
      for (const each of report.values()) {
        if (each.type === 'transport') found.way = report.get(report.get(each.selectedCandidatePairId)?.localCandidateId)?.address
        if (each.type !== 'inbound-rtp') continue
        found.codecs[each.kind] = report.get(each.codecId)?.mimeType
        if (each.kind === 'video') found.frames += each.framesDecoded ?? 0
        else found.audio += each.packetsReceived
      }
      return found
    },
    /** How many telephone connections to the server there were so far. */
    sockets: () => sockets.length,
    /** Lose the newest, as when a network goes away that had it. */
    cut: () => sockets.at(-1).close(),
  }
})()
