// A telephone in a page, made of JsSIP as the client uses it; driven and asked by tests/outside/browser.py.
/* global JsSIP */
const ICE_PATIENCE = 500
const MEDIA = { bundlePolicy: 'balanced', rtcpMuxPolicy: 'require' }
const SOUND = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }

function once(emitter, name) {
  return new Promise((resolve) => emitter.once(name, resolve))
}

/** What a call did, and what is seen and heard of it. */
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
    session.on('icecandidate', ({ ready }) => (timer ??= setTimeout(ready, ICE_PATIENCE)))
    for (const name of ['progress', 'accepted', 'confirmed', 'reinvite', 'hold', 'unhold'])
      session.on(name, () => this.log.push(name))
    for (const name of ['ended', 'failed'])
      session.on(name, (event) => {
        this.cause = event.cause
        this.reason = event.message?.getHeader?.('Reason')
        this.log.push(name)
      })
    const heard = (pc) =>
      pc.addEventListener('track', ({ track }) => {
        if (track.kind === 'audio') this.#listen(track)
        else this.#watch(track)
      })
    session.on('peerconnection', ({ peerconnection }) => heard(peerconnection))
    if (session.connection) heard(session.connection)
  }

  #listen(track) {
    const stream = new MediaStream([track])
    const element = new Audio()
    element.srcObject = stream // without it Chromium decodes nothing
    element.play()
    this.audio = element
  }

  #watch(track) {
    const element = document.createElement('video')
    element.muted = true
    element.srcObject = new MediaStream([track])
    document.body.append(element)
    element.play()
    this.video = element
  }

  async figures() {
    const connection = this.session.connection
    if (!connection) return {}
    const found = { state: connection.connectionState, ice: connection.iceConnectionState, frames: 0, codecs: {} }
    const report = await connection.getStats()
    for (const each of report.values()) {
      if (each.type === 'transport') found.packets = (found.packets ?? 0) + each.packetsReceived
      if (each.type === 'transport') found.way = report.get(report.get(each.selectedCandidatePairId)?.localCandidateId)?.candidateType
      if (each.type !== 'inbound-rtp') continue
      found[each.kind] = each.packetsReceived
      found.codecs[each.kind] = report.get(each.codecId)?.mimeType
      if (each.kind === 'video') found.frames = each.framesDecoded
      if (each.kind === 'audio') found.concealed = each.concealedSamples
    }
    return found
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
    const answer = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.status === 204 ? undefined : await answer.json()
  },

  async signIn(code) {
    const secret = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32))))
    const device_secret = secret.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    const device = { name: 'A test', kind: 'mobile' }
    this.token = (await this.api('POST', '/sessions/by-code', { code, device_secret, device, keep: 'token' })).token
  },

  /** Register; `how` is a JsSIP configuration without its socket. Says how that went. */
  async start(how) {
    const socket = new JsSIP.WebSocketInterface(`ws://${location.host}/sip`)
    this.ua = new JsSIP.UA({
      sockets: [socket],
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 2,
      ...how,
    })
    this.ua.on('newRTCSession', ({ session, originator }) => {
      this.calls.push(new Call(session))
      if (originator === 'remote' && this.answers) setTimeout(() => this.answer(), 50)
    })
    const said = Promise.race([
      once(this.ua, 'registered').then(() => 'registered'),
      once(this.ua, 'registrationFailed').then((event) => `${event.response?.status_code ?? ''} ${event.cause}`),
      once(this.ua, 'disconnected').then((event) => `disconnected ${event.code ?? ''} ${event.reason ?? ''}`),
      new Promise((resolve) => setTimeout(() => resolve('nothing happened'), 10000)),
    ])
    this.ua.start()
    return await said
  },

  options(video) {
    return {
      mediaConstraints: { audio: SOUND, video: video && { width: 320, height: 240, frameRate: 15 } },
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

  connectBoth() {
    const [{ session: first }, { session: second }] = this.calls
    first.refer(second.remote_identity.uri, { replaces: second })
  },

  /** Add a picture to the call; whether the other side agreed to the change. */
  async show() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240, frameRate: 15 } })
    const connection = this.call.session.connection
    connection.addTrack(stream.getVideoTracks()[0], stream)
    return await new Promise((resolve) => {
      if (!this.call.session.renegotiate({}, () => resolve(true), () => resolve(false))) resolve(false)
    })
  },

  /** Another WebSocket takes the place of this one, as when a telephone changes its network. */
  async changeNetworks() {
    const gone = once(this.ua, 'disconnected')
    this.ua._transport.socket._ws.close()
    await gone
    return await once(this.ua, 'registered').then(() => 'registered')
  },

  async stop() {
    const gone = once(this.ua, 'disconnected')
    this.ua.stop()
    await gone
  },

  /** Whether it is registered with a proof of now. */
  async comeBack() {
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

  beginIceAnew() {
    return new Promise((resolve) => {
      const options = { rtcOfferConstraints: { iceRestart: true } }
      if (!this.call.session.renegotiate(options, () => resolve(true), () => resolve(false))) resolve(false)
    })
  },
}
globalThis.phone = phone
