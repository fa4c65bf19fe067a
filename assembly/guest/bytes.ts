// Owns what can be sent: a string, which is sent as UTF-8, or bytes.

/** What is to be sent, as bytes. @allocates unless it is a Uint8Array */
export function bytesOf<T>(data: T): Uint8Array {
  if (isString<T>()) return Uint8Array.wrap(String.UTF8.encode(changetype<string>(data)));
  if (idof<T>() == idof<Uint8Array>()) return changetype<Uint8Array>(data);
  if (idof<T>() == idof<ArrayBuffer>()) return Uint8Array.wrap(changetype<ArrayBuffer>(data));
  throw new Error("could not send this because it is neither a string nor bytes; give a Uint8Array");
}
