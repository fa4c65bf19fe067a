// Owns the error of a command line that is wrong.

export class CommandLineError extends Error {}
