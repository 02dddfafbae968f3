/* reference_server.js -- the genuine server, with the application of our own.
 *
 * It takes the options of build/socketio_app that the checks use, says where it
 * listens in the same words, and echoes at /engine.io/ as build/server does. The
 * ref:* events, which ours has not, are for the checks of our client.
 */
"use strict";

const http = require("http");
const { parseArgs } = require("util");
const engine = require("engine.io");
const { Server } = require("socket.io");

const number = { type: "string" };
const { values } = parseArgs({
    options: {
        port: { ...number, short: "p", default: "0" },
        "ping-interval": { ...number, default: "25000" },
        "ping-timeout": { ...number, default: "20000" },
        "max-message": { ...number, default: "1000000" },
        "connect-timeout": { ...number, default: "45000" },
        recovery: { ...number, default: "0" },
    },
});

const options = {
    pingInterval: Number(values["ping-interval"]),
    pingTimeout: Number(values["ping-timeout"]),
    maxHttpBufferSize: Number(values["max-message"]),
    connectTimeout: Number(values["connect-timeout"]),
};
if (Number(values.recovery) > 0) {
    options.connectionStateRecovery = {
        maxDisconnectionDuration: Number(values.recovery),
    };
}

/* ------------------------------------------------ the published suites */

function echo(session) {
    session.on("message", (data) => session.send(data));
}

function welcome(socket) {
    socket.emit("auth", socket.handshake.auth);
}

function repeat(socket) {
    socket.on("message", (...args) => socket.emit("message-back", ...args));
    socket.on("message-with-ack", (...args) => args.pop()(...args));
}

/* ------------------------------------------------ ext:* */

function ask(socket) {
    socket.on("ext:ask", (...args) => {
        socket.timeout(1000).emit("ext:question", ...args, (error, ...acked) => {
            socket.emit("ext:answer", ...(error ? [{ timeout: true }] : acked));
        });
    });
}

function rooms(io, socket) {
    const count = () => socket.rooms.size - 1;
    socket.on("ext:join", (room, ack) => {
        socket.join(room);
        ack(count());
    });
    socket.on("ext:leave", (room, ack) => {
        socket.leave(room);
        ack(count());
    });
    const send = (to, args) => to.emit("ext:room", ...args);
    socket.on("ext:to", (to, ...args) => send(socket.to(to), args));
    socket.on("ext:in", (to, ...args) => send(io.in(to), args));
    socket.on("ext:except", (not, ...args) => send(io.except(not), args));
    socket.on("ext:broadcast", (...args) => send(socket.broadcast, args));
}

function poll(io, socket) {
    socket.on("ext:broadcast-ack", (room, ms, ack) => {
        io.in(room).timeout(ms).emit("ext:poll", (error, answers) => {
            ack({ complete: !error, answers });
        });
    });
}

function quantities(socket) {
    socket.on("ext:binary", (size, ack) => {
        const data = Buffer.alloc(size, "x");
        socket.emit("ext:data", { size }, data);
        ack(data);
    });
    socket.on("ext:burst", (count) => {
        for (let i = 0; i < count; i++) {
            socket.emit("ext:item", i);
        }
    });
    socket.on("ext:disconnect", (close) => socket.disconnect(close));
}

/* ------------------------------------------------ ref:* */

function only_here(io, socket) {
    const { query, headers } = socket.handshake;
    socket.on("ref:handshake", (ack) => ack({ query, headers }));
    /* The connection breaks; what comes meanwhile waits for its recovery. */
    socket.on("ref:break", (room, count) => {
        socket.conn.once("close", () => {
            for (let i = 0; i < count; i++) {
                io.to(room).emit("ext:room", i);
            }
        });
        socket.conn.close();
    });
    socket.on("ref:is-recovered", (ack) => ack(socket.recovered));
    socket.on("ref:transport", (ack) => ack(socket.conn.transport.name));
}

function say_why(socket) {
    socket.on("disconnect", (reason) => {
        console.error(`${socket.id} left ${socket.nsp.name} (${reason})`);
    });
}

function serve(io) {
    io.on("connection", (socket) => {
        welcome(socket);
        repeat(socket);
        ask(socket);
        rooms(io, socket);
        poll(io, socket);
        quantities(socket);
        only_here(io, socket);
        say_why(socket);
    });
    io.of("/custom").on("connection", (socket) => {
        welcome(socket);
        say_why(socket);
    });
    io.of("/ext-denied").use((socket, next) => {
        const data = { code: 401, detail: "é😀" };
        next(Object.assign(new Error("not authorized"), { data }));
    });
    io.of(/^\/ext-dyn-\d+$/).on("connection", (socket) => {
        socket.emit("ext:hello", socket.nsp.name);
        say_why(socket);
    });
}

const server = http.createServer();
const echoes = new engine.Server(options);
echoes.on("connection", echo);
echoes.attach(server, { path: "/engine.io" });
const io = new Server(server, options);
serve(io);
process.on("SIGTERM", () => {
    io.close(() => process.exit(0));
    echoes.close();
    server.closeAllConnections();
});
server.listen(Number(values.port), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
