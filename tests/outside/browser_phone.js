// A SIP phone in a page, built on JsSIP as used by the client; driven by tests/outside/browser.py.
/* global JsSIP */
const ICE_TIMEOUT_MS = 500
const MEDIA = { bundlePolicy: 'balanced', rtcpMuxPolicy: 'require' }
const UNPROCESSED_AUDIO = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }

function once(emitter, name) {
  return new Promise((resolve) => emitter.once(name, resolve))
}

/** A call with its event log and received media. */
class Call {
  constructor(session) {
    this.session = session
    this.log = []
    const tls = crypto.randomUUID().replaceAll('-', '')
    session.on('sdp', (event) => {
      if (event.originator === 'local')
        event.sdp = event.sdp.replaceAll(/(a=setup:\w+\r\n)/g, `$1a=tls-id:${tls}\r\n`)
      this.log.push(`${event.originator} ${event.type}`)
    })
    let timer
    session.on('icecandidate', ({ ready }) => (timer ??= setTimeout(ready, ICE_TIMEOUT_MS)))
    for (const name of ['progress', 'accepted', 'confirmed', 'reinvite', 'hold', 'unhold'])
      session.on(name, () => this.log.push(name))
    for (const name of ['ended', 'failed'])
      session.on(name, (event) => {
        this.cause = event.cause
        this.reason = event.message?.getHeader?.('Reason')
        this.log.push(name)
      })
    const attach = (pc) =>
      pc.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') this.#playAudio(track)
        else this.#playVideo(track)
      })
    session.on('peerconnection', ({ peerconnection }) => attach(peerconnection))
    if (session.connection) attach(session.connection)
  }

  #playAudio(track) {
    const stream = new MediaStream([track])
    const element = new Audio()
    element.srcObject = stream // without it Chromium decodes nothing
    element.play()
    this.audio = element
  }

  #playVideo(track) {
    const element = document.createElement('video')
    element.muted = true
    element.srcObject = new MediaStream([track])
    document.body.append(element)
    element.play()
    this.video = element
  }

  /** What decides whether a re-INVITE may be sent. */
  dialog() {
    const { status, _rtcReady, _dialog } = this.session
    return { status, rtcReady: _rtcReady, uac: _dialog?.uac_pending_reply, uas: _dialog?.uas_pending_reply, cause: this.cause }
  }

  async figures() {
    const connection = this.session.connection
    if (!connection) return {}
    const stats = { state: connection.connectionState, ice: connection.iceConnectionState, frames: 0, codecs: {} }
    const report = await connection.getStats()
    for (const each of report.values()) {
      if (each.type === 'transport') stats.packets = (stats.packets ?? 0) + each.packetsReceived
      if (each.type === 'transport') stats.way = report.get(report.get(each.selectedCandidatePairId)?.localCandidateId)?.candidateType
      if (each.type !== 'inbound-rtp') continue
      stats[each.kind] = each.packetsReceived
      stats.codecs[each.kind] = report.get(each.codecId)?.mimeType
      if (each.kind === 'video') stats.frames = each.framesDecoded
      if (each.kind === 'audio') stats.concealed = each.concealedSamples
    }
    return stats
  }
}

const phone = {
  calls: [],
  answers: false,
  video: false,
  iceServers: [],

  get call() {
    return this.calls.at(-1)
  },

  async api(method, path, body) {
    const headers = { 'Content-Type': 'application/json', ...(this.token && { Authorization: `Bearer ${this.token}` }) }
    const response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return response.status === 204 ? undefined : await response.json()
  },

  async signIn(code) {
    const secret = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    const device_secret = secret.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    const device = { name: 'A test', kind: 'mobile' }
    this.token = (await this.api('POST', '/sessions/by-code', { code, device_secret, device, keep: 'token' })).token
  },

  /** Register with a JsSIP configuration without socket; return the result. */
  async start(configuration) {
    const socket = new JsSIP.WebSocketInterface(`${location.protocol.replace('http', 'ws')}//${location.host}/sip`)
    this.ua = new JsSIP.UA({
      sockets: [socket],
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 2,
      ...configuration,
    })
    this.ua.on('newRTCSession', ({ session, originator }) => {
      this.calls.push(new Call(session))
      if (originator === 'remote' && this.answers) setTimeout(() => this.answer(), 50)
    })
    const result = Promise.race([
      once(this.ua, 'registered').then(() => 'registered'),
      once(this.ua, 'registrationFailed').then((event) => `${event.response?.status_code ?? ''} ${event.cause}`),
      once(this.ua, 'disconnected').then((event) => `disconnected ${event.code ?? ''} ${event.reason ?? ''}`),
      new Promise((resolve) => setTimeout(() => resolve('nothing happened'), 10000)),
    ])
    this.ua.start()
    return await result
  },

  options(video) {
    return {
      mediaConstraints: { audio: UNPROCESSED_AUDIO, video: video && { width: 320, height: 240, frameRate: 15 } },
      pcConfig: { iceServers: this.iceServers, ...MEDIA, ...this.connection },
      sessionTimersExpires: 120,
    }
  },

  dial(number, video = false) {
    this.ua.call(number, this.options(video))
  },

  answer() {
    this.call.session.answer(this.options(this.video))
  },

  /** Replace the WebSocket, as a phone that changes its network. */
  async changeNetworks() {
    const disconnected = once(this.ua, 'disconnected')
    this.ua._transport.socket._ws.close()
    await disconnected
    return await once(this.ua, 'registered').then(() => 'registered')
  },

  async stop() {
    const disconnected = once(this.ua, 'disconnected')
    this.ua.stop()
    await disconnected
  },

  /** Register with a new token; resolves with whether it succeeded. */
  async registerAgain() {
    try {
      const access = await this.api('POST', '/me/sip-access')
      this.ua.set('authorization_jwt', `Bearer ${access.bearer}`)
    } catch {
      return false
    }
    if (this.ua.isConnected() && !this.ua.isRegistered()) this.ua.register()
    await new Promise((resolve) => setTimeout(resolve, 300))
    return this.ua.isRegistered()
  },

  restartIce() {
    return new Promise((resolve) => {
      const options = { rtcOfferConstraints: { iceRestart: true } }
      if (!this.call.session.renegotiate(options, () => resolve(true), () => resolve(false))) resolve(false)
    })
  },
}
globalThis.phone = phone
