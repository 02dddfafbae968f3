/* our_client_against_genuine_server.js -- our client, told what to do with
 * --commands, and the genuine server, by polling, by WebSocket and with the upgrade.
 *
 * usage: node our_client_against_genuine_server.js PROGRAM [WORD]...
 *
 * PROGRAM is `build/client socketio --commands`, or reference_client.js, which is
 * the genuine client: both shall do the same.
 */
"use strict";

const net = require("net");
const { WebSocketServer } = require("ws");
const {
    Inbox, Program, Server, atEnd, check, fail, matches, oneOf, quietPort, run, same,
} = require("./harness.js");

const COMMAND = process.argv.slice(2);
const REFERENCE = ["node", require.resolve("./reference_server.js")];
const MAX = 100000;
const SETTINGS = {
    polling: ["polling"],
    websocket: ["websocket"],
    upgrade: ["polling", "websocket"],
};
const GONE = ["transport close", "transport error"];
const SOON = {
    reconnection: true,
    reconnectionDelay: 30,
    reconnectionDelayMax: 100,
    randomizationFactor: 0,
};

let server;
let recovering; /* one with --recovery */

/* ------------------------------------------------------------ means */

/* The client: what it says comes by the name of its event. */
class Client extends Program {
    events = new Inbox();

    constructor() {
        super(COMMAND);
        atEnd(() => this.child.kill("SIGKILL"));
        this.child.stdout.on("close", () => this.events.put("end"));
    }

    read(stream, kind) {
        super.read(stream, kind);
        if (kind === "out") {
            this.inbox.on("put", () => this.understand());
        }
    }

    understand() {
        for (const line of this.inbox.all("out")) {
            const { ev, ...rest } = JSON.parse(line);
            this.events.put(ev, rest);
        }
    }

    tell(cmd, rest = {}) {
        this.write(JSON.stringify({ cmd, ...rest }));
    }

    emit(event, ...args) {
        this.tell("emit", { event, args });
    }

    take(ev, ms) {
        return this.events.take(ev, ms);
    }

    /* The next thing of this kind is this one. */
    async says(ev, rest) {
        same(await this.take(ev), rest);
    }

    event(event, ...args) {
        return this.says("event", { nsp: "/", event, args });
    }

    async acked(event, ...args) {
        this.tell("emit", { event, args, ack: event });
        const { tag, args: answer } = await this.take("ack");
        same(tag, event);
        return answer;
    }

    async connects(nsp = "/") {
        const { nsp: name, id } = await this.take("connect");
        same(name, nsp);
        matches(id, /^[\w-]{20}$/);
        return id;
    }

    async disconnects(reasons, nsp = "/") {
        const { nsp: name, reason } = await this.take("disconnect");
        same(name, nsp);
        oneOf(reason, reasons);
    }

    /* All events until one that is sent now has come back. */
    async untilNow() {
        const events = [];
        this.emit("message", "fence");
        for (;;) {
            const { event, args } = await this.take("event");
            if (event === "message-back" && args[0] === "fence") {
                return events;
            }
            events.push([event, ...args]);
        }
    }
}

function start(transports, options = {}, { url } = server) {
    const client = new Client();
    client.tell("open", { url, transports, reconnection: false, ...options });
    return client;
}

/* In the main namespace, and welcomed. */
async function open(transports, options, at) {
    const client = start(transports, options, at);
    client.id = await client.connects();
    same((await client.take("event")).event, "auth");
    return client;
}

async function join(client, nsp, auth) {
    client.tell("join", { nsp, auth });
    const id = await client.connects(nsp);
    const { nsp: name, event, args } = await client.take("event");
    same([name, event, args], [nsp, "auth", [auth || {}]]);
    return id;
}

async function own(options = [], port = 0) {
    const own = await Server.start(REFERENCE, options, port);
    atEnd(() => own.stop("SIGKILL"));
    return own;
}

function numbers(count) {
    return Array.from({ length: count }, (_, i) => i);
}

function bytes(...values) {
    return { $bin: Buffer.from(values).toString("base64") };
}

async function comesBack(client, ...args) {
    client.emit("message", ...args);
    await client.event("message-back", ...args);
    same(await client.acked("message-with-ack", ...args), args);
}

/* The same check in each setting. */
function everywhere(sentence, body) {
    for (const [name, transports] of Object.entries(SETTINGS)) {
        check(`${name}: ${sentence}`, () => body(transports, name));
    }
}

/* The same, but not in the midst of an upgrade. */
function settled(sentence, body) {
    for (const name of ["polling", "websocket"]) {
        check(`${name}: ${sentence}`, () => body(SETTINGS[name]));
    }
}

/* ------------------------------------------------------------ connecting */

everywhere("it connects, sends its auth, and quits with 0", async (transports) => {
    const auth = { token: "é😀", list: [1, null] };
    const client = start(transports, { auth });
    await client.connects();
    await client.event("auth", auth);
    client.tell("quit");
    same(await client.ended, 0, "status");
});

everywhere("its query and headers arrive", async (transports, name) => {
    const client = await open(transports, {
        query: { one: "1", two: "a b&c=é" },
        headers: { "X-Course": "sockets" },
    });
    const [{ query, headers }] = await client.acked("ref:handshake");
    same([query.one, query.two, query.EIO], ["1", "a b&c=é", "4"]);
    same(query.transport, transports[0]);
    same(headers["x-course"], "sockets");
});

everywhere("it opens another namespace than the main one", async (transports) => {
    const client = start(transports, { nsp: "/custom", auth: { a: 1 } });
    await client.connects("/custom");
    await client.says("event", { nsp: "/custom", event: "auth", args: [{ a: 1 }] });
});

everywhere("a namespace refuses it, and says why", async (transports) => {
    const client = await open(transports);
    client.tell("join", { nsp: "/ext-denied" });
    await client.says("connect_error", {
        nsp: "/ext-denied",
        message: "not authorized",
        data: { code: 401, detail: "é😀" },
    });
    client.tell("join", { nsp: "/unknown" });
    await client.says("connect_error", {
        nsp: "/unknown", message: "Invalid namespace",
    });
    await comesBack(client, "still here");
});

everywhere("namespaces share a connection", async (transports) => {
    const client = await open(transports);
    const id = await join(client, "/custom", { b: 2 });
    same(id === client.id, false, "the same id:");
    client.tell("join", { nsp: "/ext-dyn-42" });
    await client.connects("/ext-dyn-42");
    await client.says("event", {
        nsp: "/ext-dyn-42", event: "ext:hello", args: ["/ext-dyn-42"],
    });
    await comesBack(client, "in the first");
});

everywhere("what is emitted too early is sent on connecting", async (transports) => {
    const client = start(transports);
    numbers(50).forEach((i) => client.emit("message", i));
    await client.connects();
    await client.event("auth", {});
    for (const i of numbers(50)) {
        await client.event("message-back", i);
    }
});

/* ------------------------------------------------------------ arguments */

const VALUES = {
    "null and booleans": [null, true, false],
    "numbers": [0, 1, -1, 2 ** 53 - 1, -(2 ** 53), 0.1, 1e21, 1e-7, 5e-324],
    "texts": ["", "a", "1", "\"\\/\b\f\n\r\t", "\0\x01\x1e\x1f\x7f"],
    "Unicode": ["é", "€", "😀", "\u2028\u2029", "\ufeff", "\uffff"],
    "arrays and objects": [[], {}, [[[]]], { a: { b: [1, { c: null }] } }, { "": 0 }],
    "what looks like a packet": ["42[\"message\"]", "451-", "\x1e", "b4AAA"],
    "depth": [JSON.parse("[".repeat(60) + "]".repeat(60))],
    "many arguments": numbers(300),
    "no argument": [],
    "a buffer": [bytes(1, 2, 3)],
    "buffers at any depth": [{ a: [{ b: bytes(0) }, [[bytes(1)]]] }, bytes(), 5],
    "ten buffers": numbers(10).map((i) => bytes(i, 255)),
};

for (const [what, values] of Object.entries(VALUES)) {
    everywhere(`${what} come back as they were sent`, async (transports) => {
        await comesBack(await open(transports), ...values);
    });
}

everywhere("buffers of the server arrive", async (transports) => {
    const client = await open(transports);
    for (const size of [0, 1, 1000, 70000]) {
        const [{ $bin }] = await client.acked("ext:binary", size);
        same($bin, Buffer.alloc(size, "x").toString("base64"));
        await client.event("ext:data", { size }, { $bin });
    }
});

everywhere("maxPayload is sent, more ends the connection", async (transports) => {
    const client = await open(transports);
    const text = "x".repeat(MAX - '42["message",""]'.length);
    client.emit("message", text);
    await client.event("message-back", text);
    client.emit("message", text + "x");
    await client.disconnects(GONE);
});

everywhere("many messages are more than maxPayload together", async (transports) => {
    const client = await open(transports);
    const texts = numbers(20).map((i) => String(i).padEnd(MAX / 4, "."));
    texts.forEach((text) => client.emit("message", text));
    for (const text of texts) {
        await client.event("message-back", text);
    }
});

/* ------------------------------------------------------------ acknowledgements */

everywhere("an event that nobody acknowledges times out", async (transports) => {
    const client = await open(transports);
    client.tell("emit", { event: "nobody", args: [1], ack: "t", timeout: 50 });
    await client.says("ack-error", {
        tag: "t", message: "operation has timed out",
    });
    await comesBack(client, "still here");
});

everywhere("an event that is acknowledged in time", async (transports) => {
    const client = await open(transports);
    client.tell("emit", {
        event: "message-with-ack", args: ["in time"], ack: "t", timeout: 5000,
    });
    await client.says("ack", { tag: "t", args: ["in time"] });
});

everywhere("a disconnection ends the wait for an answer", async (transports) => {
    const client = await open(transports);
    client.tell("emit", { event: "nobody", ack: "t", timeout: 60000 });
    client.tell("leave");
    await client.says("ack-error", {
        tag: "t", message: "socket has been disconnected",
    });
});

everywhere("it answers when the server asks", async (transports) => {
    const client = await open(transports);
    client.emit("ext:ask", 1, { b: bytes(7) });
    await client.event("ext:question", 1, { b: bytes(7) });
    await client.event("ext:answer", 1, { b: bytes(7) }, "acked");
    client.emit("ext:ask");
    await client.event("ext:question");
    await client.event("ext:answer", "acked");
});

everywhere("many questions at once have their answers", async (transports) => {
    const client = await open(transports);
    for (const i of numbers(100)) {
        client.tell("emit", { event: "message-with-ack", args: [i], ack: String(i) });
    }
    for (const i of numbers(100)) {
        await client.says("ack", { tag: String(i), args: [i] });
    }
});

/* ------------------------------------------------------------ rooms, order */

everywhere("rooms of two clients", async (transports, name) => {
    const room = `of ${name}`;
    const a = await open(transports);
    const b = await open(transports);
    same(await a.acked("ext:join", room), [1]);
    same(await b.acked("ext:join", room), [1]);
    a.emit("ext:to", [room], 1, { data: bytes(2) });
    same(await a.untilNow(), []);
    same(await b.untilNow(), [["ext:room", 1, { data: bytes(2) }]]);
    a.emit("ext:in", [room], "all");
    same(await a.untilNow(), [["ext:room", "all"]]);
    same(await b.untilNow(), [["ext:room", "all"]]);
    same(await a.acked("ext:broadcast-ack", room, 5000),
        [{ complete: true, answers: ["acked", "acked"] }]);
});

everywhere("500 messages each way, in order, none lost", async (transports) => {
    const client = await open(transports);
    client.emit("ext:burst", 500);
    numbers(500).forEach((i) => client.emit("message", i));
    const events = [];
    while (events.length < 1000) {
        events.push(await client.take("event"));
    }
    const of = (kind) =>
        events.filter(({ event }) => event === kind).map(({ args }) => args[0]);
    same(of("message-back"), numbers(500));
    same(of("ext:item"), numbers(500));
});

/* The check ends when the upgrade has come, or for good. */
check("upgrade: nothing is lost on the way to WebSocket", async () => {
    const client = await open(SETTINGS.upgrade);
    let sent = 0;
    do {
        numbers(20).forEach((i) => client.emit("message", sent + i));
        for (const last = sent + 20; sent < last; sent++) {
            await client.event("message-back", sent);
        }
    } while ((await client.acked("ref:transport"))[0] !== "websocket");
});

everywhere("volatile events come, or are left out", async (transports) => {
    const client = await open(transports);
    await client.untilNow();
    const volatile = { event: "message", args: ["now"], volatile: true };
    client.tell("emit", volatile);
    oneOf((await client.untilNow()).length, [0, 1]);
});

everywhere("what is emitted while away is sent later", async (transports) => {
    const client = await open(transports);
    client.tell("leave");
    await client.disconnects(["io client disconnect"]);
    numbers(50).forEach((i) => client.emit("message", i));
    client.tell("connect");
    await client.connects();
    await client.event("auth", {});
    for (const i of numbers(50)) {
        await client.event("message-back", i);
    }
});

/* ------------------------------------------------------------ disconnecting */

everywhere("it leaves one of two namespaces", async (transports) => {
    const alone = await own();
    const client = await open(transports, {}, alone);
    await join(client, "/custom");
    client.tell("leave", { nsp: "/custom" });
    await client.disconnects(["io client disconnect"], "/custom");
    await alone.says("client namespace disconnect");
    await comesBack(client, "still here");
    client.tell("connect", { nsp: "/custom" });
    await client.connects("/custom");
});

everywhere("it leaves for good, and comes again", async (transports) => {
    const alone = await own();
    const client = await open(transports, {}, alone);
    client.tell("leave");
    await client.disconnects(["io client disconnect"]);
    await alone.says("client namespace disconnect");
    client.tell("connect");
    const id = await client.connects();
    same(id === client.id, false, "the same id:");
    await client.event("auth", {});
    await comesBack(client, "here again");
});

everywhere("the server disconnects a namespace", async (transports) => {
    const client = await open(transports, SOON);
    await join(client, "/custom");
    client.emit("ext:disconnect", false);
    await client.disconnects(["io server disconnect"]);
    client.tell("connect");
    await client.connects();
    same((await client.take("event")).event, "auth");
    await comesBack(client, "here again");
    same(client.events.all("disconnect"), []);
    same(client.events.all("reconnect_attempt"), []);
});

everywhere("the server closes the connection, and it stays away", async (transports) => {
    const client = await open(transports, SOON);
    await join(client, "/custom");
    client.emit("ext:disconnect", true);
    const gone = [await client.take("disconnect"), await client.take("disconnect")];
    same(gone.map(({ nsp }) => nsp).sort(), ["/", "/custom"]);
    same(gone.map(({ reason }) => reason),
        ["io server disconnect", "io server disconnect"]);
    client.tell("connect");
    await client.connects();
    same((await client.take("event")).event, "auth");
    await comesBack(client, "here again");
    same(client.events.all("reconnect_attempt"), []);
});

settled("it is frozen, and given up", async (transports) => {
    const quick = await own(["--ping-interval", "300", "--ping-timeout", "300"]);
    const client = await open(transports, {}, quick);
    client.kill("SIGSTOP");
    await quick.says("ping timeout");
});

everywhere("it answers pings", async (transports) => {
    const quick = await own(["--ping-interval", "100", "--ping-timeout", "1000"]);
    const client = await open(transports, {}, quick);
    for (const end = Date.now() + 1500; Date.now() < end; ) {
        same(await client.acked("message-with-ack"), []);
    }
    same(client.events.all("disconnect"), []);
});

/* ------------------------------------------------------------ the server's end */

everywhere("a frozen server is given up, and found again", async (transports) => {
    const frozen = await own(["--ping-interval", "300", "--ping-timeout", "300"]);
    const client = await open(transports, SOON, frozen);
    frozen.kill("SIGSTOP");
    await client.disconnects(["ping timeout"]);
    await client.says("reconnect_attempt", { attempt: 1 });
    frozen.kill("SIGCONT");
    await client.connects();
});

everywhere("a server that comes back is found again", async (transports) => {
    const first = await own([], await quietPort());
    const client = await open(transports, SOON, first);
    await join(client, "/custom");
    await first.stop("SIGKILL");
    await client.disconnects(GONE);
    await client.disconnects(GONE, "/custom");
    client.emit("message", "meanwhile");
    await client.says("reconnect_attempt", { attempt: 1 });
    await client.take("connect_error");
    await client.says("reconnect_attempt", { attempt: 2 });
    await own([], first.port);
    const { attempt } = await client.take("reconnect");
    const last = client.events.all("reconnect_attempt").pop() || { attempt: 2 };
    same(attempt, last.attempt, "the attempt that succeeded:");
    const names = [await client.take("connect"), await client.take("connect")];
    same(names.map(({ nsp }) => nsp).sort(), ["/", "/custom"]);
    const events = await client.untilNow();
    same(events.filter(([event]) => event === "message-back"),
        [["message-back", "meanwhile"]]);
});

everywhere("it gives up after reconnectionAttempts", async (transports) => {
    const first = await own([], await quietPort());
    const options = { ...SOON, reconnectionAttempts: 2 };
    const client = await open(transports, options, first);
    await first.stop("SIGKILL");
    await client.disconnects(GONE);
    for (const attempt of [1, 2]) {
        await client.says("reconnect_attempt", { attempt });
        const { nsp, message } = await client.take("connect_error");
        same([nsp, typeof message], ["/", "string"]);
    }
    await client.says("reconnect_failed", {});
    same(client.events.all("reconnect_attempt"), []);
});

/* The first try is none of the attempts to reconnect. */
everywhere("a server that is not there yet is waited for", async (transports) => {
    const before = await own([], await quietPort());
    await before.stop("SIGKILL");
    const client = start(transports, SOON, before);
    const { nsp, message } = await client.take("connect_error");
    same([nsp, typeof message], ["/", "string"]);
    await client.says("reconnect_attempt", { attempt: 1 });
    await own([], before.port);
    await client.take("reconnect");
    await client.connects();
    await client.event("auth", {});
});

everywhere("without reconnection it says once that nobody is there", async (transports) => {
    const before = await own([], await quietPort());
    await before.stop("SIGKILL");
    const client = start(transports, {}, before);
    const { nsp, message } = await client.take("connect_error");
    same([nsp, typeof message], ["/", "string"]);
    client.tell("quit");
    same(await client.ended, 0, "status");
    same(client.events.things.map(({ kind }) => kind), ["end"]);
});

/* ------------------------------------------------------------ recovery */

everywhere("what it missed is brought when it is back", async (transports, name) => {
    const room = `missed by ${name}`;
    const client = await open(transports, SOON, recovering);
    same(await client.acked("ext:join", room), [1]);
    client.emit("ref:break", room, 20);
    await client.disconnects(GONE);
    same(await client.connects(), client.id, "the same id:");
    for (const i of numbers(20)) {
        const { event, args } = await client.take("event");
        same([event, args[0]], ["ext:room", i]);
    }
    same(await client.acked("ref:is-recovered"), [true]);
    same(await client.acked("ext:leave", room), [0]);
});

everywhere("who left is not recovered", async (transports) => {
    const client = await open(transports, {}, recovering);
    client.tell("leave");
    client.tell("connect");
    const id = await client.connects();
    same(id === client.id, false, "the same id:");
    same(await client.acked("ref:is-recovered"), [false]);
});

/* ------------------------------------------------------------ nonsense */

const OPENED = JSON.stringify({
    sid: "1", upgrades: [], pingInterval: 25000, pingTimeout: 20000,
    maxPayload: MAX,
});

/* A WebSocket server that opens, connects, and then says these packets. */
async function nonsense(...packets) {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    const said = new Inbox();
    server.on("connection", (socket) => {
        socket.on("error", () => {});
        socket.on("close", () => said.put("close"));
        socket.on("message", () => packets.forEach((one) => socket.send(one)));
        socket.send(`0${OPENED}`);
    });
    await new Promise((resolve) => server.on("listening", resolve));
    atEnd(() => {
        server.clients.forEach((socket) => socket.terminate());
        server.close();
    });
    return { said, url: `http://127.0.0.1:${server.address().port}` };
}

const CONNECTED = '40{"sid":"abcdefghijklmnopqrst"}';
const HOLDER = (num) => `{"_placeholder":true,"num":${num}}`;

for (const packets of [
    ["4abc"], ["47"], ["42{}"], ["42[]"], ["42[null]"], ['42["a"'], ["40[]"],
    ["431{}"], ["44[]"], ['41{"a":1}'], ['451-["a"]', '42["b"]'],
    [Buffer.from("x")], [`451-["a",${HOLDER(1)}]`, Buffer.from("x")],
    ['4511-["a"]'],
]) {
    check(`a server that says ${packets.join(" ")} is left`, async () => {
        const server = await nonsense(CONNECTED, ...packets);
        const client = start(["websocket"], {}, server);
        await client.connects();
        await client.disconnects(["parse error"]);
        await server.said.take("close");
    });
}

check("a server that says 9 is left", async () => {
    const server = await nonsense(CONNECTED, "9");
    const client = start(["websocket"], {}, server);
    await client.connects();
    await client.disconnects(["parse error", ...GONE]);
});

check("a server that reconnects after nonsense is found again", async () => {
    const server = await nonsense(CONNECTED, "4abc");
    const client = start(["websocket"], SOON, server);
    await client.connects();
    await client.disconnects(["parse error"]);
    await client.says("reconnect_attempt", { attempt: 1 });
    await client.connects();
});

check("an acknowledgement that it does not wait for is ignored", async () => {
    const server = await nonsense(CONNECTED, "4317[1]", '42["after"]');
    const client = start(["websocket"], {}, server);
    await client.connects();
    await client.event("after");
});

check("a server without a sid in CONNECT is too old", async () => {
    const server = await nonsense("40", '42["after"]');
    const client = start(["websocket"], {}, server);
    const { nsp, message } = await client.take("connect_error");
    same([nsp, typeof message], ["/", "string"]);
});

/* Below HTTP: whatever is asked, this is the answer. */
async function answering(text) {
    const server = net.createServer((socket) => {
        socket.on("error", () => {});
        socket.once("data", () => socket.end(text));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    atEnd(() => server.close());
    return { url: `http://127.0.0.1:${server.address().port}` };
}

for (const [what, text] of [
    ["404", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"],
    ["400", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"],
    ["nothing", ""],
    ["no HTTP", "220 mail.example ESMTP\r\n"],
    ["a page", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>"],
]) {
    everywhere(`${what} for an answer is a connect_error`, async (transports) => {
        const client = start(transports, {}, await answering(text));
        const { nsp, message } = await client.take("connect_error");
        same([nsp, typeof message], ["/", "string"]);
    });
}

/* ------------------------------------------------------------ all of it */

async function main() {
    const options = ["--max-message", String(MAX)];
    server = await Server.start(REFERENCE, options);
    recovering = await Server.start(REFERENCE, [...options, "--recovery", "5000"]);
    run(async () => {
        await server.endsWell();
        await recovering.endsWell();
    });
}

main();
