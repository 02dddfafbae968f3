/* engineio_suite.js -- what the published test suite of Engine.IO v4 asks of a
 * server, and what the genuine server does besides.
 *
 * usage: node engineio_suite.js PATH PROGRAM [WORD]...
 *
 * At /engine.io/ the server sends back every message. The others, as /socket.io/,
 * only need sessions.
 */
"use strict";

const http = require("http");
const { once } = require("events");
const WebSocket = require("ws");
const {
    Inbox, PATIENCE_MS, Server, atEnd, check, matches, oneOf, run, same, within,
} = require("./harness.js");

const [PATH, ...COMMAND] = process.argv.slice(2);
const IS_ECHO = PATH === "/engine.io/";
const MAX = 100000;
const QUICK = ["--ping-interval", "300", "--ping-timeout", "200"];
const BOUND = ["--max-message", String(MAX)];

let calm; /* a server that seldom pings, so that nothing comes in between */
let quick; /* and one that often does */

/* ------------------------------------------------------------ means */

function address(query, server = calm) {
    return `${server.url}${PATH}?${query}`;
}

async function request(query, options = {}, server = calm) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(address(query, server), { signal, ...options });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
}

async function status(query, options) {
    return (await request(query, options)).status;
}

async function openSession(server = calm) {
    const { text } = await request("EIO=4&transport=polling", {}, server);
    return JSON.parse(text.slice(1)).sid;
}

function of(sid) {
    return `EIO=4&transport=polling&sid=${sid}`;
}

function poll(sid, server) {
    return request(of(sid), {}, server);
}

function post(sid, body, server) {
    return request(of(sid), { method: "POST", body }, server);
}

/* A poll that the server has when this returns: what is asked after it, and
 * answered, came behind it. */
async function startPoll(sid) {
    const inbox = new Inbox();
    const get = http.get(address(of(sid)), { agent: false });
    get.on("error", (error) => inbox.put("error", error.message));
    get.on("response", (response) => {
        response.setEncoding("utf8");
        let text = "";
        response.on("data", (more) => (text += more));
        response.on("end", () =>
            inbox.put("answer", { status: response.statusCode, text }));
    });
    atEnd(() => get.destroy());
    const [socket] = await once(get, "socket");
    await within(PATIENCE_MS, once(socket, "connect"), "a connection");
    await status("EIO=0");
    return { inbox, cancel: () => get.destroy() };
}

/* A WebSocket whose messages come as "text" and "binary". */
function webSocket(query, server = calm) {
    const socket = new WebSocket(address(query, server).replace("http", "ws"));
    const inbox = new Inbox();
    socket.on("open", () => inbox.put("open"));
    socket.on("error", () => {}); /* "close" follows */
    socket.on("close", (code) => inbox.put("close", code));
    socket.on("unexpected-response", (_, response) => {
        inbox.put("refused", response.statusCode);
        response.destroy();
        socket.terminate();
    });
    socket.on("message", (data, isBinary) =>
        inbox.put(isBinary ? "binary" : "text", isBinary ? data : String(data)));
    atEnd(() => socket.terminate());
    return {
        inbox,
        send: (data) => socket.send(data),
        text: () => inbox.take("text"),
        close: () => inbox.take("close"),
    };
}

async function openWebSocket(server) {
    const socket = webSocket("EIO=4&transport=websocket", server);
    matches(await socket.text(), /^0\{/);
    return socket;
}

/* On the way from polling to WebSocket: the probe is answered. */
async function probe(sid) {
    const socket = webSocket(`EIO=4&transport=websocket&sid=${sid}`);
    await socket.inbox.take("open");
    socket.send("2probe");
    same(await socket.text(), "3probe");
    return socket;
}

async function echoes(socket) {
    if (IS_ECHO) {
        socket.send("4hello");
        same(await socket.text(), "4hello");
    }
}

function checkEcho(sentence, body) {
    if (IS_ECHO) {
        check(sentence, body);
    }
}

/* ------------------------------------------------------------ handshake */

function isHandshake(packet, upgrades, pingInterval, pingTimeout) {
    same(packet[0], "0");
    const { sid, ...others } = JSON.parse(packet.slice(1));
    matches(sid, /^.{10,}$/);
    same(others, { upgrades, pingInterval, pingTimeout, maxPayload: MAX });
}

/* More may be said than this. */
function isRefusal(text, code, message) {
    const body = JSON.parse(text);
    same([body.code, body.message], [code, message]);
}

check("polling: a session is opened", async () => {
    const { status, headers, text } = await request("EIO=4&transport=polling");
    same(status, 200);
    matches(headers.get("content-type"), /^text\/plain; *charset=utf-8$/i);
    isHandshake(text, ["websocket"], 25000, 20000);
});

check("polling: the handshake has the server's options", async () => {
    const { text } = await request("EIO=4&transport=polling", {}, quick);
    isHandshake(text, ["websocket"], 300, 200);
});

for (const [what, query, code, message] of [
    ["no EIO", "transport=polling", 5, "Unsupported protocol version"],
    ["EIO=abc", "EIO=abc&transport=polling", 5, "Unsupported protocol version"],
    ["EIO=3", "EIO=3&transport=polling", 5, "Unsupported protocol version"],
    ["no transport", "EIO=4", 0, "Transport unknown"],
    ["transport=abc", "EIO=4&transport=abc", 0, "Transport unknown"],
    ["an unknown sid", of("nobody"), 1, "Session ID unknown"],
]) {
    check(`polling: ${what} is refused with code ${code}`, async () => {
        const { status, text } = await request(query);
        same(status, 400);
        isRefusal(text, code, message);
    });
}

for (const method of ["POST", "PUT", "DELETE"]) {
    check(`polling: a session is not opened with ${method}`, async () => {
        const query = "EIO=4&transport=polling";
        const { status, text } = await request(query, { method });
        same(status, 400);
        isRefusal(text, 2, "Bad handshake method");
    });
}

check("polling: a session is not used with PUT", async () => {
    const sid = await openSession();
    oneOf(await status(of(sid), { method: "PUT", body: "4x" }), [400, 500]);
});

check("websocket: a session is opened", async () => {
    const socket = webSocket("EIO=4&transport=websocket");
    isHandshake(await socket.text(), [], 25000, 20000);
});

for (const [what, query] of [
    ["no EIO", "transport=websocket"],
    ["EIO=abc", "EIO=abc&transport=websocket"],
    ["no transport", "EIO=4"],
    ["transport=abc", "EIO=4&transport=abc"],
    ["transport=polling", "EIO=4&transport=polling"],
    ["an unknown sid", "EIO=4&transport=websocket&sid=nobody"],
]) {
    check(`websocket: ${what} is refused or closed`, async () => {
        const { inbox } = webSocket(query);
        await inbox.take("close");
        same(inbox.all("text"), []);
        same(inbox.all("refused").filter((code) => code !== 400), []);
    });
}

/* ------------------------------------------------------------ messages */

for (const [what, payload] of [
    ["one text", "4hello"],
    ["several texts", "4test1\x1e4test2\x1e4test3"],
    ["text and binary", "4hello\x1ebAQIDBA=="],
    ["what is not ASCII", "4é€😀"],
    ["an empty text and an empty binary", "4\x1eb"],
]) {
    checkEcho(`polling: ${what} there and back`, async () => {
        const sid = await openSession();
        const { status, text } = await post(sid, payload);
        same([status, text], [200, "ok"]);
        const answer = await poll(sid);
        same([answer.status, answer.text], [200, payload]);
    });
}

checkEcho("polling: a poll waits for a message", async () => {
    const sid = await openSession();
    const { inbox } = await startPoll(sid);
    await post(sid, "4hello");
    same(await inbox.take("answer"), { status: 200, text: "4hello" });
});

checkEcho("polling: a body of maxPayload is taken, one more is 413", async () => {
    const sid = await openSession();
    const body = "4".padEnd(MAX, "x");
    same((await post(sid, body)).status, 200);
    same((await poll(sid)).text, body);
    const over = post(sid, body + "x").then((answer) => answer.status, () => 413);
    same(await over, 413);
});

for (const body of ["abc", "4hello\x1eabc", "4a\x1e\x1e4b"]) {
    const name = JSON.stringify(body);
    checkEcho(`polling: ${name} is no payload and ends the session`, async () => {
        const sid = await openSession();
        const ended = post(sid, body).then((answer) => answer.status, () => 400);
        oneOf(await ended, [200, 400]);
        same((await poll(sid)).status, 400);
    });
}

check("polling: a second poll ends both and the session", async () => {
    const sid = await openSession();
    const { inbox } = await startPoll(sid);
    oneOf((await poll(sid)).status, [400, 500]);
    same(await inbox.take("answer"), { status: 200, text: "1" });
    same((await poll(sid)).status, 400);
});

check("polling: a cancelled poll ends the session", async () => {
    const sid = await openSession();
    const { inbox, cancel } = await startPoll(sid);
    cancel();
    await inbox.take("error");
    await status("EIO=0"); /* behind the end of that connection */
    same((await poll(sid)).status, 400);
});

checkEcho("websocket: a text there and back", async () => {
    await echoes(await openWebSocket());
});

checkEcho("websocket: a binary message there and back", async () => {
    const socket = await openWebSocket();
    socket.send(Buffer.from([1, 2, 3, 4]));
    same(await socket.inbox.take("binary"), Buffer.from([1, 2, 3, 4]));
});

checkEcho("websocket: maxPayload is taken, one more is closed 1009", async () => {
    const socket = await openWebSocket();
    const message = "4".padEnd(MAX, "x");
    socket.send(message);
    same(await socket.text(), message);
    socket.send(message + "x");
    oneOf(await socket.close(), [1009, 1006]);
});

for (const message of ["abc", "9", ""]) {
    const name = JSON.stringify(message);
    check(`websocket: ${name} is no packet and ends the session`, async () => {
        const socket = await openWebSocket();
        socket.send(message);
        await socket.close();
    });
}

/* ------------------------------------------------------------ heartbeat */

check("polling: a ping comes for each pong", async () => {
    const sid = await openSession(quick);
    for (let i = 0; i < 3; i++) {
        const { status, text } = await poll(sid, quick);
        same([status, text], [200, "2"]);
        same((await post(sid, "3", quick)).status, 200);
    }
});

check("polling: a session whose ping is not answered ends", async () => {
    const sid = await openSession(quick);
    same((await poll(sid, quick)).text, "2");
    oneOf((await poll(sid, quick)).status, [200, 400]); /* when it ends */
    same((await poll(sid, quick)).status, 400);
});

check("websocket: a ping comes for each pong", async () => {
    const socket = await openWebSocket(quick);
    for (let i = 0; i < 3; i++) {
        same(await socket.text(), "2");
        socket.send("3");
    }
});

check("websocket: a session whose ping is not answered ends", async () => {
    const socket = await openWebSocket(quick);
    same(await socket.text(), "2");
    await socket.close();
});

/* ------------------------------------------------------------ close */

check("polling: a close packet ends the poll with a noop", async () => {
    const sid = await openSession();
    const { inbox } = await startPoll(sid);
    const { status, text } = await post(sid, "1");
    same([status, text], [200, "ok"]);
    same(await inbox.take("answer"), { status: 200, text: "6" });
    same((await poll(sid)).status, 400);
});

/* The genuine server only stops to listen, and leaves the end to the heartbeat. */
check("websocket: a close packet ends the connection", async () => {
    const socket = await openWebSocket(quick);
    socket.send("1");
    await socket.close();
});

/* ------------------------------------------------------------ upgrade */

check("upgrade: after the probe a poll ends with a noop", async () => {
    const sid = await openSession();
    const socket = await probe(sid);
    const { status, text } = await poll(sid);
    same([status, text], [200, "6"]);
    socket.send("5");
    await echoes(socket);
});

check("upgrade: a poll that waits ends with a noop", async () => {
    const sid = await openSession();
    const { inbox } = await startPoll(sid);
    const socket = await probe(sid);
    same(await inbox.take("answer"), { status: 200, text: "6" });
    socket.send("5");
    await echoes(socket);
});

checkEcho("upgrade: what was not polled comes by WebSocket", async () => {
    const sid = await openSession();
    const socket = await probe(sid);
    await post(sid, "4one\x1e4two");
    socket.send("5");
    same([await socket.text(), await socket.text()], ["4one", "4two"]);
});

check("upgrade: a probe that goes away leaves the session as it was", async () => {
    const sid = await openSession();
    const socket = await probe(sid);
    socket.send("1");
    if (IS_ECHO) {
        await post(sid, "4still here");
        matches((await poll(sid)).text, /^(6|4still here)/);
    }
    same((await post(sid, "3")).status, 200);
});

check("upgrade: polls of the session are refused afterwards", async () => {
    const sid = await openSession();
    const socket = await probe(sid);
    socket.send("5");
    await echoes(socket);
    await status("EIO=0"); /* behind the upgrade packet */
    same((await poll(sid)).status, 400);
    await echoes(socket);
});

check("upgrade: another WebSocket of the session is closed", async () => {
    const sid = await openSession();
    const socket = await probe(sid);
    socket.send("5");
    await echoes(socket);
    await webSocket(`EIO=4&transport=websocket&sid=${sid}`).close();
    await echoes(socket);
});

/* ------------------------------------------------------------ all of it */

async function main() {
    calm = await Server.start(COMMAND, BOUND);
    quick = await Server.start(COMMAND, [...BOUND, ...QUICK]);
    run(async () => {
        await calm.endsWell();
        await quick.endsWell();
    });
}

main();
