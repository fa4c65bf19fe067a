// What each primitive does, once for both kinds of greenlet: a case is a program that logs, and the lines
// that it logs. Every case is written in TypeScript (typescript/) and in AssemblyScript
// (tests/guest/programs/cases/), in a file of the chapter's name, under the name it has here. One that is
// missing on either side, or that is not listed here, fails.

/** Name of a case → the lines it logs. */
export type Chapter = Readonly<Record<string, readonly string[]>>;

export const cases = {
  greenlet: {
    spawnsLater: ["spawned", "1A", "1B", "2A", "2B"],
    rotates: ["m0", "a0", "b0", "m1", "a1", "b1", "m2", "a2", "b2"],
    timersByExpiry: ["10", "20", "30"],
    idles: ["chain is over", "idle"],
    joinsWithLimit: ["false", "50", "2"],
    waitsInReadyOrder: ["10 20"],
    killBeforeStart: ["true true"],
    killWhileAsleep: ["in a", "in b", "asked", "exit b", "exit a", "true"],
    killReleasesJoiners: ["in v", "exit v", "joined", "joined", "over"],
    killJoinerLeavesTheOther: ["joined", "10"],
    timeoutFiresOnce: ["true false", "ok"],
    timeoutsNest: ["true false", "false", "true"],
  },
  event: {
    eventReleasesAll: ["a true", "b true", "c true", "false", "late true"],
    eventTimesOut: ["false", "soon false", "stays true"],
    eventKilledWaiter: ["a true", "b true", "c true", "over"],
    eventStaysSet: ["true true true", "other true"],
    eventWaitsAgain: ["a1 true", "b1 true", "again", "a2 true", "b2 true"],
  },
  lock: {
    semaphoreAdmitsInOrder: ["+a", "+b", "-a", "-b", "+c", "+d", "-c", "-d", "2"],
    semaphoreIsNotReserved: ["stolen true", "still 0", "a true", "b true"],
    semaphoreServedInVainKeepsItsLimit: ["soon false", "dead true"],
    semaphoreTimedOutLeavesTheLine: ["soon false", "stays true", "0"],
    semaphoreKillComesAfterTheRelease: ["a true", "dead false", "b true"],
    semaphoreKilledWaiterIsSkipped: ["b true", "c true", "0"],
    semaphorePeekerPassesOn: ["p 1", "a true", "false", "q 1", "1"],
    semaphoreCounts: ["1 2", "2 false", "truetruefalse", "false 0"],
    semaphoreIsWaitedFor: ["2"],
    boundedSemaphoreNoticesOverRelease: ["1", "false 1"],
    dummySemaphoreAdmitsAll: ["true true false"],
    rlockReenters: ["+a", "-a", "+b", "-b", "+c", "-c", "false"],
    rlockTimesOut: ["soon false", "+p", "-p"],
    rlockKilledWaiterIsSkipped: ["+b", "-b", "false"],
    rlockIsReleasedByItsHolderOnly: ["false false true"],
  },
  "async-result": {
    resultReleasesAll: ["set true", "a 7", "b 7", "late 7"],
    resultFails: ["a broken", "b broken", "true false"],
    resultValueBeatsError: ["a 1", "b 1", "c 2"],
    resultTimesOut: ["false nothing", "soon nothing", "patient 3", "3"],
    resultKilledWaiter: ["a 4", "b 4", "true"],
    resultIsWaitedFor: ["1 5"],
  },
  queue: {
    queueNeedsNoSwitch: ["ok 1 1 nothing", "other"],
    queueServesGettersInOrder: ["a 1", "next", "b 2", "c 3", "d 4"],
    queueItemIsNotReserved: ["stolen 1", "still empty", "a 2", "b 3"],
    queueGetterTimesOut: ["soon nothing", "stays 1", "0"],
    queueServedInVainKeepsItsLimit: ["soon nothing", "dead true"],
    queueKilledGetterLeavesTheItem: ["1 1"],
    queueKilledGetterPassesOn: ["b 1", "0"],
    queueItemOutlivesItsPutter: ["a 1"],
    queuePeekerPassesOn: ["p sees 1", "a 1", "next", "q sees 2", "1"],
    queuePeekersAllSee: ["p sees 1", "q sees 1", "a 1"],
    queueGetTimeoutOfZero: ["other", "nothing"],
    queueBlocksThirdPut: ["p1", "p2", "true 1", "p3", "2 3"],
    queueServesPuttersInOrder: ["0", "put 1 ok", "1", "put 2 ok", "2", "put 3 ok", "3"],
    queuePlaceIsNotReserved: ["0 ok", "still false", "9", "put 1 ok", "1"],
    queuePutterTimesOut: ["put 1 nothing", "0", "put 2 ok", "2 0"],
    queueKilledPutterTakesItsItemAlong: ["put 2 ok", "2 nothing"],
    queueFullRefuses: ["ok nothing nothing", "true false 1"],
    queueMaxSizeLetsInByTheNextGet: ["raised 1", "0", "put 1 ok", "put 2 ok", "put 3 ok", "3"],
    queueOfOneAlternates: ["p0", "c0", "p1", "c1", "p2", "c2", "p3", "c3"],
    queueWithoutLimitRunsAhead: ["p0", "p1", "p2", "p3", "c0", "c1", "c2", "c3"],
    queueJoinsItsTasks: ["true", "a did 0", "b did 1", "false", "a did 2", "true", "b ends", "a ends"],
    queueNoticesTooManyDone: ["false true"],
    queueStartsWithItems: ["3 false", "312"],
    queueShutDownIsEmptiedFirst: ["true closed closed", "1 2 2", "closed closed closed", "true"],
    queueShutDownAtOnceDropsItems: ["0 closed", "joined true", "false"],
    queueShutDownReleasesGetters: ["a closed", "b closed", "p sees closed"],
    queueShutDownReleasesPutters: ["put 1 closed", "put 2 closed", "0 closed"],
    lifoQueueGivesTheNewest: ["c cb", "da true"],
    priorityQueueGivesTheSmallest: ["0", "01235889"],
    priorityQueueComparesAsTold: ["ccc bb a"],
    simpleQueueHandsOver: ["put a ok", "a true", "a", "put b ok", "b nothing"],
  },
  pool: {
    poolBoundsItsGreenlets: ["full true", "+a", "+b", "-a", "-b", "spawned 1", "+c", "-c", "over 2"],
    poolAdmitsInOrder: ["spawned a", "+a", "spawned b", "+b", "-a", "-b"],
    poolKilledSpawnerTakesNoPlace: ["spawned b", "+b", "-b", "2"],
    poolTriesToSpawn: ["truetruefalse", "1", "2"],
    poolPlaceIsFreeAfterGet: ["1", "2"],
    poolWithoutLimit: ["1 false 5", "false true"],
    poolMapsInOrder: ["5 1 3", "0"],
    poolGivesResultsInOrder: ["10", "1", "2"],
    poolGivesResultsAsTheyCome: ["1", "2", "10", "10", "1", "2"],
    poolMapsNoFurtherThanAsked: [
      "begin 1",
      "begin 2",
      "ask",
      "got 1",
      "begin 3",
      "got 2",
      "got 3",
      "begin 4",
      "got 4",
    ],
    groupJoinsAll: ["+a", "+b", "2 false", "-a", "-b", "true 0"],
    groupKillsAll: ["exit a", "exit b", "over 0"],
    groupKillsWhoComesMeanwhile: ["exit late", "over 0"],
    groupAddsAndDiscards: ["2", "1 true false"],
    groupOfOneKilled: ["+b", "exit a", "1", "-b"],
    poolOfTwoMeets: ["cons1", "prod", "cons2"],
    poolApplies: ["3", "4 1"],
  },
  local: {
    localIsOfEachGreenlet: ["init", "a1", "init", "b1", "a2", "b2", "init", "0"],
  },
} satisfies Record<string, Chapter>;

export type ChapterName = keyof typeof cases;

export const chapters = Object.entries(cases) as [ChapterName, Chapter][];

/** Chapters whose TypeScript side is not there yet. */
export const pendingInTypeScript: readonly ChapterName[] = ["lock", "async-result", "queue", "pool", "local"];
