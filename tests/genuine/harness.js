/* harness.js -- checks that have sentences for names, and what they wait with.
 *
 *      check("a poll brings what was sent", async () => {
 *          same((await poll(sid)).text, "4hello");
 *      });
 *      run();
 *
 * One check runs after the other. What a check opens it gives to atEnd(), so that
 * it is closed whatever happens. Nothing is waited for longer than PATIENCE_MS.
 */
"use strict";

const { EventEmitter, once } = require("events");
const { inspect, isDeepStrictEqual } = require("util");
const childProcess = require("child_process");
const net = require("net");
const path = require("path");
const readline = require("readline");

const PATIENCE_MS = 8000; /* for one thing; the machine may be busy */
const CHECK_MS = 20000; /* for one check */
const ALL_MS = 1000 * (process.env.GENUINE_SECONDS || 85); /* for all of them */
const NAME = path.basename(process.argv[1], ".js");

/* ------------------------------------------------------------ to expect */

function show(value) {
    const text = inspect(value, { depth: 8, breakLength: Infinity });
    return text.length > 600 ? text.slice(0, 600) + "..." : text;
}

function fail(expected, came) {
    throw new Error(`expected ${expected}, came ${came}`);
}

/* The same value, -0 and 0 apart; `what` says of which thing. */
function same(came, expected, what = "") {
    if (!isDeepStrictEqual(came, expected)) {
        fail(`${what} ${show(expected)}`.trim(), show(came));
    }
}

function oneOf(came, expected) {
    if (!expected.includes(came)) {
        fail(`one of ${show(expected)}`, show(came));
    }
}

function matches(came, pattern) {
    if (!pattern.test(came)) {
        fail(`what matches ${pattern}`, show(came));
    }
}

/* ------------------------------------------------------------ to wait */

function within(ms, promise, expected, came = () => "nothing") {
    let timer;
    const end = new Promise((_, reject) => {
        const text = () => `expected ${expected}, came ${came()} in ${ms} ms`;
        timer = setTimeout(() => reject(new Error(text())), ms);
    });
    return Promise.race([promise, end]).finally(() => clearTimeout(timer));
}

/* What has arrived, of several kinds, until somebody takes it. */
class Inbox extends EventEmitter {
    things = [];

    put(kind, thing) {
        this.things.push({ kind, thing });
        this.emit("put");
    }

    has(kind) {
        return this.things.some((one) => one.kind === kind);
    }

    /* Everything of this kind that is here already. */
    all(kind) {
        const taken = this.things.filter((one) => one.kind === kind);
        this.things = this.things.filter((one) => one.kind !== kind);
        return taken.map((one) => one.thing);
    }

    /* The oldest thing of this kind. Other kinds are left where they are. */
    async take(kind, ms = PATIENCE_MS) {
        const end = Date.now() + ms;
        while (!this.has(kind)) {
            const left = Math.max(end - Date.now(), 1);
            await within(left, once(this, "put"), kind, () => this.others());
        }
        const i = this.things.findIndex((one) => one.kind === kind);
        return this.things.splice(i, 1)[0].thing;
    }

    others() {
        return this.things.length > 0 ? show(this.things) : "nothing";
    }
}

/* ------------------------------------------------------------ checks */

const checks = [];
const endings = []; /* of the check that runs */
const children = new Set();

function check(sentence, body) {
    checks.push({ sentence, body });
}

/* Call it when the check is over, the last one first. */
function atEnd(close) {
    endings.push(close);
}

async function tidyUp() {
    while (endings.length > 0) {
        await endings.pop()();
    }
}

/* With GENUINE_ONLY=word, only the checks that have it in their sentence. */
function chosen() {
    const word = process.env.GENUINE_ONLY || "";
    return checks.filter(({ sentence }) => sentence.includes(word));
}

async function passes({ sentence, body }) {
    try {
        await within(CHECK_MS, body(), "the end of the check");
        await within(CHECK_MS, tidyUp(), "that all could be closed");
        return true;
    } catch (error) {
        console.log(`FAILED: ${NAME}: ${sentence}: ${error.message}`);
        endings.length = 0;
        return false;
    }
}

/* All checks, then `close`, which may fail as well; ends the process. */
async function run(close = async () => {}) {
    let failed = 0;
    const end = Date.now() + ALL_MS;
    for (const one of chosen()) {
        if (Date.now() > end) {
            console.log(`FAILED: ${NAME}: expected all in ${ALL_MS} ms`);
            failed += 1;
            break;
        }
        const start = Date.now();
        failed += (await passes(one)) ? 0 : 1;
        if (process.env.GENUINE_VERBOSE) {
            console.log(`${Date.now() - start} ms: ${one.sentence}`);
        }
    }
    const last = { sentence: "the server ends with status 0", body: close };
    failed += (await passes(last)) ? 0 : 1;
    console.log(`${NAME}: ${chosen().length + 1} checks, ${failed} failed`);
    process.exit(failed > 0 ? 1 : 0);
}

/* ------------------------------------------------------------ processes */

process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => process.exit(1));
}

/* A program, whose lines come into its inbox as "out" and "err". */
class Program {
    inbox = new Inbox();

    constructor(command) {
        this.child = childProcess.spawn(command[0], command.slice(1));
        this.ended = new Promise((resolve) => {
            this.child.on("error", (error) => resolve(error.message));
            this.child.on("close", (status, signal) => resolve(status ?? signal));
        });
        children.add(this.child);
        this.ended.then((how) => {
            children.delete(this.child);
            this.inbox.put("end", how);
        });
        this.child.stdin.on("error", () => {}); /* it has ended: see `ended` */
        this.read(this.child.stdout, "out");
        this.read(this.child.stderr, "err");
    }

    read(stream, kind) {
        const lines = readline.createInterface({ input: stream });
        lines.on("line", (line) => this.inbox.put(kind, line));
    }

    write(line) {
        this.child.stdin.write(line + "\n");
    }

    kill(signal) {
        this.child.kill(signal);
    }

    /* End it; how it ended: its status, or the signal that it died of. */
    async stop(signal = "SIGTERM") {
        this.child.kill("SIGCONT"); /* it may be frozen */
        this.child.kill(signal);
        return within(PATIENCE_MS, this.ended, "the end of a program");
    }
}

/* A free port that nobody is given who asks for any, as those from 32768 on are:
 * it stays free while the server that had it is away. */
async function quietPort() {
    for (;;) {
        const port = 10000 + Math.floor(Math.random() * 20000);
        const probe = net.createServer().listen(port, "127.0.0.1");
        const isFree = await once(probe, "listening").then(() => true, () => false);
        await new Promise((resolve) => probe.close(resolve));
        if (isFree) {
            return String(port);
        }
    }
}

/* A server that says where it listens. */
class Server extends Program {
    static async start(command, options, port = 0) {
        const server = new Server([...command, "-p", String(port), ...options]);
        atEnd(() => server.child.kill("SIGKILL"));
        const line = await server.inbox.take("out");
        endings.pop();
        server.url = line.replace("listening on ", "");
        server.port = new URL(server.url).port;
        return server;
    }

    /* It says why a client has gone, in brackets. */
    async says(reason) {
        const said = [];
        for (;;) {
            const line = await this.inbox.take("err").catch(() =>
                fail(`(${reason}) in what the server says`, show(said)));
            said.push(line);
            if (line.includes(`(${reason})`)) {
                return;
            }
        }
    }

    async endsWell() {
        const how = await this.stop();
        const said = this.inbox.all("err").slice(-20).join(" | ");
        if (how !== 0) {
            fail("status 0", `${how}; it had said: ${said}`);
        }
    }
}

module.exports = {
    Inbox, PATIENCE_MS, Program, Server,
    atEnd, check, fail, matches, oneOf, quietPort, run, same, within,
};
