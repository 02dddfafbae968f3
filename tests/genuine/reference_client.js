/* reference_client.js -- the genuine client, driven as `client --commands` is.
 *
 * A JSON object a line: {"cmd":...} on standard input, {"ev":...} on standard
 * output; a buffer is {"$bin":"base64"}. With it the checks of our client are
 * themselves checked, and it is a client that can be frozen.
 */
"use strict";

const readline = require("readline");
const { Manager } = require("socket.io-client");

let manager;
let first; /* the namespace that was opened */
const sockets = new Map();

/* ------------------------------------------------ JSON with buffers */

function say(ev, rest) {
    console.log(JSON.stringify({ ev, ...rest }));
}

function each(value, change) {
    if (Array.isArray(value)) {
        return value.map(change);
    }
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, one]) => [key, change(one)]));
}

function with_buffers(value) {
    if (value === null || typeof value !== "object") {
        return value;
    }
    return typeof value.$bin === "string"
        ? Buffer.from(value.$bin, "base64")
        : each(value, with_buffers);
}

function without_buffers(value) {
    if (value === null || typeof value !== "object") {
        return value;
    }
    return Buffer.isBuffer(value)
        ? { $bin: value.toString("base64") }
        : each(value, without_buffers);
}

/* ------------------------------------------------ one namespace */

function on_event(nsp, event, args) {
    const last = args[args.length - 1];
    const ack = typeof last === "function" ? args.pop() : () => {};
    say("event", { nsp, event, args: without_buffers(args) });
    ack(...args, "acked");
}

function join(nsp, auth) {
    const socket = manager.socket(nsp, { auth });
    sockets.set(nsp, socket);
    socket.on("connect", () => say("connect", { nsp, id: socket.id }));
    socket.on("disconnect", (reason) => say("disconnect", { nsp, reason }));
    socket.on("connect_error", ({ message, data }) =>
        say("connect_error", { nsp, message, data }));
    socket.onAny((event, ...args) => on_event(nsp, event, args));
    socket.connect();
}

function socket_of({ nsp = first }) {
    return sockets.get(nsp);
}

function answered(tag, error, args) {
    if (error) {
        say("ack-error", { tag, message: error.message });
    } else {
        say("ack", { tag, args: without_buffers(args) });
    }
}

function emit(command) {
    const { event, args = [], ack, timeout, volatile } = command;
    const socket = socket_of(command);
    const all = with_buffers(args);
    if (ack !== undefined) {
        all.push(timeout === undefined
            ? (...acked) => answered(ack, null, acked)
            : (error, ...acked) => answered(ack, error, acked));
    }
    if (timeout !== undefined) {
        socket.timeout(timeout);
    }
    (volatile ? socket.volatile : socket).emit(event, ...all);
}

/* ------------------------------------------------ the commands */

function open({ url, nsp = "/", auth, headers, ...options }) {
    first = nsp;
    manager = new Manager(url, {
        ...options,
        extraHeaders: headers,
        autoConnect: false,
    });
    manager.on("reconnect_attempt", (n) =>
        say("reconnect_attempt", { attempt: n }));
    manager.on("reconnect", (n) => say("reconnect", { attempt: n }));
    manager.on("reconnect_failed", () => say("reconnect_failed", {}));
    join(nsp, auth);
}

const commands = {
    open,
    join: ({ nsp, auth }) => join(nsp, auth),
    emit,
    leave: (command) => socket_of(command).disconnect(),
    connect: (command) => socket_of(command).connect(),
    quit: () => process.exit(0),
};

readline.createInterface({ input: process.stdin }).on("line", (line) => {
    const command = JSON.parse(line);
    commands[command.cmd](command);
});
