// The control without a library: bare generators on the least scheduler that can run them. A ring of
// what is ready, and a heap of sleepers over one setTimeout.

export class Ring {
  #ready = [];
  #deadlines = [];
  #sleepers = [];

  spawn(frame) {
    this.#ready.push(frame);
  }

  /** Runs what is ready. A frame that gives a number sleeps so many ms; one that gives nothing gives way. */
  run() {
    for (let i = 0; i < this.#ready.length; i++) {
      const frame = this.#ready[i];
      const step = frame.next();
      if (step.done) continue;
      if (step.value === undefined) this.#ready.push(frame);
      else this.#sleep(performance.now() + step.value, frame);
    }
    this.#ready.length = 0;
  }

  /** Runs until nobody sleeps. */
  async finish() {
    this.run();
    while (this.#deadlines.length > 0) {
      const ms = Math.max(1, Math.ceil(this.#deadlines[0] - performance.now()));
      await new Promise((resolve) => setTimeout(resolve, ms));
      const now = performance.now();
      while (this.#deadlines.length > 0 && this.#deadlines[0] <= now) this.#ready.push(this.#wake());
      this.run();
    }
  }

  #sleep(deadline, frame) {
    const deadlines = this.#deadlines;
    const sleepers = this.#sleepers;
    let i = deadlines.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (deadlines[parent] <= deadline) break;
      deadlines[i] = deadlines[parent];
      sleepers[i] = sleepers[parent];
      i = parent;
    }
    deadlines[i] = deadline;
    sleepers[i] = frame;
  }

  #wake() {
    const deadlines = this.#deadlines;
    const sleepers = this.#sleepers;
    const first = sleepers[0];
    const deadline = deadlines.pop();
    const frame = sleepers.pop();
    const count = deadlines.length;
    if (count === 0) return first;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= count) break;
      if (child + 1 < count && deadlines[child + 1] < deadlines[child]) child++;
      if (deadlines[child] >= deadline) break;
      deadlines[i] = deadlines[child];
      sleepers[i] = sleepers[child];
      i = child;
    }
    deadlines[i] = deadline;
    sleepers[i] = frame;
    return first;
  }
}
