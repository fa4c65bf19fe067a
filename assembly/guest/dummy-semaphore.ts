// Owns DummySemaphore: no lock, for code that asks for one.

/**
 * Has the calls of a Semaphore, and admits everybody.
 *
 * @source gevent.lock.DummySemaphore, gevent 26.5
 * @since 0.1
 */
export class DummySemaphore {
  /** Always 1. @noswitch */
  get counter(): i32 {
    return 1;
  }

  /** Always true. @noswitch */
  get ready(): bool {
    return true;
  }

  /** Always false. @noswitch */
  locked(): bool {
    return false;
  }

  /** Always true. @noswitch */
  acquire(timeoutMs: f64 = -1): bool {
    return true;
  }

  /** Always true. @noswitch */
  tryAcquire(): bool {
    return true;
  }

  /** Does nothing; always 1. @noswitch */
  release(): i32 {
    return 1;
  }

  /** Always 1. @noswitch */
  wait(timeoutMs: f64 = -1): i32 {
    return 1;
  }

  /** What wait() asks of its objects. @noswitch */
  waitUntilReady(): bool {
    return true;
  }
}
