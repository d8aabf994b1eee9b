import { violation } from './failure.ts';
import { encodeFrame } from './frame.ts';
import { limits } from './limits.ts';

/** A command: a name and what belongs to it. */
export interface Command {
  name: string;
  body: Buffer;
}

/** A command's frame. */
export function encodeCommand(name: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return encodeFrame(Buffer.concat([shortText(name), body]), { command: true });
}

/** What the PLAIN server of libzmq 4 sends for the length and the name of ERROR. */
const MISSPELT_ERROR = '^RROR';

/** Takes a command frame's body apart. */
export function decodeCommand(body: Buffer): Command {
  if (body.toString('latin1', 0, MISSPELT_ERROR.length) === MISSPELT_ERROR)
    return { name: 'ERROR', body: body.subarray(MISSPELT_ERROR.length) };
  const length = body[0] ?? 0;
  if (length === 0 || body.length < 1 + length) throw violation('a command without a name');
  return { name: body.toString('latin1', 1, 1 + length), body: body.subarray(1 + length) };
}

/** Properties as READY and INITIATE carry them. */
export function encodeMetadata(properties: Record<string, string>): Buffer {
  return Buffer.concat(
    Object.entries(properties).flatMap(([name, value]) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(Buffer.byteLength(value));
      return [shortText(name), size, Buffer.from(value)];
    }),
  );
}

/** The peer's properties; their names are case-insensitive and come in lower case. */
export function decodeMetadata(bytes: Buffer): Map<string, string> {
  const properties = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const valueAt = at + 1 + bytes[at]! + 4;
    if (valueAt > bytes.length || bytes[at] === 0) throw violation('its metadata is cut short');
    const end = valueAt + bytes.readUInt32BE(valueAt - 4);
    if (end > bytes.length) throw violation('its metadata is cut short');
    properties.set(bytes.toString('latin1', at + 1, valueAt - 4).toLowerCase(), bytes.toString('latin1', valueAt, end));
    if (properties.size > limits.metadataProperties) throw violation('its metadata has too many properties');
    at = end;
  }
  return properties;
}

/** Text behind one byte that tells its length. */
export function shortText(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}
