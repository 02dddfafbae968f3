// socketio.js -- a small client of Socket.IO 5 over Engine.IO 4: one namespace, text only.
//
//      const socket = connect('/chat', () => ({nickname: 'Ann'}));
//      socket.on('message', text => ...);
//      socket.emit('message', 'hi', answer => ...);
//
// It is the twin of client/socketio.c: WebSocket, or polling where that does not get
// through; it comes back after a cut, and keeps what was emitted meanwhile.
'use strict';

const [OPEN, CLOSE, PING, PONG, MESSAGE] = '01234';
const [CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR] = '01234';
const SEPARATOR = '\x1e';
const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 5000;

// ------------------------------------------------------ what carries packets

// Each has send(packet) and close(), and calls on.packet and, once, on.end.
function overWebSocket(on) {
  const url = new URL('/socket.io/?EIO=4&transport=websocket', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.onmessage = event => on.packet(event.data);
  socket.onclose = () => on.end();
  return {send: packet => socket.send(packet), close: () => socket.close()};
}

function overPolling(on) {
  const url = '/socket.io/?EIO=4&transport=polling';
  const leaving = new AbortController();
  let session = '', waiting = [], isPosting = false;

  async function ask(options) {
    const response = await fetch(url + session,
                                 {...options, cache: 'no-store', signal: leaving.signal});
    if (!response.ok)
      throw new Error(`status ${response.status}`);
    return response.text();
  }
  async function post() {
    if (isPosting)
      return;
    isPosting = true;
    while (waiting.length > 0)
      await ask({method: 'POST', body: waiting.splice(0).join(SEPARATOR)});
    isPosting = false;
  }
  async function poll() {
    while (!leaving.signal.aborted)
      for (const packet of (await ask()).split(SEPARATOR)) {
        if (packet[0] === OPEN)
          session = `&sid=${JSON.parse(packet.slice(1)).sid}`;
        on.packet(packet);
      }
  }
  function end() {
    leaving.abort();
    on.end();
  }
  poll().catch(end);
  return {
    send(packet) { waiting.push(packet); post().catch(end); },
    close: end,
  };
}

// ------------------------------------------------------ the socket

class Socket {
  #namespace; #auth; #handlers = new Map(); #answers = new Map();
  #waiting = []; #nextId = 0; #failures = 0; #carrier; #patience; #watchdog;
  connected = false;

  constructor(namespace, auth) {
    this.#namespace = namespace;
    this.#auth = auth;
    this.#open(overWebSocket);
  }

  on(event, handler) {
    this.#handlers.set(event, handler);
  }

  // A function as the last argument gets the acknowledgement.
  emit(event, ...args) {
    let id = '';
    if (typeof args.at(-1) === 'function') {
      id = this.#nextId++;
      this.#answers.set(String(id), args.pop());
    }
    const packet = EVENT + this.#namespace + ',' + id + JSON.stringify([event, ...args]);
    if (this.connected)
      this.#send(packet);
    else
      this.#waiting.push(packet);
  }

  // What is only worth saying now.
  emitVolatile(event, ...args) {
    if (this.connected)
      this.emit(event, ...args);
  }

  #send(packet) {
    this.#carrier.send(MESSAGE + packet);
  }

  #tell(event, ...args) {
    this.#handlers.get(event)?.(...args);
  }

  // A WebSocket that ends before its handshake did not get through: poll, this time.
  #open(carry) {
    let hasOpened = false;
    const on = {
      packet: packet => {
        if (carrier !== this.#carrier)
          return;
        hasOpened = true;
        this.#packet(packet);
      },
      end: () => {
        if (carrier !== this.#carrier)
          return;
        this.#carrier = null;
        if (!hasOpened && carry === overWebSocket)
          this.#open(overPolling);
        else
          this.#lost();
      },
    };
    const carrier = this.#carrier = carry(on);
  }

  #packet(packet) {
    const data = packet.slice(1);
    if (packet[0] === OPEN) {
      const {pingInterval, pingTimeout} = JSON.parse(data);
      this.#patience = pingInterval + pingTimeout;
      this.#send(CONNECT + this.#namespace + ',' + JSON.stringify(this.#auth()));
    } else if (packet[0] === PING) {
      this.#carrier.send(PONG + data);
    } else if (packet[0] === MESSAGE) {
      this.#message(data);
    } else if (packet[0] === CLOSE) {
      this.#carrier.close();
    }
    if (this.#carrier !== null)
      this.#watch();
  }

  // The server pings: when it has been silent for so long, it is gone.
  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#carrier?.close(), this.#patience);
  }

  #message(text) {
    const [, type, namespace, id, json] = text.match(/^(\d)(\/[^,]*)?,?(\d*)(.*)$/s);
    const data = json === '' ? undefined : JSON.parse(json);
    if ((namespace ?? '/') !== this.#namespace)
      return;
    if (type === CONNECT) {
      this.#joined();
    } else if (type === EVENT) {
      this.#tell(...data);
    } else if (type === ACK) {
      this.#answers.get(id)?.(...data);
      this.#answers.delete(id);
    } else if (type === CONNECT_ERROR) {
      this.#leave('connect_error', data);
    } else if (type === DISCONNECT) {
      this.#leave('disconnect', 'io server disconnect');
    }
  }

  // The server does not want us here: coming back would not change that.
  #leave(event, why) {
    const carrier = this.#carrier;
    this.connected = false;
    this.#carrier = null;
    clearTimeout(this.#watchdog);
    carrier.close();
    this.#tell(event, why);
  }

  #joined() {
    this.connected = true;
    this.#failures = 0;
    this.#tell('connect');
    for (const packet of this.#waiting.splice(0))
      this.#send(packet);
  }

  // Come back, later each time, and not all at the same moment.
  #lost() {
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.#failures++, LONGEST_WAIT_MS);
    this.connected = false;
    clearTimeout(this.#watchdog);
    this.#tell('disconnect', 'transport close');
    setTimeout(() => this.#open(overWebSocket), wait * (0.5 + Math.random()));
  }
}

const connect = (namespace, auth) => new Socket(namespace, auth);
