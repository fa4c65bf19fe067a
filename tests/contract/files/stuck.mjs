// A program whose main waits for what nobody will do.
import { Event } from "wevent";

try {
  await new Event().wait();
} catch (error) {
  console.log(error.code);
}
