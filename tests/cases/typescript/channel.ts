import { joinAll, kill, sleep, spawn } from "wevent";
import { Channel } from "wevent/queue";
import { item, type Log, now, told } from "../words.ts";

function* gets(log: Log, channel: Channel<string>, name: string) {
  log(`${name} ${yield* item(channel.get())}`);
}

function* puts(log: Log, channel: Channel<string>, text: string) {
  log(`put ${text} ${yield* told(channel.put(text))}`);
}

function* getsTwice(log: Log, channel: Channel<string>) {
  log(yield* channel.get());
  log(yield* channel.get());
}

export function* channelReceiverGoesOnFirst(log: Log) {
  const channel = new Channel<string>();
  const receiver = spawn(getsTwice, log, channel);
  log("sending");
  yield* channel.put("hello");
  log("sent hello");
  yield* channel.put("world");
  log("sent world");
  yield* receiver.join();
}

function* putsTwice(log: Log, channel: Channel<string>) {
  log("sending hello");
  yield* channel.put("hello");
  log("sending world");
  yield* channel.put("world");
  log("sent world");
}

export function* channelSenderGoesOnLater(log: Log) {
  const channel = new Channel<string>();
  const sender = spawn(putsTwice, log, channel);
  log("waiting");
  log(yield* channel.get());
  log(yield* channel.get());
  log("yields");
  yield* sender.join();
}

export function* channelPairsInOrder(log: Log) {
  const channel = new Channel<string>();
  const all = ["0", "1", "2"].flatMap((number) => [
    spawn(puts, log, channel, number),
    spawn(gets, log, channel, `g${number}`),
  ]);
  yield* joinAll(all);
}

export function* channelIsEmptyAndFull(log: Log) {
  const channel = new Channel<string>();
  log(`${channel.empty()} ${channel.full()} ${channel.qsize()}`);
  const putter = spawn(puts, log, channel, "a");
  yield* sleep(0);
  log(`${channel.empty()} ${channel.full()} ${channel.qsize()}`);
  log(yield* channel.get());
  yield* putter.join();
}

export function* channelBalances(log: Log) {
  const channel = new Channel<string>();
  const putters = [spawn(puts, log, channel, "a"), spawn(puts, log, channel, "b")];
  yield* sleep(0);
  log(`${channel.balance}`);
  log(yield* channel.get());
  log(yield* channel.get());
  yield* joinAll(putters);
  log(`${channel.balance}`);
  const getter = spawn(gets, log, channel, "g");
  yield* sleep(0);
  log(`${channel.balance}`);
  yield* channel.put("c");
  yield* getter.join();
}

export function* channelTakesFromWhoWaits(log: Log) {
  const channel = new Channel<string>();
  log(now(() => channel.getNowait()));
  const putter = spawn(puts, log, channel, "a");
  yield* sleep(0);
  log(now(() => channel.getNowait()));
  log(`dead ${putter.dead}`);
  yield* sleep(0);
  log(`dead ${putter.dead} ${channel.balance}`);
}

export function* channelTimesOut(log: Log) {
  const channel = new Channel<string>();
  log(yield* told(channel.put("a", { timeout: 5 })));
  log(yield* item(channel.get({ timeout: 5 })));
  log(yield* told(channel.put("a", { timeout: 0 })));
  log(`${channel.balance}`);
}

export function* channelKilledPutterTakesItsItemAlong(log: Log) {
  const channel = new Channel<string>();
  const killed = spawn(puts, log, channel, "a");
  const stays = spawn(puts, log, channel, "b");
  yield* sleep(0);
  kill(killed);
  yield* killed.join();
  log(yield* channel.get());
  yield* stays.join();
}

export function* channelKilledGetterLeavesTheItem(log: Log) {
  const channel = new Channel<string>();
  const killed = spawn(gets, log, channel, "a");
  const stays = spawn(gets, log, channel, "b");
  yield* sleep(0);
  kill(killed);
  yield* killed.join();
  log(yield* told(channel.put("x")));
  yield* stays.join();
}
