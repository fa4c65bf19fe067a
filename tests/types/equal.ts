// Owns the two helpers of the type tests: `Equal` tells any, unknown and unions apart.

/** true if A and B are the same type, else false; any is the same as any only. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for true. */
export function proves<_Claim extends true>(): void {}

proves<Equal<string, string>>();
// biome-ignore-start lint/suspicious/noExplicitAny: that it is found is the point.
// @ts-expect-error: any is not a string
proves<Equal<any, string>>();
// @ts-expect-error: nor an unknown
proves<Equal<any, unknown>>();
// biome-ignore-end lint/suspicious/noExplicitAny: as above
// @ts-expect-error: a part of a union is not the union
proves<Equal<string, string | number>>();
