import { Channel, joinAll, kill, sleep, spawn } from "wevent/assembly";
import { item, log, told } from "./words.as";

const channel = new Channel<string>();

function gets(name: string): void {
  log(name + " " + item(channel.get()));
}

function puts(text: string): void {
  log("put " + text + " " + told(channel.put(text)));
}

function getsTwice(): void {
  log(channel.get().value);
  log(channel.get().value);
}

export function channelReceiverGoesOnFirst(): void {
  const receiver = spawn(getsTwice);
  log("sending");
  channel.put("hello");
  log("sent hello");
  channel.put("world");
  log("sent world");
  receiver.join();
}

function putsTwice(): void {
  log("sending hello");
  channel.put("hello");
  log("sending world");
  channel.put("world");
  log("sent world");
}

export function channelSenderGoesOnLater(): void {
  const sender = spawn(putsTwice);
  log("waiting");
  log(channel.get().value);
  log(channel.get().value);
  log("yields");
  sender.join();
}

export function channelPairsInOrder(): void {
  joinAll([spawn(puts, "0"), spawn(gets, "g0"), spawn(puts, "1"), spawn(gets, "g1"), spawn(puts, "2"), spawn(gets, "g2")]);
}

function looks(): void {
  log(channel.empty().toString() + " " + channel.full().toString() + " " + channel.qsize().toString());
}

export function channelIsEmptyAndFull(): void {
  looks();
  const putter = spawn(puts, "a");
  sleep(0);
  looks();
  log(channel.get().value);
  putter.join();
}

export function channelBalances(): void {
  const putters = [spawn(puts, "a"), spawn(puts, "b")];
  sleep(0);
  log(channel.balance.toString());
  log(channel.get().value);
  log(channel.get().value);
  joinAll(putters);
  log(channel.balance.toString());
  const getter = spawn(gets, "g");
  sleep(0);
  log(channel.balance.toString());
  channel.put("c");
  getter.join();
}

export function channelTakesFromWhoWaits(): void {
  log(item(channel.getNowait()));
  const putter = spawn(puts, "a");
  sleep(0);
  log(item(channel.getNowait()));
  log("dead " + putter.dead.toString());
  sleep(0);
  log("dead " + putter.dead.toString() + " " + channel.balance.toString());
}

export function channelTimesOut(): void {
  log(told(channel.put("a", 5)));
  log(item(channel.get(5)));
  log(told(channel.put("a", 0)));
  log(channel.balance.toString());
}

export function channelKilledPutterTakesItsItemAlong(): void {
  const killed = spawn(puts, "a");
  const stays = spawn(puts, "b");
  sleep(0);
  kill(killed);
  killed.join();
  log(channel.get().value);
  stays.join();
}

export function channelKilledGetterLeavesTheItem(): void {
  const killed = spawn(gets, "a");
  const stays = spawn(gets, "b");
  sleep(0);
  kill(killed);
  killed.join();
  log(told(channel.put("x")));
  stays.join();
}
