// Connections, a camera and statistics that repeat exactly, in place of those of the browser.
(() => {
  const PACKETS_PER_READING = 25
  const ENDLESS_MS = 3000

  /** A face of flat colours as the track of a camera. */
  const draw = (wall, coat, skin, hair) => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 640, height: 480})
    const paint = canvas.getContext('2d')
    const shape = (colour, path) => {
      paint.fillStyle = colour
      paint.beginPath()
      path()
      paint.fill()
    }
    const paintAll = () => {
      shape(wall, () => paint.rect(0, 0, 640, 480))
      shape('#ffffff', () => paint.rect(40, 30, 150, 190))
      shape(coat, () => paint.ellipse(320, 480, 170, 160, 0, 0, 7))
      shape(hair, () => paint.ellipse(320, 185, 92, 108, 0, 0, 7))
      shape(skin, () => paint.ellipse(320, 215, 76, 92, 0, 0, 7))
    }
    paintAll()
    setInterval(paintAll, 200)
    return canvas.captureStream(5).getVideoTracks()[0]
  }
  const silence = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0]
  const REMOTE = {audio: silence, video: () => draw('#cfe0dc', '#8a4b2f', '#c68b62', '#26201d')}

  class RecordedConnection extends EventTarget {
    iceGatheringState = 'complete'
    iceConnectionState = 'new'
    connectionState = 'new'
    signalingState = 'stable'
    localDescription = null
    remoteDescription = null
    #transceivers = []
    #packets = 0

    addTrack(track) {
      return this.addTransceiver(track).sender
    }

    addTransceiver(track, {direction = 'sendrecv'} = {}) {
      const sender = {track, replaceTrack: async (other) => void (sender.track = other)}
      const receiver = {track: REMOTE[track.kind]()}
      this.#transceivers.push({sender, receiver, direction, currentDirection: null})
      return this.#transceivers.at(-1)
    }

    getTransceivers = () => this.#transceivers
    getSenders = () => this.#transceivers.map(({sender}) => sender)
    getReceivers = () => this.#transceivers.map(({receiver}) => receiver)
    createOffer = async () => ({type: 'offer', sdp: this.#sdp()})
    createAnswer = async () => ({type: 'answer', sdp: this.#sdp()})
    addIceCandidate = async () => undefined

    #sdp() {
      const head = ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 't=0 0']
      const media = this.#transceivers.flatMap(({receiver, direction}, mid) => [
        `m=${receiver.track.kind} 9 UDP/TLS/RTP/SAVPF 111`, 'c=IN IP4 192.0.2.1', `a=mid:${mid}`, `a=${direction}`,
        'a=setup:actpass', 'a=rtcp-mux', 'a=rtpmap:111 opus/48000/2',
      ])
      return [...head, ...media, ''].join('\r\n')
    }

    async setLocalDescription(description) {
      this.localDescription = description
      this.#changed(description.type === 'offer' ? 'have-local-offer' : 'stable')
    }

    async setRemoteDescription(description) {
      this.remoteDescription = description
      this.#changed(description.type === 'offer' ? 'have-remote-offer' : 'stable')
    }

    #changed(state) {
      this.signalingState = state
      if (state === 'stable') {
        const begun = this.#transceivers.filter(({currentDirection}) => currentDirection === null)
        for (const each of this.#transceivers) each.currentDirection = each.direction
        for (const {receiver} of begun) this.dispatchEvent(Object.assign(new Event('track'), {track: receiver.track}))
        this.iceConnectionState = this.connectionState = 'connected'
      }
      this.dispatchEvent(new Event('signalingstatechange'))
      this.dispatchEvent(new Event('iceconnectionstatechange'))
    }

    async getStats() {
      this.#packets += PACKETS_PER_READING
      const [packetsReceived, packetsLost] = [this.#packets, 0]
      return new Map(Object.entries({
        audio: {type: 'inbound-rtp', kind: 'audio', packetsReceived, packetsLost, jitter: 0.004, codecId: 'codec', transportId: 'way'},
        codec: {type: 'codec', mimeType: 'audio/opus'},
        way: {type: 'transport', dtlsState: 'connected', srtpCipher: 'AEAD_AES_256_GCM', tlsVersion: 'FEFD'},
        pair: {type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.023, responsesReceived: this.#packets},
      }).map(([id, each]) => [id, {id, ...each}]))
    }

    close() {
      this.signalingState = this.connectionState = 'closed'
    }
  }

  const {mediaDevices} = navigator
  mediaDevices.getUserMedia = async ({video}) =>
    new MediaStream([video ? draw('#f3dcc0', '#0b5563', '#e9b996', '#5b3a29') : silence()])
  window.RTCPeerConnection = RecordedConnection

  // Texts that go away by themselves stay, and controls do not fade.
  const start = window.setTimeout.bind(window)
  window.setTimeout = (task, delay = 0, ...rest) => (delay < ENDLESS_MS ? start(task, delay, ...rest) : 0)
})()
