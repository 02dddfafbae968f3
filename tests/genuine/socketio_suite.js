/* socketio_suite.js -- what the published test suite of Socket.IO v5 asks of a
 * server, and what the genuine server does besides, packet by packet.
 *
 * usage: node socketio_suite.js PROGRAM [WORD]...
 */
"use strict";

const WebSocket = require("ws");
const {
    Inbox, PATIENCE_MS, Server, atEnd, check, fail, matches, run, same,
} = require("./harness.js");

const COMMAND = process.argv.slice(2);
const QUERY = "socket.io/?EIO=4&transport=";

let server;
let impatient; /* with those who do not connect to a namespace */

/* ------------------------------------------------------------ means */

/* One connection below Socket.IO; texts and buffers come as "packet". */
class Connection {
    inbox = new Inbox();

    constructor({ url }) {
        this.socket = new WebSocket(`${url}/${QUERY}websocket`);
        this.socket.on("message", (data, isBinary) => this.arrived(data, isBinary));
        this.socket.on("close", () => this.inbox.put("close"));
        this.socket.on("error", () => {}); /* "close" follows */
        atEnd(() => this.socket.terminate());
    }

    arrived(data, isBinary) {
        if (String(data) === "2" && !isBinary) {
            this.socket.send("3");
        } else {
            this.inbox.put("packet", isBinary ? data : String(data));
        }
    }

    send(...packets) {
        packets.forEach((packet) => this.socket.send(packet));
    }

    packet() {
        return this.inbox.take("packet");
    }

    async brings(...packets) {
        for (const packet of packets) {
            same(await this.packet(), packet);
        }
    }

    /* The session is over, and nothing was said but that, in a close packet. */
    async closes() {
        await this.inbox.take("close");
        const packets = this.inbox.all("packet");
        same(packets.filter((packet) => packet !== "1"), []);
    }

    /* Everything that was sent is dealt with, and nothing came of it. */
    async isSilentAndOpen() {
        this.send('42["message","fence"]');
        await this.brings('42["message-back","fence"]');
    }
}

async function open(at = server) {
    const connection = new Connection(at);
    matches(await connection.packet(), /^0\{"sid"/);
    return connection;
}

/* The answer to a CONNECT, `prefix` and then the sid and nothing else. */
async function isIn(connection, prefix) {
    const packet = await connection.packet();
    if (!packet.startsWith(prefix)) {
        fail(`${prefix}...`, packet);
    }
    const { sid, ...others } = JSON.parse(packet.slice(prefix.length));
    matches(sid, /^[\w-]{20}$/);
    same(others, {});
    return sid;
}

async function connect() {
    const connection = await open();
    connection.send("40");
    await isIn(connection, "40");
    await connection.brings('42["auth",{}]');
    return connection;
}

/* ------------------------------------------------------------ CONNECT */

for (const [what, sent, prefix, auth] of [
    ["to the main namespace", "40", "40", '42["auth",{}]'],
    ["to it with an empty payload", "40{}", "40", '42["auth",{}]'],
    ["to it by its name", "40/,", "40", '42["auth",{}]'],
    ["to it with a payload", '40{"token":"123"}', "40",
        '42["auth",{"token":"123"}]'],
    ["to a namespace", "40/custom,", "40/custom,", '42/custom,["auth",{}]'],
    ["to it without a comma", "40/custom", "40/custom,",
        '42/custom,["auth",{}]'],
    ["to it with a payload", '40/custom,{"token":"abc"}', "40/custom,",
        '42/custom,["auth",{"token":"abc"}]'],
    ["to a dynamic namespace", "40/ext-dyn-7,", "40/ext-dyn-7,",
        '42/ext-dyn-7,["ext:hello","/ext-dyn-7"]'],
]) {
    check(`connect ${what}: ${sent}`, async () => {
        const connection = await open();
        connection.send(sent);
        await isIn(connection, prefix);
        await connection.brings(auth);
    });
}

check("each namespace has an id of its own", async () => {
    const connection = await open();
    connection.send("40");
    const main = await isIn(connection, "40");
    await connection.brings('42["auth",{}]');
    connection.send("40/custom,");
    const custom = await isIn(connection, "40/custom,");
    same(main === custom, false, "two different ids:");
});

check("an unknown namespace is refused, and the connection stays", async () => {
    const connection = await open();
    connection.send("40/random");
    await connection.brings('44/random,{"message":"Invalid namespace"}');
    connection.send("40/ext-dyn-");
    await connection.brings('44/ext-dyn-,{"message":"Invalid namespace"}');
    connection.send("40");
    await isIn(connection, "40");
});

check("a middleware refuses with its data", async () => {
    const connection = await open();
    connection.send("40/ext-denied,");
    const packet = await connection.packet();
    same(packet.slice(0, 15), "44/ext-denied,{");
    same(JSON.parse(packet.slice(14)), {
        message: "not authorized",
        data: { code: 401, detail: "é😀" },
    });
    connection.send("40");
    await isIn(connection, "40");
});

check("who does not connect is closed", async () => {
    await (await open(impatient)).closes();
});

check("who connects in vain is closed as well", async () => {
    const connection = await open(impatient);
    connection.send("40/random");
    await connection.brings('44/random,{"message":"Invalid namespace"}');
    await connection.closes();
});

for (const packet of ["4abc", '40"text"', "40[]", "40{", "4", '42["message"]',
    "41", "43[]", "4-1"]) {
    check(`${packet} before a CONNECT closes`, async () => {
        const connection = await open();
        connection.send(packet);
        await connection.closes();
    });
}

for (const [what, packet] of [
    ["a second CONNECT", "40"],
    ["an event in a namespace to which nobody connected",
        '42/custom,["message"]'],
]) {
    check(`${what} closes`, async () => {
        const connection = await connect();
        connection.send(packet);
        await connection.closes();
    });
}

/* ------------------------------------------------------------ DISCONNECT */

check("disconnect from the main namespace: it may be entered again", async () => {
    const connection = await connect();
    connection.send("41");
    connection.send("40/ext-dyn-1,"); /* answered when the first is dealt with */
    await isIn(connection, "40/ext-dyn-1,");
    await connection.brings('42/ext-dyn-1,["ext:hello","/ext-dyn-1"]');
    connection.send("40");
    await isIn(connection, "40");
    await connection.brings('42["auth",{}]');
    await connection.isSilentAndOpen();
});

for (const packet of ["41/custom", "41/custom,"]) {
    check(`disconnect from a namespace: ${packet}`, async () => {
        const connection = await connect();
        connection.send("40/custom");
        await isIn(connection, "40/custom,");
        await connection.brings('42/custom,["auth",{}]');
        connection.send(packet);
        await connection.isSilentAndOpen();
        connection.send("40/custom");
        await isIn(connection, "40/custom,");
    });
}

check("the server disconnects: 41, and the connection stays", async () => {
    const connection = await connect();
    connection.send("40/custom,");
    await isIn(connection, "40/custom,");
    await connection.brings('42/custom,["auth",{}]');
    connection.send('42["ext:disconnect",false]');
    await connection.brings("41");
    connection.send("40");
    await isIn(connection, "40");
});

check("the server closes: each namespace is told, then the end", async () => {
    const connection = await connect();
    connection.send("40/custom,");
    await isIn(connection, "40/custom,");
    await connection.brings('42/custom,["auth",{}]');
    connection.send('42["ext:disconnect",true]');
    const packets = [await connection.packet(), await connection.packet()];
    same(packets.sort(), ["41", "41/custom,"]);
    await connection.inbox.take("close");
});

/* ------------------------------------------------------------ messages */

const TWO = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';
const BUFFERS = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];

check("a message", async () => {
    const connection = await connect();
    connection.send('42["message",1,"2",{"3":[true]}]');
    await connection.brings('42["message-back",1,"2",{"3":[true]}]');
});

check("a message without arguments", async () => {
    const connection = await connect();
    connection.send('42["message"]');
    await connection.brings('42["message-back"]');
});

check("a message with buffers", async () => {
    const connection = await connect();
    connection.send(`452-["message",${TWO}]`, ...BUFFERS);
    await connection.brings(`452-["message-back",${TWO}]`, ...BUFFERS);
});

check("a message with an acknowledgement", async () => {
    const connection = await connect();
    connection.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    await connection.brings('43456[1,"2",{"3":[false]}]');
});

check("a message with buffers and an acknowledgement", async () => {
    const connection = await connect();
    connection.send(`452-789["message-with-ack",${TWO}]`, ...BUFFERS);
    await connection.brings(`462-789[${TWO}]`, ...BUFFERS);
});

check("an acknowledgement has the number 0 as well", async () => {
    const connection = await connect();
    connection.send('420["message-with-ack"]');
    await connection.brings("430[]");
});

/* One more is an error: see the formats below. */
check("a message with ten buffers", async () => {
    const connection = await connect();
    const places = Array.from({ length: 10 }, (_, num) =>
        JSON.stringify({ _placeholder: true, num })).join(",");
    const buffers = Array.from({ length: 10 }, (_, i) => Buffer.alloc(i, i));
    connection.send(`4510-["message",${places}]`, ...buffers);
    await connection.brings(`4510-["message-back",${places}]`, ...buffers);
});

check("buffers deep in an argument, and an empty one", async () => {
    const connection = await connect();
    const places = '{"a":[{"_placeholder":true,"num":0}]}' +
        ',[[{"_placeholder":true,"num":1}]]';
    const buffers = [Buffer.alloc(0), Buffer.from("x")];
    connection.send(`452-["message",${places}]`, ...buffers);
    await connection.brings(`452-["message-back",${places}]`, ...buffers);
});

check("blanks in the payload are as good", async () => {
    const connection = await connect();
    connection.send('42[ "message" , { "a" : [ 1 , 2 ] } ] ');
    const packet = await connection.packet();
    same(JSON.parse(packet.slice(2)), ["message-back", { a: [1, 2] }]);
});

check("an event that nobody listens to is ignored", async () => {
    const connection = await connect();
    connection.send('42["nobody",1]', '421["nobody",1]', "42[7]");
    await connection.isSilentAndOpen();
});

check("an acknowledgement that nobody waits for is ignored", async () => {
    const connection = await connect();
    connection.send("4312345[1]");
    await connection.isSilentAndOpen();
});

/* The number of the question that ext:ask brings back. */
async function isAsked(connection) {
    connection.send('42["ext:ask","why"]');
    const packet = await connection.packet();
    matches(packet, /^42\d+\["ext:question","why"\]$/);
    return parseInt(packet.slice(2), 10);
}

check("the server asks with numbers that count", async () => {
    const connection = await connect();
    const id = await isAsked(connection);
    connection.send(`43${id}["because"]`);
    await connection.brings('42["ext:answer","because"]');
    same(await isAsked(connection), id + 1);
});

check("a second acknowledgement is ignored", async () => {
    const connection = await connect();
    const id = await isAsked(connection);
    connection.send(`43${id}[1]`, `43${id}[2]`);
    await connection.brings('42["ext:answer",1]');
    await connection.isSilentAndOpen();
});

check("a server that gets no acknowledgement goes on", async () => {
    const connection = await connect();
    const id = await isAsked(connection);
    await connection.brings('42["ext:answer",{"timeout":true}]');
    connection.send(`43${id}[1]`);
    await connection.isSilentAndOpen();
});

check("an acknowledgement may have buffers", async () => {
    const connection = await connect();
    const id = await isAsked(connection);
    connection.send(`462-${id}[${TWO}]`, ...BUFFERS);
    await connection.brings(`452-["ext:answer",${TWO}]`, ...BUFFERS);
});

/* ------------------------------------------------------------ formats */

for (const packet of [
    "4abc", "47", "42{}", "42[]", "42[null]", "42[{}]", "42[[]]",
    "42[", '42["message"', '42["message"]]', '42["message",]',
    '42abc["message-with-ack",1]', '42["connect"]', '42["disconnect"]',
    '42["connect_error"]', '42["disconnecting"]', '42["newListener"]',
    '42["removeListener"]', "431{}", '41{"a":1}', '44{"message":"x"}',
    '45["message"]', '45-["message"]', '45x-["message"]',
    '4511-["message"]', '451-{}', "451-[]",
]) {
    check(`${packet} closes`, async () => {
        const connection = await connect();
        connection.send(packet);
        await connection.closes();
    });
}

check("a text where a buffer is due closes", async () => {
    const connection = await connect();
    connection.send(`452-["message",${TWO}]`, BUFFERS[0], '42["message"]');
    await connection.closes();
});

check("a buffer that no packet announced closes", async () => {
    const connection = await connect();
    connection.send(BUFFERS[0]);
    await connection.closes();
});

for (const num of ["2", "-1", '"0"', "null"]) {
    check(`a placeholder of number ${num} closes`, async () => {
        const connection = await connect();
        const place = `{"_placeholder":true,"num":${num}}`;
        connection.send(`451-["message",${place}]`, BUFFERS[0]);
        await connection.closes();
    });
}

/* ------------------------------------------------------------ polling */

async function poll(sid) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const url = `${server.url}/${QUERY}polling&sid=${sid}`;
    return (await fetch(url, { signal })).text();
}

async function post(sid, body) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const url = `${server.url}/${QUERY}polling&sid=${sid}`;
    return (await fetch(url, { signal, method: "POST", body })).text();
}

/* So many packets, however many polls it takes. */
async function polls(sid, count) {
    const packets = [];
    while (packets.length < count) {
        packets.push(...(await poll(sid)).split("\x1e"));
    }
    return packets;
}

check("polling: packets and buffers, together and apart", async () => {
    const opened = await fetch(`${server.url}/${QUERY}polling`);
    const { sid } = JSON.parse((await opened.text()).slice(1));
    same(await post(sid, "40"), "ok");
    const [connected, welcome] = await polls(sid, 2);
    matches(connected, /^40\{"sid":"[\w-]{20}"\}$/);
    same(welcome, '42["auth",{}]');
    const packets = [`452-["message",${TWO}]`, "bAQID", "bBAUG"];
    same(await post(sid, packets.join("\x1e")), "ok");
    packets[0] = packets[0].replace("message", "message-back");
    same(await polls(sid, 3), packets);
    for (const packet of packets) {
        same(await post(sid, packet.replace("-back", "")), "ok");
    }
    same(await polls(sid, 3), packets);
});

/* ------------------------------------------------------------ all of it */

async function main() {
    server = await Server.start(COMMAND, []);
    impatient = await Server.start(COMMAND, ["--connect-timeout", "300"]);
    run(async () => {
        await server.endsWell();
        await impatient.endsWell();
    });
}

main();
