/** The text of docs/errors.md. */
export declare function errorsPage(): string;
