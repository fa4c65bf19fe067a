// What is used of workerd's own module for sockets.

declare module "cloudflare:sockets" {
  export interface SocketOptions {
    readonly secureTransport?: "off" | "on" | "starttls";
    readonly allowHalfOpen?: boolean;
  }

  /** Its streams carry bytes. */
  export interface PlatformSocket {
    readonly readable: ReadableStream<Uint8Array>;
    readonly writable: WritableStream<Uint8Array>;
    readonly opened: Promise<{ readonly remoteAddress?: string; readonly localAddress?: string }>;
    readonly closed: Promise<void>;
    close(): Promise<void>;
    startTls(options?: { readonly expectedServerHostname?: string }): PlatformSocket;
  }

  export function connect(
    address: { readonly hostname: string; readonly port: number },
    options?: SocketOptions,
  ): PlatformSocket;
}
