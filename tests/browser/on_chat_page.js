// on_chat_page.js -- somebody who uses the chat, and looks at it.
'use strict';

const PATIENCE_MS = 8000;

// 'yes' when it is so, or has been waited for; else what the page looks like.
function becomes(isSo) {
  return new Promise(resolve => {
    const look = () => isSo() && resolve('yes');
    new MutationObserver(look).observe(document.body, {
      attributes: true, characterData: true, childList: true, subtree: true});
    look();
    setTimeout(() => resolve(document.body.innerText), PATIENCE_MS);
  });
}

const lines = text => [...document.querySelectorAll('#messages li')].filter(
    item => item.textContent.includes(text)).length;

const says = (id, text) => becomes(() => document.getElementById(id).innerText.includes(text));
const shows = text => becomes(() => lines(text) === 1);

function enterChat(nickname, wish = 'lobby') {
  document.getElementById('nickname').value = nickname;
  document.getElementById('wish').value = wish;
  document.getElementById('enter').requestSubmit();
  return says('state', 'connected as');
}

function sayInChat(text) {
  document.getElementById('text').value = text;
  document.getElementById('say').requestSubmit();
  return 'said';
}

function typeInChat(text) {
  const field = document.getElementById('text');
  field.value = text;
  field.dispatchEvent(new Event('input'));
  return 'typed';
}

// As behind a proxy that does not know WebSocket.
function withoutWebSocket() {
  globalThis.WebSocket = class {
    constructor() { setTimeout(() => this.onclose()); }
    send() {}
    close() {}
  };
  return 'gone';
}

// Does a script run that came into the page as markup would?
function inlineScript() {
  const script = document.createElement('script');
  script.textContent = 'window.wasHere = true';
  document.body.append(script);
  return window.wasHere ? 'runs' : 'does not run';
}
