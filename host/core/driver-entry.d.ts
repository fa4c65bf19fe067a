import type { Driver } from "./driver.js";

/** The driver that package.json's `#driver` picks for the runtime. */
export declare const driver: Driver;
