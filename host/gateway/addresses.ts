// Owns what an IP address is: one text for each, and whether it is one of the world's or of somebody's own
// network. It must not know who asks.

/** An address of IPv4 in 4 bytes, of IPv6 in 16; one of IPv4 that IPv6 maps is one of IPv4. null: it is none. */
export function parseAddress(text: string): readonly number[] | null {
  if (!text.includes(":")) return parse4(text);
  const bytes = parse6(text);
  const isMapped = bytes?.every((byte, i) => i > 11 || byte === (i < 10 ? 0 : 255));
  return isMapped ? bytes!.slice(12) : bytes;
}

function parse4(text: string): number[] | null {
  const parts = text.split(".");
  // No octal, no fewer parts: what some systems read as an address is a name here.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : null;
}

function parse6(text: string): number[] | null {
  const halves = text.split("::").map((half) => parseGroups(half));
  if (halves.length > 2 || halves.includes(null)) return null;
  const [head, tail] = halves as [number[], number[] | undefined];
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** The bytes of groups between colons, of which the last may be an address of IPv4. */
function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const bytes: number[] = [];
  const groups = text.split(":");
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes(".")) {
      const last = parse4(group);
      if (last === null) return null;
      bytes.push(...last);
    } else if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return null;
  }
  return bytes;
}

/** First bytes, and how many bits of them count. */
type Range = readonly [bits: number, ...bytes: number[]];

/** IANA's special-purpose registries (RFC 6890 and its updates), and what is no single host: read 2026. */
const OWN_4: readonly Range[] = [
  [8, 0],
  [8, 10],
  [10, 100, 64],
  [8, 127],
  [16, 169, 254],
  [12, 172, 16],
  [24, 192, 0, 0],
  [24, 192, 0, 2],
  [24, 192, 88, 99],
  [16, 192, 168],
  [15, 198, 18],
  [24, 198, 51, 100],
  [24, 203, 0, 113],
  [4, 224],
  [4, 240],
];
/** Of 2000::/3; all others are nobody's, or somebody's own. 2001::/23 and 2002::/16 hold addresses of IPv4. */
const OWN_6: readonly Range[] = [
  [23, 0x20, 0x01, 0x00],
  [32, 0x20, 0x01, 0x0d, 0xb8],
  [16, 0x20, 0x02],
  [20, 0x3f, 0xff, 0x00],
];
const WORLD_6: Range = [3, 0x20];

function isIn(address: readonly number[], [bits, ...bytes]: Range): boolean {
  return bytes.every((byte, i) => {
    const counted = Math.min(Math.max(bits - i * 8, 0), 8);
    const mask = (0xff << (8 - counted)) & 0xff;
    return ((address[i]! ^ byte) & mask) === 0;
  });
}

/** Whether it is reached over the world's network: not loopback, private, link-local, multicast and the like. */
export function isPublic(address: readonly number[]): boolean {
  if (address.length === 4) return !OWN_4.some((range) => isIn(address, range));
  return isIn(address, WORLD_6) && !OWN_6.some((range) => isIn(address, range));
}

/** Whether it is this machine. */
export function isLoopback(address: readonly number[]): boolean {
  if (address.length === 4) return address[0] === 127;
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

/** Whose limits a client's address counts for: of IPv6 the network, of which one may have all addresses. */
export function clientKey(text: string | null): string {
  if (text === null) return "unknown";
  const address = parseAddress(text);
  if (address === null) return text;
  return address.length === 4 ? address.join(".") : address.slice(0, 8).join(",");
}
