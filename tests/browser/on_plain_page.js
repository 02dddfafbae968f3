// on_plain_page.js -- what a page does that does nothing by itself. Every function
// answers with a text.
'use strict';

const PATIENCE_MS = 8000; // then what there is has to do

const pause = ms => new Promise(resolve => setTimeout(resolve, ms, 'over'));

// What has arrived. first(n) waits until there are n, and gives all that there are.
class Inbox {
  items = [];
  #waiting = [];

  put(item) {
    this.items.push(item);
    this.#waiting.splice(0).forEach(wake => wake());
  }

  async first(count) {
    const over = pause(PATIENCE_MS);
    while (this.items.length < count)
      if (await Promise.race([over, new Promise(wake => this.#waiting.push(wake))]))
        break;
    return this.items.join(' ');
  }
}

const messages = new Inbox(); // of any technique
const opens = new Inbox();    // connections that opened,
const ends = new Inbox();     // and how they ended

const brief = message => `${message.id}:${message.text ?? 'lost'}`;

// ------------------------------------------------------------- HTTP

let etag; // of the last answer

// "200 1:one 2:two", "204", "201 {"id":1}", or "refused" by the browser.
async function ask(path, options = {}) {
  try {
    const response = await fetch(path, {cache: 'no-store', ...options});
    const text = await response.text();
    etag = response.headers.get('ETag');
    const body = text.startsWith('[') ? JSON.parse(text).map(brief).join(' ') : text;
    return `${response.status} ${body}`.trim();
  } catch {
    return 'refused';
  }
}

const publish = (path, body) => ask(path, {method: 'POST', body});
const askAgain = path => ask(path, {headers: {'If-None-Match': etag}});

let asked; // an answer that is still to come
function beginToAsk(path) {
  asked = ask(path);
  return 'asked';
}

// ------------------------------------------------------------- streams

let source;
function listen(path) {
  source = new EventSource(path);
  source.onopen = () => opens.put('open');
  source.onerror = () => ends.put('cut');
  source.onmessage = event => {
    const message = JSON.parse(event.data);
    messages.put(brief({...message, id: event.lastEventId}));
  };
  return opens.first(1);
}

async function putLines(body) {
  let rest = '';
  for await (const piece of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop();
    lines.filter(line => line !== '').forEach(line => messages.put(brief(JSON.parse(line))));
  }
}

async function readLines(path) {
  const response = await fetch(path, {headers: {Accept: 'application/x-ndjson'}});
  putLines(response.body);
  return `${response.status} ${response.headers.get('Content-Type')}`;
}

// ------------------------------------------------------------- WebSocket

let socket;
function connect(path, protocols = []) {
  const url = new URL(path, location.href);
  url.protocol = 'ws:';
  socket = new WebSocket(url, protocols);
  socket.binaryType = 'arraybuffer';
  socket.onmessage = event => messages.put(event.data);
  socket.onclose = event => ends.put(`${event.code} ${event.wasClean ? 'clean' : 'broken'}`);
  return new Promise(resolve => {
    socket.onopen = () => resolve('open');
    socket.onerror = () => resolve('refused');
  });
}

function send(message) {
  socket.send(message);
  return 'sent';
}

function close(code, reason) {
  socket.close(code, reason);
  return ends.first(1);
}

// What comes back: "same text of 5", or something else.
async function echo(message) {
  const index = messages.items.length;
  socket.send(message);
  await messages.first(index + 1);
  const answer = messages.items[index];
  if (typeof answer === 'string')
    return `${answer === message ? 'same' : 'other'} text of ${answer.length}`;
  const [sent, got] = [new Uint8Array(message), new Uint8Array(answer)];
  const isSame = sent.length === got.length && sent.every((byte, i) => byte === got[i]);
  return `${isSame ? 'same' : 'other'} bytes, ${got.length}`;
}

const bytes = size => Uint8Array.from({length: size}, (_, i) => (i * 31) >> 3).buffer;
