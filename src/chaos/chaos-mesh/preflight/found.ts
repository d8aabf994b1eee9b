import type { Inspection } from '../../contract.ts';

export function fine(text: string): Inspection {
  return { state: 'fine', text };
}

/** Does not stand in the way, but somebody should know. */
export function warning(text: string, command?: string): Inspection {
  return { state: 'warning', text, ...(command === undefined ? {} : { command }) };
}

/** Refuses the run. */
export function problem(text: string, command?: string): Inspection {
  return { state: 'problem', text, ...(command === undefined ? {} : { command }) };
}
