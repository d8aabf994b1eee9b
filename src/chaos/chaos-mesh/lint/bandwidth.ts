import { isFields } from '../manifest.ts';
import { checkRate } from './rate.ts';
import type { FaultSubject } from './rule.ts';

/** An Ethernet frame with its head: what does not fit is dropped rather than delayed. */
const FRAME_BYTES = 1514;
/** How often the kernel's clock lets a full bucket go. */
const TICKS_PER_SECOND = 250;

/** Rules of `action: bandwidth`, which is a token bucket. */
export function checkBandwidth({ fault, findings }: FaultSubject): void {
  const { spec, path } = fault;
  const bandwidth = spec['bandwidth'];
  const at = [...path, 'bandwidth'];
  if (!isFields(bandwidth)) {
    findings.error(at, 'the action bandwidth does not say how much', {
      allowed: 'a map with rate, limit and buffer',
    });
    return;
  }
  const { limit, buffer } = bandwidth;
  const rate = checkRate(bandwidth['rate'], [...at, 'rate'], findings);
  if (typeof limit === 'number' && limit >= 1 && limit < FRAME_BYTES)
    findings.error(
      [...at, 'limit'],
      'the queue is counted in bytes and could not hold one packet: nearly all would be dropped',
      {
        found: `${limit} bytes`,
        allowed: `at least ${FRAME_BYTES}, better some packets, such as 20000`,
      },
    );
  if (typeof buffer === 'number' && buffer >= 1 && buffer < FRAME_BYTES)
    findings.error(
      [...at, 'buffer'],
      'the bucket is counted in bytes and smaller than a packet: full ones would never pass',
      {
        found: `${buffer} bytes`,
        allowed: `at least ${FRAME_BYTES}, such as 10000`,
      },
    );
  else if (rate && typeof buffer === 'number' && buffer < rate.bitsPerSecond / 8 / TICKS_PER_SECOND)
    findings.warning([...at, 'buffer'], 'the bucket is too small to let this rate pass', {
      found: `${buffer} bytes`,
      allowed: `at least ${Math.ceil(rate.bitsPerSecond / 8 / TICKS_PER_SECOND)}: the rate in bytes over the ${TICKS_PER_SECOND} ticks of a second`,
    });
}
