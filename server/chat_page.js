// chat_page.js -- the chat for people: what is heard is shown, what is typed is said.
'use strict';

const TYPING_MS = 3000; // without another key, nobody types any more
const SHOWN_MAX = 500;  // lines

const element = id => document.getElementById(id);
const seen = {after: undefined, instance: undefined};
let socket, room, typingTimer = null;

// ------------------------------------------------------ showing

// textContent: what others say is text, whatever it looks like.
function show(text, kind, time = Date.now()) {
  const list = element('messages');
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const item = document.createElement('li');
  const clock = document.createElement('time');
  clock.textContent = new Date(time).toLocaleTimeString([], {timeStyle: 'short'});
  item.className = kind;
  item.append(clock, text);
  list.append(item);
  while (list.children.length > SHOWN_MAX)
    list.firstChild.remove();
  if (isAtEnd)
    list.scrollTop = list.scrollHeight;
}

function showState(text) {
  element('state').textContent = text;
}

function showInside(isInside) {
  element('enter').hidden = isInside;
  element('inside').hidden = !isInside;
}

function showMembers({count, members}) {
  element('count').textContent = count;
  element('members').replaceChildren(...members.sort().map(name => {
    const item = document.createElement('li');
    item.textContent = name;
    return item;
  }));
}

function showRoom(welcome) {
  if (room !== welcome.room) {
    element('messages').replaceChildren();
    seen.after = undefined;
  }
  room = welcome.room;
  seen.instance = welcome.instance;
  element('room').textContent = room;
  showState(`connected as ${welcome.nickname}`);
  showMembers(welcome);
}

const typists = new Map(); // nickname -> the timer that forgets it

function showTyping(nickname, isTyping) {
  clearTimeout(typists.get(nickname));
  typists.delete(nickname);
  if (isTyping)
    typists.set(nickname, setTimeout(showTyping, TYPING_MS, nickname, false));
  const names = [...typists.keys()].join(', ');
  element('typing').textContent = names && `${names} typing \u2026`;
}

// ------------------------------------------------------ hearing

function hear(messages) {
  for (const {id, time, text, lost} of messages) {
    seen.after = id;
    if (lost !== undefined)
      show(lost, 'notice', time);
    else
      show(text, 'message', time);
  }
}

function comesOrGoes(nickname, how) {
  show(`${nickname} ${how}`, 'notice');
  showTyping(nickname, false);
  socket.emit('who', members => showMembers({count: members.length, members}));
}

function enter(nickname, wish) {
  room = wish;
  socket = connect('/chat', () => ({nickname, room, ...seen}));
  socket.on('welcome', showRoom);
  socket.on('messages', hear);
  socket.on('typing', showTyping);
  socket.on('joined', who => comesOrGoes(who, 'came in'));
  socket.on('left', who => comesOrGoes(who, 'left'));
  socket.on('private', (from, text) => show(`${from} to you: ${text}`, 'private'));
  socket.on('connect_error', error => { showInside(false); showState(error.message); });
  socket.on('disconnect', why => showState(`${why}: connecting again`));
  showInside(true);
}

// ------------------------------------------------------ saying

const complain = answer => { if (answer.error) show(answer.error, 'notice'); };

function move(wish) {
  socket.emit('join', wish, answer => answer.error ? complain(answer) : showRoom(answer));
}

function say(text) {
  const [, command, first, rest] = text.match(/^\/(join|msg)\s+(\S+)\s*(.*)$/s) ?? [];
  if (command === 'join')
    move(first);
  else if (command === 'msg')
    socket.emit('private', first, rest, answer =>
      answer === true ? show(`you to ${first}: ${rest}`, 'private') : complain(answer));
  else
    socket.emit('message', text, complain);
}

function tellTyping(isTyping) {
  const wasTyping = typingTimer !== null;
  clearTimeout(typingTimer);
  typingTimer = isTyping ? setTimeout(tellTyping, TYPING_MS, false) : null;
  if (isTyping !== wasTyping)
    socket.emitVolatile('typing', isTyping);
}

element('enter').addEventListener('submit', event => {
  event.preventDefault();
  enter(element('nickname').value, element('wish').value);
  element('text').focus();
});

element('say').addEventListener('submit', event => {
  event.preventDefault();
  const text = element('text').value;
  element('text').value = '';
  tellTyping(false);
  if (text !== '')
    say(text);
});

element('text').addEventListener('input', () => tellTyping(element('text').value !== ''));
