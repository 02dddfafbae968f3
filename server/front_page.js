// front_page.js -- one browser as four clients of one channel, and what each costs.
'use strict';

const ways = {
  polling: {
    title: 'Polling', what: 'asks once a second',
    async run(way) {
      for (;;) {
        await ask(way, '/polling');
        await pause(1000);
      }
    },
  },
  longPolling: {
    title: 'Long polling', what: 'asks, and the server answers when it has news',
    async run(way) {
      for (;;)
        if (!await ask(way, '/long-polling'))
          await pause(1000);
    },
  },
  streaming: {
    title: 'Event stream', what: 'EventSource: one answer that never ends',
    run(way) {
      const source = new EventSource('/streaming');
      source.onopen = () => { way.requests++; show(way); };
      source.onmessage = event => heard(way, JSON.parse(event.data));
    },
  },
  websocket: {
    title: 'WebSocket', what: 'both sides speak when they like',
    run(way) {
      const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(`${scheme}//${location.host}/websocket?after=${way.after}`);
      socket.onopen = () => { way.requests++; show(way); };
      socket.onmessage = event => heard(way, JSON.parse(event.data));
      socket.onclose = () => setTimeout(() => this.run(way), 1000);
    },
  },
};

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// One request; false when the server could not be asked.
async function ask(way, path) {
  way.requests++;
  show(way);
  try {
    const response = await fetch(`${path}?after=${way.after}`, {cache: 'no-store'});
    if (response.status === 200)
      (await response.json()).forEach(message => heard(way, message));
    else
      way.empty++;
    show(way);
    return response.ok;
  } catch {
    return false;
  }
}

const sent = new Map(); // id of a message that this page has published -> when

function heard(way, message) {
  way.after = message.id;
  way.messages++;
  const item = document.createElement('li');
  item.textContent = `${message.id}: ${message.text ?? message.lost}`;
  item.dataset.id = message.id;
  item.heardAt = performance.now();
  showDelay(item);
  way.list.prepend(item);
  while (way.list.children.length > 8)
    way.list.lastChild.remove();
  show(way);
}

function showDelay(item) {
  const sentAt = sent.get(Number(item.dataset.id));
  if (sentAt !== undefined)
    item.append(` (${Math.round(item.heardAt - sentAt)} ms)`);
}

function show(way) {
  way.count.textContent = `requests ${way.requests}, in vain ${way.empty}, messages ${way.messages}`;
}

for (const [name, way] of Object.entries(ways)) {
  Object.assign(way, {after: 0, requests: 0, empty: 0, messages: 0});
  const section = document.createElement('section');
  section.id = name;
  const [title, what] = [document.createElement('h3'), document.createElement('p')];
  title.textContent = way.title;
  what.textContent = way.what;
  way.count = document.createElement('p');
  way.list = document.createElement('ol');
  section.append(title, what, way.count, way.list);
  document.getElementById('ways').append(section);
  way.run(way);
}

document.getElementById('say').addEventListener('submit', async event => {
  event.preventDefault();
  const field = document.getElementById('text');
  const text = field.value;
  if (text === '')
    return;
  field.value = '';
  const before = performance.now();
  const response = await fetch('/polling', {method: 'POST', body: text});
  const {id} = await response.json();
  sent.set(id, before);
  // the faster ways have heard it before we were told its id
  document.querySelectorAll(`li[data-id="${id}"]`).forEach(showDelay);
});

document.querySelector('pre').textContent =
    document.querySelector('pre').textContent.replaceAll('HOST', location.host);
