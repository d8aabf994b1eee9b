import { violation } from './failure.ts';
import type { Frame } from './frame.ts';
import { limits } from './limits.ts';

/** Joins frames into messages, within the limits. */
export class MessageAssembler {
  #frames: Buffer[] = [];
  #bytes = 0;

  /** The message that this frame completes, or nothing while more of it must come. */
  add(frame: Frame): Buffer[] | undefined {
    this.#frames.push(frame.body);
    this.#bytes += frame.body.length;
    if (this.#frames.length > limits.framesPerMessage)
      throw violation(`a message of more than ${limits.framesPerMessage} frames`);
    if (this.#bytes > limits.messageBytes) throw violation(`a message of more than ${limits.messageBytes} bytes`);
    if (frame.more) return undefined;
    const message = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    return message;
  }
}
