import type { DriverContext } from '../contract.ts';

/** A record that outlives its fault does no harm: undoing it finds nothing to do. */
export async function forgetRecord(context: DriverContext): Promise<void> {
  try {
    await context.ledger.clear();
  } catch (error) {
    context.log.warn({ error: String(error) }, 'the fault is gone, but its record could not be removed');
  }
}
