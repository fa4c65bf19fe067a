import type { IncomingMessage, Server, ServerResponse } from "node:http";

export interface File {
  readonly type: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}
export type Served = File | ((request: IncomingMessage, response: ServerResponse) => void);
export declare function serveFiles(
  files: Readonly<Record<string, Served>>,
): Promise<{ readonly origin: string; readonly server: Server; close(): Promise<void> }>;
export declare function pageOf(source: string, headers?: Readonly<Record<string, string>>): File;
export declare function scriptOf(body: string): File;
