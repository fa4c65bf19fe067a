// Owns processes on Node.

import type { ProcessDriver, ProcessEvents, ProcessHandle, ProcessRequest } from "../core/driver.js";
import { builtin } from "./node-builtin.js";
import { NodeStream } from "./node-stream.js";

const childProcess = builtin<typeof import("node:child_process")>("node:child_process");

export const nodeProcesses: ProcessDriver = {
  start({ command, args, cwd, env, stdio }: ProcessRequest, events: ProcessEvents): ProcessHandle {
    const child = childProcess().spawn(command, [...args], {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: env as NodeJS.ProcessEnv }),
      stdio: [...stdio],
      windowsHide: true,
    });
    // A process that cannot be sent a signal says so in such an event too.
    child.on("error", (error) => {
      if (child.pid === undefined) events.failed(error);
    });
    child.once("exit", (code, signal) => events.exited(code, signal));
    const { stdin, stdout, stderr } = child;
    return {
      pid: child.pid,
      pipes: [
        stdin === null ? null : new NodeStream(stdin),
        stdout === null ? null : new NodeStream(stdout),
        stderr === null ? null : new NodeStream(stderr),
      ],
      kill: (signal) => child.kill(signal as NodeJS.Signals),
    };
  },
};
