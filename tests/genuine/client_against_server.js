/* client_against_server.js -- the genuine client and a server, by polling, by
 * WebSocket and with the upgrade from one to the other.
 *
 * usage: node client_against_server.js PROGRAM [WORD]...
 *
 * What the checks expect is what the genuine server does.
 */
"use strict";

const { once } = require("events");
const { io } = require("socket.io-client");
const {
    Inbox, PATIENCE_MS, Program, Server, atEnd, check, matches, oneOf, quietPort,
    run, same, within,
} = require("./harness.js");

const COMMAND = process.argv.slice(2);
const REFERENCE_CLIENT = ["node", require.resolve("./reference_client.js")];
const MAX = 100000;
const SETTINGS = {
    polling: ["polling"],
    websocket: ["websocket"],
    upgrade: ["polling", "websocket"],
};
const GONE = ["transport close", "transport error"];

let server;
let recovering; /* one with --recovery */

/* ------------------------------------------------------------ means */

/* A server for one check, which says nothing of other clients. */
async function own(...options) {
    const own = await Server.start(COMMAND, options);
    atEnd(() => own.stop("SIGKILL"));
    return own;
}

/* A socket with an inbox for all that happens to it. */
function watched(socket) {
    const inbox = new Inbox();
    const is_data = (arg) => typeof arg !== "function";
    socket.onAny((...event) => inbox.put("event", event.filter(is_data)));
    for (const kind of ["connect", "disconnect", "connect_error"]) {
        socket.on(kind, (why) => inbox.put(kind, why));
    }
    atEnd(() => socket.disconnect());
    return Object.assign(socket, { inbox });
}

function start(transports, options = {}, nsp = "/", at = server) {
    const url = at.url + nsp;
    return watched(io(url, {
        transports, forceNew: true, reconnection: false, ...options,
    }));
}

/* In the main namespace, and welcomed. */
async function open(transports, options, at) {
    const socket = start(transports, options, "/", at);
    await socket.inbox.take("connect");
    same((await socket.inbox.take("event"))[0], "auth");
    return socket;
}

/* Another namespace on the same connection. */
async function join(socket, nsp, options) {
    const other = watched(socket.io.socket(nsp, options));
    await other.inbox.take("connect");
    return other;
}

/* All events until one that is sent now has come back. */
async function untilNow(socket) {
    const events = [];
    socket.emit("message", "fence");
    for (;;) {
        const event = await socket.inbox.take("event");
        if (event[0] === "message-back" && event[1] === "fence") {
            return events;
        }
        events.push(event);
    }
}

async function brings(socket, ...event) {
    same(await socket.inbox.take("event"), event);
}

async function comesBack(socket, ...args) {
    socket.emit("message", ...args);
    await brings(socket, "message-back", ...args);
    same(await acked(socket, "message-with-ack", ...args), args);
}

/* What an event is acknowledged with. */
function acked(socket, ...event) {
    const answer = new Promise((resolve) =>
        socket.emit(...event, (...args) => resolve(args)));
    return within(PATIENCE_MS, answer, `an acknowledgement of ${event[0]}`);
}

function numbers(count) {
    return Array.from({ length: count }, (_, i) => i);
}

/* The same check in each setting. */
function everywhere(sentence, body) {
    for (const [name, transports] of Object.entries(SETTINGS)) {
        check(`${name}: ${sentence}`, () => body(transports, name));
    }
}

/* ------------------------------------------------------------ arguments */

const VALUES = {
    "null and booleans": [null, true, false],
    "whole numbers": [0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53)],
    "fractions": [0.1, -1.5, 1e21, 1e-7, 1.7976931348623157e308, 5e-324, 1 / 3],
    "texts": ["", "a", "1", "\"\\/\b\f\n\r\t", "\0\x01\x1e\x1f\x7f", "</script>"],
    "Unicode": ["é", "€", "😀", "\u2028\u2029", "\ufeff", "\uffff", "\ud800", "e\u0301"],
    "arrays and objects": [[], {}, [[[]]], { a: { b: [1, { c: null }] } }, { "": 0 }],
    "strange keys": [{ "é😀": 1, "\"\\\n": 2, constructor: 3, $bin: 4, num: 5 }],
    "what looks like a packet": ["42[\"message\"]", "451-", "\x1e", "b4AAA", "2probe"],
    "depth": [JSON.parse("[".repeat(60) + "]".repeat(60))],
    "many arguments": numbers(300),
    "no argument": [],
};

for (const [what, values] of Object.entries(VALUES)) {
    everywhere(`${what} come back as they were sent`, async (transports) => {
        await comesBack(await open(transports), ...values);
    });
}

everywhere("buffers come back from any depth", async (transports) => {
    const socket = await open(transports);
    const bytes = Buffer.from(numbers(256));
    await comesBack(socket, bytes);
    await comesBack(socket, 1, Buffer.alloc(0), "two");
    await comesBack(socket, { a: [{ b: bytes }, [bytes, [[bytes]]]] }, bytes);
    await comesBack(socket, Buffer.alloc(MAX / 2, "é"));
});

everywhere("arrays of bytes come back as buffers", async (transports) => {
    const socket = await open(transports);
    socket.emit("message", Uint8Array.of(1, 2, 3), Uint8Array.of(4).buffer);
    await brings(socket, "message-back", Buffer.from([1, 2, 3]), Buffer.from([4]));
});

everywhere("ten buffers come back, eleven close", async (transports) => {
    const alone = await own();
    const socket = await open(transports, {}, alone);
    const buffers = numbers(11).map((i) => Buffer.from([i]));
    await comesBack(socket, ...buffers.slice(1));
    socket.emit("message", ...buffers);
    oneOf(await socket.inbox.take("disconnect"), GONE);
    await alone.says("forced close");
});

everywhere("the server makes buffers", async (transports) => {
    const socket = await open(transports);
    for (const size of [0, 1, 1000, 70000]) {
        const [data] = await acked(socket, "ext:binary", size);
        same(data.length, size);
        await brings(socket, "ext:data", { size }, data);
    }
});

/* The packet is 42["message","..."]; without its text it has 15 bytes. */
everywhere("maxPayload is taken, more closes", async (transports, name) => {
    const socket = await open(transports);
    await settled(socket, name);
    const text = "x".repeat(MAX - '42["message",""]'.length);
    socket.emit("message", text);
    await brings(socket, "message-back", text);
    socket.emit("message", text + "x");
    oneOf(await socket.inbox.take("disconnect"), GONE);
});

everywhere("maxPayload counts bytes", async (transports, name) => {
    const socket = await open(transports);
    await settled(socket, name);
    const size = MAX - '42["message",""]'.length;
    const text = "é".repeat(size / 2);
    socket.emit("message", text);
    await brings(socket, "message-back", text);
    socket.emit("message", text + "é");
    oneOf(await socket.inbox.take("disconnect"), GONE);
});

everywhere("many packets are more than maxPayload together", async (transports) => {
    const socket = await open(transports);
    const texts = numbers(20).map((i) => String(i).padEnd(MAX / 4, "."));
    texts.forEach((text) => socket.emit("message", text));
    for (const text of texts) {
        await brings(socket, "message-back", text);
    }
});

/* The transport is the one that it will be. */
async function settled(socket, name) {
    const { engine } = socket.io;
    if (name === "upgrade" && engine.transport.name === "polling") {
        await within(PATIENCE_MS, once(engine, "upgrade"), "the upgrade");
    }
    same(engine.transport.name, name === "polling" ? "polling" : "websocket");
}

/* ------------------------------------------------------------ connecting */

everywhere("auth comes to the server", async (transports) => {
    const auth = { token: "é😀", list: [1, null] };
    const socket = start(transports, { auth });
    await socket.inbox.take("connect");
    await brings(socket, "auth", auth);
    matches(socket.id, /^[\w-]{20}$/);
    same(Boolean(socket.recovered), false, "recovered:");
});

everywhere("the transport is the one that was asked for", async (transports, name) => {
    await settled(await open(transports), name);
});

everywhere("a namespace of its own connection", async (transports) => {
    const socket = start(transports, { auth: { a: 1 } }, "/custom");
    await socket.inbox.take("connect");
    await brings(socket, "auth", { a: 1 });
});

everywhere("an unknown namespace is refused", async (transports) => {
    const socket = start(transports, {}, "/unknown");
    const { message, data } = await socket.inbox.take("connect_error");
    same([message, data], ["Invalid namespace", undefined]);
    same(socket.active, false, "active:");
});

everywhere("a middleware refuses with data", async (transports) => {
    const socket = start(transports, {}, "/ext-denied");
    const { message, data } = await socket.inbox.take("connect_error");
    same([message, data], ["not authorized", { code: 401, detail: "é😀" }]);
    same(socket.active, false, "active:");
});

everywhere("namespaces share a connection", async (transports) => {
    const main = await open(transports);
    const custom = await join(main, "/custom", { auth: { b: 2 } });
    await brings(custom, "auth", { b: 2 });
    const refused = watched(main.io.socket("/unknown"));
    await refused.inbox.take("connect_error");
    same(custom.id === main.id, false, "two ids:");
    await comesBack(main, "still here");
});

everywhere("dynamic namespaces are made when asked for", async (transports) => {
    const main = await open(transports);
    for (const nsp of ["/ext-dyn-0", "/ext-dyn-123"]) {
        const socket = await join(main, nsp);
        await brings(socket, "ext:hello", nsp);
    }
    for (const nsp of ["/ext-dyn-", "/ext-dyn-1x", "/x/ext-dyn-1"]) {
        const socket = watched(main.io.socket(nsp));
        const { message } = await socket.inbox.take("connect_error");
        same(message, "Invalid namespace", nsp);
    }
});

/* ------------------------------------------------------------ acknowledgements */

everywhere("acknowledgements with any arguments", async (transports) => {
    const socket = await open(transports);
    same(await acked(socket, "message-with-ack"), []);
    const bytes = Buffer.from([0, 255]);
    const [one, two] = await Promise.all([
        acked(socket, "message-with-ack", 1, { a: bytes }),
        socket.timeout(PATIENCE_MS).emitWithAck("message-with-ack", "two"),
    ]);
    same([one, two], [[1, { a: bytes }], "two"]);
});

everywhere("an event that nobody acknowledges times out", async (transports) => {
    const socket = await open(transports);
    const waiting = socket.timeout(50).emitWithAck("nobody", 1);
    const error = await waiting.catch((why) => why);
    same(error.message, "operation has timed out");
    await comesBack(socket, "still here");
});

everywhere("the server asks, and is told", async (transports) => {
    const socket = await open(transports);
    socket.on("ext:question", (...args) => args.pop()(...args, "indeed"));
    const bytes = Buffer.from("x");
    socket.emit("ext:ask", 1, { b: bytes });
    await brings(socket, "ext:question", 1, { b: bytes });
    await brings(socket, "ext:answer", 1, { b: bytes }, "indeed");
});

everywhere("the server asks, and is not told", async (transports) => {
    const socket = await open(transports);
    socket.emit("ext:ask", "why");
    await brings(socket, "ext:question", "why");
    await brings(socket, "ext:answer", { timeout: true });
    await comesBack(socket, "still here");
});

everywhere("many questions at once have their answers", async (transports) => {
    const socket = await open(transports);
    const asked = numbers(100).map((i) => acked(socket, "message-with-ack", i));
    same((await Promise.all(asked)).flat(), numbers(100));
});

/* ------------------------------------------------------------ rooms */

async function three(transports) {
    const sockets = [];
    for (let i = 0; i < 3; i++) {
        sockets.push(await open(transports));
    }
    return sockets;
}

/* Who of them had this, and only this: "ab" the first two. */
async function had(sockets, letters, ...args) {
    for (const [i, socket] of sockets.entries()) {
        const name = "abc"[i];
        const expected = letters.includes(name) ? [["ext:room", ...args]] : [];
        same(await untilNow(socket), expected, `to ${name}:`);
    }
}

everywhere("to rooms, without the sender, each once", async (transports) => {
    const [a, b, c] = await three(transports);
    same(await acked(a, "ext:join", "red"), [1]);
    same(await acked(b, "ext:join", "red"), [1]);
    same(await acked(b, "ext:join", "blue"), [2]);
    same(await acked(b, "ext:join", "blue"), [2]);
    a.emit("ext:to", ["red"], 1, { x: [2] });
    await had([a, b, c], "b", 1, { x: [2] });
    a.emit("ext:to", ["red", "blue"], "once");
    await had([a, b, c], "b", "once");
    c.emit("ext:to", ["red"], Buffer.from("bytes"));
    await had([c, a, b], "bc", Buffer.from("bytes"));
    a.emit("ext:to", ["nowhere"], "nobody");
    await had([a, b, c], "", "nobody");
    same(await acked(b, "ext:leave", "red"), [1]);
    same(await acked(b, "ext:leave", "never in it"), [1]);
    c.emit("ext:to", ["red"], "left");
    await had([c, a, b], "b", "left");
});

everywhere("a socket is in the room of its id", async (transports) => {
    const [a, b, c] = await three(transports);
    a.emit("ext:to", [b.id], "to you");
    await had([a, b, c], "b", "to you");
});

everywhere("in rooms with the sender, and not in them", async (transports) => {
    const [a, b, c] = await three(transports);
    await acked(a, "ext:join", "in");
    await acked(b, "ext:join", "in");
    a.emit("ext:in", ["in"], "to all in it");
    await had([a, b, c], "ab", "to all in it");
    a.emit("ext:except", ["in"], "to all out of it");
    await had([a, b, c], "c", "to all out of it");
    a.emit("ext:except", ["in", c.id], "to nobody");
    await had([a, b, c], "", "to nobody");
    a.emit("ext:broadcast", "to the others", null);
    await had([a, b, c], "bc", "to the others", null);
});

everywhere("who disconnects leaves its rooms", async (transports) => {
    const [a, b, c] = await three(transports);
    await acked(b, "ext:join", "here");
    b.disconnect();
    b.connect();
    await b.inbox.take("connect");
    same((await b.inbox.take("event"))[0], "auth");
    a.emit("ext:to", ["here"], "nobody");
    await had([a, b, c], "", "nobody");
});

everywhere("a broadcast that is acknowledged", async (transports, name) => {
    const all = `all of ${name}`;
    const [a, b, c] = await three(transports);
    for (const [i, socket] of [a, b].entries()) {
        await acked(socket, "ext:join", all);
        socket.on("ext:poll", (ack) => ack(i, "not this"));
    }
    const [{ complete, answers }] = await acked(c, "ext:broadcast-ack", all, 5000);
    same([complete, answers.sort()], [true, [0, 1]]);
    same(await acked(c, "ext:broadcast-ack", "nobody", 5000),
        [{ complete: true, answers: [] }]);
    await acked(c, "ext:join", all); /* which does not answer */
    const [partial] = await acked(a, "ext:broadcast-ack", all, 300);
    same([partial.complete, partial.answers.sort()], [false, [0, 1]]);
});

/* ------------------------------------------------------------ order */

everywhere("500 messages each way, in order, none lost", async (transports, name) => {
    const socket = await open(transports);
    socket.emit("ext:burst", 500);
    numbers(500).forEach((i) => socket.emit("message", i));
    const events = [];
    while (events.length < 1000) {
        events.push(await socket.inbox.take("event"));
    }
    const of = (kind) => events.filter(([ev]) => ev === kind).map(([, i]) => i);
    same(of("message-back"), numbers(500));
    same(of("ext:item"), numbers(500));
    await settled(socket, name);
});

check("upgrade: messages go both ways all the while", async () => {
    const socket = await open(SETTINGS.upgrade);
    const back = [];
    let sent = 0;
    const { engine } = socket.io;
    const upgraded = () => engine.transport.name === "websocket";
    while (!upgraded() || sent < 500) {
        socket.emit("message", sent++);
        if (sent % 10 === 0) { /* let it go on in between */
            back.push(...(await untilNow(socket)));
        }
    }
    back.push(...(await untilNow(socket)));
    same(back.map(([, i]) => i), numbers(sent));
});

everywhere("volatile events come, or are left out", async (transports) => {
    const socket = await open(transports);
    await untilNow(socket);
    socket.volatile.emit("message", "now");
    oneOf((await untilNow(socket)).length, [0, 1]);
});

everywhere("what is emitted while away is sent later", async (transports) => {
    const socket = await open(transports);
    socket.disconnect();
    numbers(50).forEach((i) => socket.emit("message", i));
    socket.connect();
    await socket.inbox.take("connect");
    await brings(socket, "auth", {});
    const events = await untilNow(socket);
    same(events, numbers(50).map((i) => ["message-back", i]));
});

everywhere("what is emitted too early is sent on connecting", async (transports) => {
    const socket = start(transports);
    numbers(50).forEach((i) => socket.emit("message", i));
    await socket.inbox.take("connect");
    const events = await untilNow(socket);
    same(events.shift(), ["auth", {}]);
    same(events, numbers(50).map((i) => ["message-back", i]));
});

/* ------------------------------------------------------------ disconnecting */

everywhere("the client leaves one of two namespaces", async (transports) => {
    const alone = await own();
    const main = await open(transports, {}, alone);
    const custom = await join(main, "/custom");
    await brings(custom, "auth", {});
    custom.disconnect();
    same(await custom.inbox.take("disconnect"), "io client disconnect");
    await alone.says("client namespace disconnect");
    await comesBack(main, "still here");
    custom.connect();
    await custom.inbox.take("connect");
    await brings(custom, "auth", {});
});

everywhere("the client leaves for good", async (transports) => {
    const alone = await own();
    const socket = await open(transports, {}, alone);
    socket.disconnect();
    same(await socket.inbox.take("disconnect"), "io client disconnect");
    await alone.says("client namespace disconnect");
});

everywhere("the client's connection ends", async (transports, name) => {
    const alone = await own();
    const socket = await open(transports, {}, alone);
    await settled(socket, name);
    socket.io.engine.close();
    same(await socket.inbox.take("disconnect"), "forced close");
    await alone.says("transport close");
});

everywhere("the server disconnects a namespace", async (transports) => {
    const alone = await own();
    const main = await open(transports, {}, alone);
    const custom = await join(main, "/custom");
    await brings(custom, "auth", {});
    main.emit("ext:disconnect", false);
    same(await main.inbox.take("disconnect"), "io server disconnect");
    await alone.says("server namespace disconnect");
    main.connect();
    await main.inbox.take("connect");
    same(custom.connected, true, "the other namespace is connected:");
    same(custom.inbox.has("disconnect"), false, "it was disconnected:");
});

everywhere("the server closes the connection", async (transports) => {
    const alone = await own();
    const main = await open(transports, {}, alone);
    const custom = await join(main, "/custom");
    main.emit("ext:disconnect", true);
    for (const socket of [main, custom]) {
        same(await socket.inbox.take("disconnect"), "io server disconnect");
    }
    await alone.says("server namespace disconnect");
});

/* ------------------------------------------------------------ its end */

const RECONNECT = {
    reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100,
};

everywhere("the server ends, and tells why", async (transports, name) => {
    const first = await own();
    const socket = await open(transports, {}, first);
    await settled(socket, name);
    await first.endsWell();
    oneOf(await socket.inbox.take("disconnect"), GONE);
});

everywhere("a server that comes back is found again", async (transports) => {
    const first = await own("-p", await quietPort());
    const socket = await open(transports, RECONNECT, first);
    const { id } = socket;
    socket.io.on("reconnect_attempt", (n) => socket.inbox.put("attempt", n));
    socket.io.on("reconnect", (n) => socket.inbox.put("reconnect", n));
    await first.stop("SIGKILL");
    oneOf(await socket.inbox.take("disconnect"), GONE);
    socket.emit("message", "meanwhile");
    same(await socket.inbox.take("attempt"), 1);
    const second = await Server.start(COMMAND, [], first.port);
    atEnd(() => second.stop("SIGKILL"));
    await socket.inbox.take("connect");
    matches(String(await socket.inbox.take("reconnect")), /^[1-9]/);
    await brings(socket, "auth", {});
    await brings(socket, "message-back", "meanwhile");
    same(socket.id === id, false, "the same id:");
});

everywhere("a server that is frozen is given up", async (transports) => {
    const frozen = await own("--ping-interval", "300", "--ping-timeout", "300");
    const socket = await open(transports, {}, frozen);
    frozen.kill("SIGSTOP");
    same(await socket.inbox.take("disconnect"), "ping timeout");
});

async function isFrozen(transports) {
    const quick = await own("--ping-interval", "300", "--ping-timeout", "300");
    const client = new Program(REFERENCE_CLIENT);
    atEnd(() => client.stop("SIGKILL"));
    const { url } = quick;
    client.write(JSON.stringify({ cmd: "open", url, transports }));
    matches(await client.inbox.take("out"), /"connect"/);
    client.kill("SIGSTOP");
    await quick.says("ping timeout");
}

/* Not in the midst of an upgrade. */
for (const name of ["polling", "websocket"]) {
    check(`${name}: a client that is frozen is given up`, () =>
        isFrozen(SETTINGS[name]));
}

/* ------------------------------------------------------------ recovery */

/* Events have their offset behind them where connections are recovered. */
async function openRecoverable(transports, name, at = recovering) {
    const socket = start(transports, {}, "/", at);
    await socket.inbox.take("connect");
    const [event, , offset] = await socket.inbox.take("event");
    same([event, typeof offset], ["auth", "string"]);
    await settled(socket, name);
    return socket;
}

/* The connection breaks, and somebody else speaks to the room meanwhile. */
async function isAway(socket, other, room, count) {
    socket.io.engine.close();
    same(await socket.inbox.take("disconnect"), "forced close");
    for (let i = 0; i < count; i++) {
        other.emit("ext:to", [room], i);
    }
    await acked(other, "message-with-ack");
}

async function isBack(socket) {
    socket.connect();
    await socket.inbox.take("connect");
    return Boolean(socket.recovered);
}

everywhere("what was missed is brought, in order", async (transports, name) => {
    const room = `missed by ${name}`;
    const other = await openRecoverable(transports, name);
    const socket = await openRecoverable(transports, name);
    const { id } = socket;
    await acked(socket, "ext:join", room);
    await isAway(socket, other, room, 20);
    same(await isBack(socket), true, "recovered:");
    same(socket.id, id);
    for (let i = 0; i < 20; i++) {
        const [event, number, offset] = await socket.inbox.take("event");
        same([event, number, typeof offset], ["ext:room", i, "string"]);
    }
    same((await socket.inbox.take("event"))[0], "auth"); /* as on connecting */
    other.emit("ext:to", [room], "again");
    const [event, again] = await socket.inbox.take("event");
    same([event, again], ["ext:room", "again"], "in its rooms again:");
    same(await acked(socket, "ext:leave", room), [0]);
});

everywhere("a buffer that was missed is brought", async (transports, name) => {
    const other = await openRecoverable(transports, name);
    const socket = await openRecoverable(transports, name);
    await isAway(socket, other, "none", 0);
    const data = Buffer.from([1, 2, 3]);
    other.emit("ext:broadcast", { data });
    await acked(other, "message-with-ack");
    same(await isBack(socket), true, "recovered:");
    const [event, received] = await socket.inbox.take("event");
    same([event, received], ["ext:room", { data }]);
});

everywhere("who said goodbye is not recovered", async (transports, name) => {
    const socket = await openRecoverable(transports, name);
    const { id } = socket;
    await acked(socket, "ext:join", "goodbye");
    socket.disconnect();
    same(await isBack(socket), false, "recovered:");
    same(socket.id === id, false, "the same id:");
    same(await acked(socket, "ext:leave", "goodbye"), [0]);
});

everywhere("who was sent away is not recovered", async (transports, name) => {
    const socket = await openRecoverable(transports, name);
    socket.emit("ext:disconnect", false);
    await socket.inbox.take("disconnect");
    same(await isBack(socket), false, "recovered:");
});

everywhere("who comes back too late is not recovered", async (transports, name) => {
    const brief = await own("--recovery", "1");
    const socket = await openRecoverable(transports, name, brief);
    const other = await openRecoverable(transports, name, brief);
    await isAway(socket, other, "none", 1); /* takes longer */
    same(await isBack(socket), false, "recovered:");
});

everywhere("a server without recovery brings no offsets", async (transports) => {
    const socket = await open(transports);
    socket.io.engine.close();
    await socket.inbox.take("disconnect");
    same(await isBack(socket), false, "recovered:");
    await brings(socket, "auth", {});
});

/* ------------------------------------------------------------ all of it */

async function main() {
    const options = ["--max-message", String(MAX)];
    server = await Server.start(COMMAND, options);
    recovering = await Server.start(COMMAND, [...options, "--recovery", "5000"]);
    run(async () => {
        await server.endsWell();
        await recovering.endsWell();
    });
}

main();
