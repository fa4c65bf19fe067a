// Owns the functions of sockets that a guest takes from outside; host/guest/sockets.ts has the other half.
// What may wait begins for a row and answers a Status, or a CallState: then host-call.ts sees it through.
// What a call has given is asked for at once. Times are ms, below 0: none of the call's own.

/** Gives a handle. A port of -1: the host is a path. */
// @ts-ignore: decorator
@external("wevent", "connect")
export declare function connect(row: usize, host: usize, port: i32, timeoutMs: f64, isTls: bool): i32;
/** Gives a handle. */
// @ts-ignore: decorator
@external("wevent", "listen")
export declare function listen(row: usize, host: usize, port: i32, backlog: i32, isTls: bool): i32;
/** Gives addresses. */
// @ts-ignore: decorator
@external("wevent", "lookup")
export declare function lookup(row: usize, host: usize): i32;
/** Gives two handles; does not wait. */
// @ts-ignore: decorator
@external("wevent", "socketPair")
export declare function socketPair(): i32;
/** Gives a handle. */
// @ts-ignore: decorator
@external("wevent", "accept")
export declare function accept(row: usize, listener: u32, timeoutMs: f64): i32;
/** Gives bytes. */
// @ts-ignore: decorator
@external("wevent", "receive")
export declare function receive(row: usize, socket: u32, amount: i32, bytes: i32, timeoutMs: f64): i32;
/** Gives a line, or that there is none. */
// @ts-ignore: decorator
@external("wevent", "readLine")
export declare function readLine(row: usize, socket: u32, maxBytes: i32, timeoutMs: f64): i32;
/** Gives the number of bytes. They are copied before it answers. */
// @ts-ignore: decorator
@external("wevent", "send")
export declare function send(row: usize, socket: u32, isAll: bool, at: usize, bytes: i32, timeoutMs: f64): i32;
/** Gives which of the handles are ready. */
// @ts-ignore: decorator
@external("wevent", "select")
export declare function select(row: usize, reads: usize, readCount: i32, writes: usize, writeCount: i32, timeoutMs: f64): i32;

/** Gives a handle. */
// @ts-ignore: decorator
@external("wevent", "bindDatagrams")
export declare function bindDatagrams(row: usize, host: usize, port: i32, isBroadcast: bool, timeoutMs: f64): i32;
/** Gives a datagram: its bytes, and its sender. */
// @ts-ignore: decorator
@external("wevent", "receiveDatagram")
export declare function receiveDatagram(row: usize, socket: u32, timeoutMs: f64): i32;
// @ts-ignore: decorator
@external("wevent", "sendDatagram")
export declare function sendDatagram(row: usize, socket: u32, host: usize, port: i32, at: usize, bytes: i32, timeoutMs: f64): i32;

// These do not wait.
// @ts-ignore: decorator
@external("wevent", "shutdown")
export declare function shutdown(socket: u32, how: i32): i32;
// @ts-ignore: decorator
@external("wevent", "limitSocket")
export declare function limitSocket(socket: u32, timeoutMs: f64): i32;
// @ts-ignore: decorator
@external("wevent", "setNoDelay")
export declare function setNoDelay(socket: u32, isOn: bool): i32;
// @ts-ignore: decorator
@external("wevent", "closeHandle")
export declare function closeHandle(handle: u32): void;
// @ts-ignore: decorator
@external("wevent", "isClosed")
export declare function isClosed(handle: u32): bool;
/** A text: family, port and host, or 0, 0 and a path. 0: it has none. */
// @ts-ignore: decorator
@external("wevent", "addressOf")
export declare function addressOf(handle: u32, end: i32): u32;

// @ts-ignore: decorator
@external("wevent", "droppedDatagrams")
export declare function droppedDatagrams(socket: u32): i32;

// What a call has given.
/** A text: an address. */
// @ts-ignore: decorator
@external("wevent", "datagramSender")
export declare function datagramSender(): u32;
// @ts-ignore: decorator
@external("wevent", "openedHandle")
export declare function openedHandle(): u32;
// @ts-ignore: decorator
@external("wevent", "pairedHandle")
export declare function pairedHandle(place: i32): u32;
// @ts-ignore: decorator
@external("wevent", "givenCount")
export declare function givenCount(): i32;
// @ts-ignore: decorator
@external("wevent", "givenLength")
export declare function givenLength(): i32;
// @ts-ignore: decorator
@external("wevent", "givenBytes")
export declare function givenBytes(address: usize): void;
/** A text; 0: there is no line any more. */
// @ts-ignore: decorator
@external("wevent", "givenLine")
export declare function givenLine(): u32;
/** A text: an address in each line. */
// @ts-ignore: decorator
@external("wevent", "givenAddresses")
export declare function givenAddresses(): u32;
// @ts-ignore: decorator
@external("wevent", "isSelected")
export declare function isSelected(handle: u32, isWrite: bool): bool;

// What a call has failed with: texts.
// @ts-ignore: decorator
@external("wevent", "failureCode")
export declare function failureCode(): u32;
// @ts-ignore: decorator
@external("wevent", "failureErrno")
export declare function failureErrno(): u32;
// @ts-ignore: decorator
@external("wevent", "failureText")
export declare function failureText(): u32;
/** Reports it, as errors are that nobody reads. */
// @ts-ignore: decorator
@external("wevent", "reportFailure")
export declare function reportFailure(): void;
